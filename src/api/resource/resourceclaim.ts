import type { Stored } from '../../machinery/object.ts';
import { defineKind } from '../define.ts';
import type { ResourceV1ResourceClaim } from '../generated/types.ts';

export type ResourceClaim = Stored<ResourceV1ResourceClaim>;

export const ResourceClaim = defineKind<ResourceClaim>({
  group: 'resource.k8s.io',
  version: 'v1',
  kind: 'ResourceClaim',
});
