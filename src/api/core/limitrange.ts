import type { Stored } from '../../machinery/object.ts';
import { createdAt, name } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V1LimitRange, V1LimitRangeItem } from '../generated/types.ts';

export type LimitRange = Stored<V1LimitRange>;

export const LimitRange = defineKind<LimitRange>({
  group: '',
  version: 'v1',
  kind: 'LimitRange',
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
