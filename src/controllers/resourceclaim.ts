// Plays the ResourceClaim controller: a Pod that names a ResourceClaimTemplate gets a claim of its own, which goes when the Pod has
// finished. Left out: giving back what was reserved, since nothing allocates devices here.
import { kindFor } from '../api/builtin.ts';
import { Pod } from '../api/core/pod.ts';
import type { V1PodResourceClaim, V1ResourceClaimTemplate } from '../api/generated/types.ts';
import type { Kind } from '../api/kind.ts';
import { ResourceClaim } from '../api/resource/resourceclaim.ts';
import type { Client } from '../client/client.ts';
import type { Stored } from '../machinery/object.ts';
import { notFound } from '../machinery/status.ts';
import { controllerOf, defineController, watch } from './define.ts';
import { controllerRef } from './ownership.ts';
import { isFinished } from './pods.ts';

/** Which of its Pod's entries a claim was made for. */
const ENTRY = 'resource.kubernetes.io/pod-claim-name';

export const resourceClaimController = defineController({
  name: 'resourceclaim-controller',
  component: 'resource_claim',
  for: Pod,
  relevant({ type, object, old }) {
    const pod = object as Pod;
    if (type === 'DELETED' || !pod.spec.resourceClaims?.length) return false;
    return type === 'ADDED' || (old !== undefined && isFinished(pod) !== isFinished(old as Pod));
  },
  watches: [
    watch(ResourceClaim, ({ type, object }) => {
      const owner = controllerOf(object);
      return type === 'DELETED' && owner?.kind === 'Pod' ? [`${object.metadata.namespace}/${owner.name}`] : [];
    }),
  ],
  async reconcile(key, { client, recorder }) {
    const pod = await client.get(Pod, key);
    if (!pod || pod.metadata.deletionTimestamp) return undefined;
    const own = (await client.listOwned(ResourceClaim, pod)).filter((claim) => controllerOf(claim)?.uid === pod.metadata.uid);
    if (isFinished(pod)) {
      for (const { metadata } of own) await client.delete(ResourceClaim, metadata, { uid: metadata.uid });
      return undefined;
    }
    const statuses = [...(pod.status?.resourceClaimStatuses ?? [])];
    for (const entry of pod.spec.resourceClaims ?? []) {
      if (!entry.resourceClaimTemplateName) continue;
      try {
        const made = own.find(({ metadata }) => metadata.annotations?.[ENTRY] === entry.name) ?? (await create(client, pod, entry));
        const known = statuses.findIndex(({ name }) => name === entry.name);
        statuses.splice(known < 0 ? statuses.length : known, 1, { name: entry.name, resourceClaimName: made.metadata.name });
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        await recorder.event(pod, 'Warning', 'FailedResourceClaimCreation', `PodResourceClaim ${entry.name}: ${why}`);
        throw error;
      }
    }
    await client.updateStatus(Pod, pod, { ...pod.status, ...(statuses.length > 0 ? { resourceClaimStatuses: statuses } : {}) });
    return undefined;
  },
});

async function create(
  client: Client,
  pod: Pod,
  { name: entry, resourceClaimTemplateName = '' }: V1PodResourceClaim,
): Promise<ResourceClaim> {
  const { namespace } = pod.metadata;
  const kind = kindFor('resource.k8s.io', 'v1', 'ResourceClaimTemplate') as Kind<Stored<V1ResourceClaimTemplate>> | undefined;
  const template = kind && (await client.get(kind, { namespace, name: resourceClaimTemplateName }));
  if (!template) throw notFound({ group: 'resource.k8s.io', resource: 'resourceclaimtemplates' }, resourceClaimTemplateName);
  const { labels, annotations } = template.spec.metadata ?? {};
  return client.create(ResourceClaim, {
    metadata: {
      generateName: `${pod.metadata.name}-${entry}-`,
      namespace,
      ...(labels ? { labels } : {}),
      annotations: { ...annotations, [ENTRY]: entry },
      ownerReferences: [controllerRef(pod)],
    },
    spec: template.spec.spec,
  });
}
