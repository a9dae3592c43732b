import type { Stored } from '../../machinery/object.ts';
import type { FieldError } from '../../machinery/status.ts';
import { invalidValue, notSupported } from '../../machinery/validation/field-error.ts';
import { validateLabelSelector } from '../../machinery/validation/label-selector.ts';
import { validateIntOrPercent } from '../apps/validation.ts';
import { age, name } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V1PodDisruptionBudget } from '../generated/types.ts';

export type PodDisruptionBudget = Stored<V1PodDisruptionBudget>;

export const PodDisruptionBudget = defineKind<PodDisruptionBudget>({
  group: 'policy',
  version: 'v1',
  kind: 'PodDisruptionBudget',
  validate: validateBudget,
  validateUpdate: (pdb, _old, subresource) => (subresource === 'status' ? [] : validateBudget(pdb)),
  setDefaults(pdb) {
    pdb.spec ??= {};
  },
  prepareForCreate(pdb) {
    pdb.status = { currentHealthy: 0, desiredHealthy: 0, disruptionsAllowed: 0, expectedPods: 0 };
  },
  columns: [
    name,
    { header: 'MIN AVAILABLE', cell: (pdb) => String(pdb.spec.minAvailable ?? 'N/A') },
    { header: 'MAX UNAVAILABLE', cell: (pdb) => String(pdb.spec.maxUnavailable ?? 'N/A') },
    { header: 'ALLOWED DISRUPTIONS', type: 'integer', cell: (pdb) => pdb.status?.disruptionsAllowed ?? 0 },
    age,
  ],
});

function validateBudget({ spec }: PodDisruptionBudget): FieldError[] {
  const errors: FieldError[] = [];
  if (spec.minAvailable !== undefined && spec.maxUnavailable !== undefined) {
    errors.push(invalidValue('spec', spec, 'minAvailable and maxUnavailable cannot be both set'));
  }
  return [
    ...errors,
    ...validateIntOrPercent(spec.minAvailable, 'spec.minAvailable'),
    ...validateIntOrPercent(spec.maxUnavailable, 'spec.maxUnavailable'),
    ...validatePercent(spec.minAvailable, 'spec.minAvailable'),
    ...validatePercent(spec.maxUnavailable, 'spec.maxUnavailable'),
    ...validateLabelSelector(spec.selector, 'spec.selector'),
    ...(spec.unhealthyPodEvictionPolicy && !EVICTION.includes(spec.unhealthyPodEvictionPolicy)
      ? [notSupported('spec.unhealthyPodEvictionPolicy', spec.unhealthyPodEvictionPolicy, EVICTION)]
      : []),
  ];
}

const EVICTION = ['AlwaysAllow', 'IfHealthyBudget'];

const validatePercent = (value: unknown, field: string): FieldError[] =>
  typeof value === 'string' && /^\d+%$/.test(value) && Number.parseInt(value, 10) > 100
    ? [invalidValue(field, value, 'must not be greater than 100%')]
    : [];
