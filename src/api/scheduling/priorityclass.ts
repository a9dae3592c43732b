import type { Stored } from '../../machinery/object.ts';
import { age, name } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V1PriorityClass } from '../generated/types.ts';

export type PriorityClass = Stored<V1PriorityClass>;

export const PriorityClass = defineKind<PriorityClass>({
  group: 'scheduling.k8s.io',
  version: 'v1',
  kind: 'PriorityClass',
  setDefaults(priorityClass) {
    priorityClass.preemptionPolicy ??= 'PreemptLowerPriority';
  },
  columns: [
    name,
    { header: 'VALUE', type: 'integer', cell: (priorityClass) => priorityClass.value },
    { header: 'GLOBAL-DEFAULT', type: 'boolean', cell: (priorityClass) => priorityClass.globalDefault ?? false },
    age,
    { header: 'PREEMPTIONPOLICY', cell: (priorityClass) => priorityClass.preemptionPolicy ?? '' },
  ],
});
