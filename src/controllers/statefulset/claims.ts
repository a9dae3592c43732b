// The claims of a StatefulSet: one for each template and ordinal. persistentVolumeClaimRetentionPolicy says who owns them: the set, when
// they go with it (whenDeleted); the Pod, when it is being scaled away and they go with that (whenScaled); else nobody.
import type { StatefulSet } from '../../api/apps/statefulset.ts';
import { PersistentVolumeClaim } from '../../api/core/persistentvolumeclaim.ts';
import type { Pod } from '../../api/core/pod.ts';
import type { V1OwnerReference } from '../../api/generated/types.ts';
import type { Client, NewObject } from '../../client/client.ts';
import { jsonEqual } from '../../machinery/equal.ts';
import type { KubeObject } from '../../machinery/object.ts';
import { controllerRef } from '../ownership.ts';
import { firstOrdinal, ordinalOf, replicasOf } from './plan.ts';

export function claimsOf(set: StatefulSet, ordinal: number): NewObject<PersistentVolumeClaim>[] {
  const { whenDeleted } = set.spec.persistentVolumeClaimRetentionPolicy ?? {};
  return (set.spec.volumeClaimTemplates ?? []).map(({ metadata, spec }) => ({
    metadata: {
      name: `${metadata?.name}-${set.metadata.name}-${ordinal}`,
      namespace: set.metadata.namespace,
      labels: { ...metadata?.labels, ...set.spec.selector.matchLabels },
      ...(metadata?.annotations ? { annotations: metadata.annotations } : {}),
      ...(whenDeleted === 'Delete' ? { ownerReferences: [controllerRef(set)] } : {}),
    },
    spec: spec as PersistentVolumeClaim['spec'],
  }));
}

/** Before Pods are deleted: their claims must know whether they go along. */
export async function syncClaimOwners(client: Client, set: StatefulSet, pods: readonly Pod[], leaving: readonly Pod[]): Promise<void> {
  const { whenDeleted = 'Retain', whenScaled = 'Retain' } = set.spec.persistentVolumeClaimRetentionPolicy ?? {};
  if (!set.spec.volumeClaimTemplates?.length) return;
  // Where nothing is ever owned there is only something to undo, after the policy has changed.
  const isPlain = whenDeleted === 'Retain' && whenScaled === 'Retain';
  if (isPlain && set.status?.observedGeneration === set.metadata.generation) return;
  for (const pod of pods) {
    const ordinal = ordinalOf(set, pod) ?? -1;
    const isCondemned = ordinal < firstOrdinal(set) || ordinal >= firstOrdinal(set) + replicasOf(set);
    if (isCondemned && !leaving.includes(pod)) continue;
    const owner = isCondemned && whenScaled === 'Delete' ? pod : whenDeleted === 'Delete' ? set : undefined;
    for (const { metadata } of claimsOf(set, ordinal)) {
      const claim = await client.get(PersistentVolumeClaim, { namespace: set.metadata.namespace, name: metadata.name ?? '' });
      if (claim) await setOwner(client, claim, owner, [set, pod]);
    }
  }
}

/** Makes `owner` the only one of `possible` that owns the claim. */
async function setOwner(
  client: Client,
  claim: PersistentVolumeClaim,
  owner: KubeObject | undefined,
  possible: KubeObject[],
): Promise<void> {
  const { ownerReferences = [] } = claim.metadata;
  const isOurs = ({ kind, name }: V1OwnerReference): boolean => possible.some((each) => each.kind === kind && each.metadata.name === name);
  const wanted = [...ownerReferences.filter((reference) => !isOurs(reference)), ...(owner ? [controllerRef(owner)] : [])];
  if (jsonEqual(wanted, ownerReferences)) return;
  const { namespace, name, uid } = claim.metadata;
  const patch = { metadata: { uid, ownerReferences: wanted.length > 0 ? wanted : null } };
  await client.patch(PersistentVolumeClaim, { namespace, name }, 'merge', patch);
}
