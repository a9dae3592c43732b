import type { Stored } from '../../machinery/object.ts';
import { createdAt, name } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V1LimitRange } from '../generated/types.ts';

export type LimitRange = Stored<V1LimitRange>;

export const LimitRange = defineKind<LimitRange>({
  group: '',
  version: 'v1',
  kind: 'LimitRange',
  columns: [name, createdAt],
});
