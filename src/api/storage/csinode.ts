import type { Stored } from '../../machinery/object.ts';
import { required } from '../../machinery/validation/field-error.ts';
import { age, name } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V1CSINode } from '../generated/types.ts';

export type CSINode = Stored<V1CSINode>;

export const CSINode = defineKind<CSINode>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'CSINode',
  validate: ({ spec }) => (spec?.drivers ? [] : [required('spec.drivers')]),
  columns: [name, { header: 'DRIVERS', type: 'integer', cell: (node) => node.spec.drivers.length }, age],
});
