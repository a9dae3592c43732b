import type { Stored } from '../../machinery/object.ts';
import { age, name } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V1RuntimeClass } from '../generated/types.ts';

export type RuntimeClass = Stored<V1RuntimeClass>;

export const RuntimeClass = defineKind<RuntimeClass>({
  group: 'node.k8s.io',
  version: 'v1',
  kind: 'RuntimeClass',
  columns: [name, { header: 'HANDLER', cell: (runtimeClass) => runtimeClass.handler }, age],
});
