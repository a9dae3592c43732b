import type { Stored } from '../../machinery/object.ts';
import { age, name } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { ResourceV1ResourceClaim } from '../generated/types.ts';

export type ResourceClaim = Stored<ResourceV1ResourceClaim>;

export const ResourceClaim = defineKind<ResourceClaim>({
  group: 'resource.k8s.io',
  version: 'v1',
  kind: 'ResourceClaim',
  prepareForCreate(claim) {
    claim.status = {};
  },
  columns: [name, { header: 'STATE', cell: state }, age],
});

function state({ metadata, status }: ResourceClaim): string {
  const states = [
    metadata.deletionTimestamp ? 'deleted' : '',
    status?.allocation ? 'allocated' : '',
    status?.reservedFor?.length ? 'reserved' : '',
  ];
  return states.filter(Boolean).join(',') || 'pending';
}
