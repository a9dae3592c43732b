import type { Stored } from '../../machinery/object.ts';
import { defineKind } from '../define.ts';
import type { V1Pod } from '../generated/types.ts';
import { podColumns } from './pod/columns.ts';

export type Pod = Stored<V1Pod>;

export const Pod = defineKind<Pod>({
  group: '',
  version: 'v1',
  kind: 'Pod',
  columns: podColumns,
});
