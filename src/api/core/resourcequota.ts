import type { Stored } from '../../machinery/object.ts';
import { age, name } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V1ResourceQuota } from '../generated/types.ts';

export type ResourceQuota = Stored<V1ResourceQuota>;

export const ResourceQuota = defineKind<ResourceQuota>({
  group: '',
  version: 'v1',
  kind: 'ResourceQuota',
  setDefaults(quota) {
    quota.spec ??= {};
  },
  prepareForCreate(quota) {
    quota.status = {};
  },
  columns: [
    name,
    { header: 'REQUEST', cell: (quota) => used(quota, (resource) => !resource.startsWith('limits.')) },
    { header: 'LIMIT', cell: (quota) => used(quota, (resource) => resource.startsWith('limits.')) },
    age,
  ],
});

function used({ status }: ResourceQuota, shows: (resource: string) => boolean): string {
  const resources = Object.keys(status?.hard ?? {})
    .filter(shows)
    .sort();
  return resources.map((resource) => `${resource}: ${status?.used?.[resource] ?? '0'}/${status?.hard?.[resource]}`).join(', ');
}
