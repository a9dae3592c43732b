// Plays the protection controllers: the finalizer of a claim goes when no Pod uses it, that of a volume when no claim is bound to it.

import { PersistentVolume } from '../../api/core/persistentvolume.ts';
import { PersistentVolumeClaim } from '../../api/core/persistentvolumeclaim.ts';
import { claimNames } from '../../api/core/pod/footprint.ts';
import { Pod } from '../../api/core/pod.ts';
import type { Kind } from '../../api/kind.ts';
import type { Client } from '../../client/client.ts';
import type { KubeObject } from '../../machinery/object.ts';
import { defineController, watch } from '../define.ts';
import { isFinished } from '../pods.ts';

const claimsOf = (pod: Pod): string[] => claimNames(pod).map((name) => `${pod.metadata.namespace}/${name}`);

export const claimProtectionController = defineController({
  name: 'persistentvolumeclaim-protection-controller',
  for: PersistentVolumeClaim,
  relevant: ({ object }) => object.metadata.deletionTimestamp !== undefined,
  watches: [watch(Pod, ({ type, object }) => (type === 'DELETED' || isFinished(object) ? claimsOf(object) : []))],
  async reconcile(key, { client }) {
    const claim = await client.get(PersistentVolumeClaim, key);
    if (!claim?.metadata.deletionTimestamp) return undefined;
    const pods = await client.list(Pod, key.namespace ? { namespace: key.namespace } : {});
    const isUsed = pods.some((pod) => pod.spec.nodeName && !isFinished(pod) && claimsOf(pod).includes(`${key.namespace}/${key.name}`));
    if (!isUsed) await release(client, PersistentVolumeClaim, claim, 'kubernetes.io/pvc-protection');
    return undefined;
  },
});

export const volumeProtectionController = defineController({
  name: 'persistentvolume-protection-controller',
  for: PersistentVolume,
  relevant: ({ object }) => object.metadata.deletionTimestamp !== undefined,
  async reconcile(key, { client }) {
    const volume = await client.get(PersistentVolume, key);
    if (volume?.metadata.deletionTimestamp && volume.status?.phase !== 'Bound')
      await release(client, PersistentVolume, volume, 'kubernetes.io/pv-protection');
    return undefined;
  },
});

async function release<T extends KubeObject>(client: Client, kind: Kind<T>, { metadata }: T, finalizer: string): Promise<void> {
  const { namespace, name, uid, finalizers = [] } = metadata;
  if (!finalizers.includes(finalizer)) return;
  const rest = finalizers.filter((each) => each !== finalizer);
  await client.patch(kind, { namespace, name }, 'merge', { metadata: { uid, finalizers: rest.length > 0 ? rest : null } });
}
