import type { Stored } from '../../machinery/object.ts';
import { age, name } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V1ConfigMap } from '../generated/types.ts';

export type ConfigMap = Stored<V1ConfigMap>;

export const ConfigMap = defineKind<ConfigMap>({
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  columns: [name, { header: 'DATA', cell: (cm) => String(count(cm.data) + count(cm.binaryData)) }, age],
});

const count = (entries: object | undefined): number => Object.keys(entries ?? {}).length;
