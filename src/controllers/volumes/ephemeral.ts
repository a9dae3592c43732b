// Plays the ephemeral volume controller: a generic ephemeral volume of a Pod is a claim of the Pod's own, which goes with it.
import { PersistentVolumeClaim } from '../../api/core/persistentvolumeclaim.ts';
import { Pod } from '../../api/core/pod.ts';
import type { V1Volume } from '../../api/generated/types.ts';
import type { Client } from '../../client/client.ts';
import { controllerOf, defineController, watch } from '../define.ts';
import { controllerRef } from '../ownership.ts';
import { isFinished } from '../pods.ts';

const isEphemeral = ({ ephemeral }: V1Volume): boolean => ephemeral !== undefined;

export const ephemeralVolumeController = defineController({
  name: 'ephemeral-volume-controller',
  component: 'ephemeral_volume',
  for: Pod,
  relevant: ({ type, object }) => type === 'ADDED' && ((object as Pod).spec.volumes ?? []).some(isEphemeral),
  watches: [
    watch(PersistentVolumeClaim, ({ type, object }) => {
      const owner = controllerOf(object);
      return type === 'DELETED' && owner?.kind === 'Pod' ? [`${object.metadata.namespace}/${owner.name}`] : [];
    }),
  ],
  async reconcile(key, { client, recorder }) {
    const pod = await client.get(Pod, key);
    if (!pod || pod.metadata.deletionTimestamp || isFinished(pod)) return undefined;
    for (const volume of (pod.spec.volumes ?? []).filter(isEphemeral)) {
      const problem = await ensureClaim(client, pod, volume);
      if (problem) await recorder.event(pod, 'Warning', 'FailedBinding', `ephemeral volume ${volume.name}: ${problem}`);
    }
    return undefined;
  },
});

/** What is wrong with the claim, if anything is. */
async function ensureClaim(client: Client, pod: Pod, { name: volume, ephemeral }: V1Volume): Promise<string | undefined> {
  const { namespace } = pod.metadata;
  const name = `${pod.metadata.name}-${volume}`;
  const found = await client.get(PersistentVolumeClaim, { namespace, name });
  if (found) {
    if (controllerOf(found)?.uid === pod.metadata.uid) return undefined;
    return `PVC ${namespace}/${name} was not created for pod ${namespace}/${pod.metadata.name} (pod is not owner)`;
  }
  const template = ephemeral?.volumeClaimTemplate;
  if (!template) return undefined;
  const { labels, annotations } = template.metadata ?? {};
  const metadata = {
    namespace,
    name,
    ...(labels ? { labels } : {}),
    ...(annotations ? { annotations } : {}),
    ownerReferences: [controllerRef(pod)],
  };
  await client.create(PersistentVolumeClaim, { metadata, spec: template.spec });
  return undefined;
}
