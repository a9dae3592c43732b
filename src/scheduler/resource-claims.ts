// What DynamicResources knows of a Pod's resource claims. A claim that has been allocated is used where it can be; without any
// ResourceSlice there is nothing to allocate; allocating devices of ResourceSlices is left out, and refused by name.
import type { Pod } from '../api/core/pod.ts';
import type { V1NodeSelector } from '../api/generated/types.ts';
import { ResourceClaim } from '../api/resource/resourceclaim.ts';
import { ResourceSlice } from '../api/resource/resourceslice.ts';
import type { Client } from '../client/client.ts';
import type { Rejection } from './plugin.ts';

export interface ResourceClaims {
  /** Why they cannot be had, on whichever node. */
  refusal?: Rejection;
  /** Where allocated ones can be reached. */
  selectors: readonly V1NodeSelector[];
}

export async function resourceClaimsOf(client: Client, pod: Pod): Promise<ResourceClaims> {
  const { namespace } = pod.metadata;
  const selectors: V1NodeSelector[] = [];
  let isUnallocated = false;
  for (const { name: entry, resourceClaimName } of pod.spec.resourceClaims ?? []) {
    const name = resourceClaimName ?? pod.status?.resourceClaimStatuses?.find((each) => each.name === entry)?.resourceClaimName;
    if (!name) return refused('waiting for dynamic resource controller to create the resourceclaim');
    const claim = await client.get(ResourceClaim, { namespace, name });
    if (!claim) return refused(`resourceclaim "${name}" not found`);
    if (claim.metadata.deletionTimestamp) return refused(`resourceclaim "${name}" is being deleted`);
    const { allocation } = claim.status ?? {};
    if (allocation?.nodeSelector) selectors.push(allocation.nodeSelector);
    if (!allocation) isUnallocated = true;
  }
  if (!isUnallocated) return { selectors };
  const slices = await client.list(ResourceSlice);
  return refused(
    slices.length === 0
      ? 'cannot allocate all claims'
      : 'cannot allocate all claims (kubemu does not allocate the devices of ResourceSlices)',
  );
}

const refused = (reason: string): ResourceClaims => ({ refusal: { reasons: [reason], unresolvable: true }, selectors: [] });
