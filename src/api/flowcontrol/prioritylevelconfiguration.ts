import type { Stored } from '../../machinery/object.ts';
import { defineKind } from '../define.ts';
import type { V1PriorityLevelConfiguration } from '../generated/types.ts';

export type PriorityLevelConfiguration = Stored<V1PriorityLevelConfiguration>;

export const PriorityLevelConfiguration = defineKind<PriorityLevelConfiguration>({
  group: 'flowcontrol.apiserver.k8s.io',
  version: 'v1',
  kind: 'PriorityLevelConfiguration',
});
