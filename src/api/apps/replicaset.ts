import type { Stored } from '../../machinery/object.ts';
import { defineKind } from '../define.ts';
import type { V1ReplicaSet } from '../generated/types.ts';

export type ReplicaSet = Stored<V1ReplicaSet>;

export const ReplicaSet = defineKind<ReplicaSet>({
  group: 'apps',
  version: 'v1',
  kind: 'ReplicaSet',
});
