import type { Stored } from '../../machinery/object.ts';
import { age, name } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V1Namespace } from '../generated/types.ts';

export type Namespace = Stored<V1Namespace>;

export const Namespace = defineKind<Namespace>({
  group: '',
  version: 'v1',
  kind: 'Namespace',
  columns: [name, { header: 'STATUS', cell: (ns) => ns.status?.phase ?? '' }, age],
});
