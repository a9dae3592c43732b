import type { Stored } from '../../machinery/object.ts';
import { defineKind } from '../define.ts';
import type { V1ReplicationController } from '../generated/types.ts';

export type ReplicationController = Stored<V1ReplicationController>;

export const ReplicationController = defineKind<ReplicationController>({
  group: '',
  version: 'v1',
  kind: 'ReplicationController',
});
