import type { Stored } from '../../machinery/object.ts';
import { defineKind } from '../define.ts';
import type { V1ResourceQuota } from '../generated/types.ts';

export type ResourceQuota = Stored<V1ResourceQuota>;

export const ResourceQuota = defineKind<ResourceQuota>({
  group: '',
  version: 'v1',
  kind: 'ResourceQuota',
});
