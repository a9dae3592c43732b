import type { Stored } from '../../machinery/object.ts';
import { defineKind } from '../define.ts';
import type { V1PriorityClass } from '../generated/types.ts';

export type PriorityClass = Stored<V1PriorityClass>;

export const PriorityClass = defineKind<PriorityClass>({
  group: 'scheduling.k8s.io',
  version: 'v1',
  kind: 'PriorityClass',
});
