import type { Stored } from '../../machinery/object.ts';
import type { FieldError } from '../../machinery/status.ts';
import { forbiddenField, notSupported } from '../../machinery/validation/field-error.ts';
import { immutable } from '../apps/validation.ts';
import { age, name } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V1PriorityClass } from '../generated/types.ts';

export type PriorityClass = Stored<V1PriorityClass>;

export const PriorityClass = defineKind<PriorityClass>({
  group: 'scheduling.k8s.io',
  version: 'v1',
  kind: 'PriorityClass',
  validate(priorityClass) {
    const errors: FieldError[] = [];
    const name = priorityClass.metadata.name ?? '';
    const isSystem = name === 'system-node-critical' || name === 'system-cluster-critical';
    if (name.startsWith('system-') && !isSystem)
      errors.push(forbiddenField('metadata.name', "priority class names with 'system-' prefix are reserved for system use only"));
    else if (!isSystem && (priorityClass.value ?? 0) > HIGHEST)
      errors.push(forbiddenField('value', `maximum allowed value of a user defined priority is ${HIGHEST}`));
    const policy = priorityClass.preemptionPolicy;
    if (policy && policy !== 'Never' && policy !== 'PreemptLowerPriority')
      errors.push(notSupported('preemptionPolicy', policy, ['Never', 'PreemptLowerPriority']));
    return errors;
  },
  validateUpdate: (priorityClass, old) => [
    ...(priorityClass.value === old.value ? [] : [forbiddenField('value', 'may not be changed in an update.')]),
    ...immutable(priorityClass.preemptionPolicy, old.preemptionPolicy, 'preemptionPolicy'),
  ],
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

const HIGHEST = 1_000_000_000;
