import type { Stored } from '../../machinery/object.ts';
import { canonicalQuantity, compareQuantities, parseQuantity } from '../../machinery/quantity.ts';
import type { FieldError } from '../../machinery/status.ts';
import { duplicate, forbiddenField, invalidValue } from '../../machinery/validation/field-error.ts';
import { createdAt, name } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V1LimitRange, V1LimitRangeItem } from '../generated/types.ts';

export type LimitRange = Stored<V1LimitRange>;

export const LimitRange = defineKind<LimitRange>({
  group: '',
  version: 'v1',
  kind: 'LimitRange',
  validate: validateRange,
  validateUpdate: (range) => validateRange(range),
  setDefaults(range) {
    for (const item of range.spec?.limits ?? []) if (item.type === 'Container') defaultContainerLimits(item);
  },
  columns: [name, createdAt],
});

/** A missing default limit is the maximum, a missing default request the default limit, or else the minimum. */
function defaultContainerLimits(item: V1LimitRangeItem): void {
  const limits = { ...item.max, ...item.default };
  const requests = { ...item.min, ...limits, ...item.defaultRequest };
  if (Object.keys(limits).length) item.default = limits;
  if (Object.keys(requests).length) item.defaultRequest = requests;
}

function validateRange({ spec }: LimitRange): FieldError[] {
  const errors: FieldError[] = [];
  const types = new Set<string>();
  for (const [i, item] of (spec?.limits ?? []).entries()) {
    const at = `spec.limits[${i}]`;
    if (types.has(item.type)) errors.push(duplicate(`${at}.type`, item.type));
    types.add(item.type);
    if (item.type === 'Pod') {
      if (item.default) errors.push(forbiddenField(`${at}.default`, "may not be specified when `type` is 'Pod'"));
      if (item.defaultRequest) errors.push(forbiddenField(`${at}.defaultRequest`, "may not be specified when `type` is 'Pod'"));
    }
    errors.push(...validateBounds(item, at));
  }
  return errors;
}

/** min ≤ defaultRequest ≤ default ≤ max, for each resource. */
function validateBounds(item: V1LimitRangeItem, at: string): FieldError[] {
  const errors: FieldError[] = [];
  const bounds = [
    ['min', item.min, 'min'],
    ['defaultRequest', item.defaultRequest, 'default request'],
    ['default', item.default, 'default'],
    ['max', item.max, 'max'],
  ] as const;
  const resources = new Set(bounds.flatMap(([, amounts]) => Object.keys(amounts ?? {})));
  for (const resource of [...resources].sort()) {
    for (const [i, [field, lower, name]] of bounds.entries()) {
      for (const [, upper, upperName] of bounds.slice(i + 1)) {
        const [low, high] = [lower?.[resource], upper?.[resource]];
        if (low === undefined || high === undefined || compareQuantities(parseQuantity(low), parseQuantity(high)) <= 0) continue;
        errors.push(
          invalidValue(
            `${at}.${field}[${resource}]`,
            canonicalQuantity(low),
            `${name} value ${canonicalQuantity(low)} is greater than ${upperName} value ${canonicalQuantity(high)}`,
          ),
        );
      }
    }
  }
  return errors;
}
