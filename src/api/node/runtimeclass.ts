import type { Stored } from '../../machinery/object.ts';
import { invalidFor, invalidValue } from '../../machinery/validation/field-error.ts';
import { dnsLabel } from '../../machinery/validation/names.ts';
import { age, name } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V1RuntimeClass } from '../generated/types.ts';

export type RuntimeClass = Stored<V1RuntimeClass>;

export const RuntimeClass = defineKind<RuntimeClass>({
  group: 'node.k8s.io',
  version: 'v1',
  kind: 'RuntimeClass',
  validate: ({ handler }) => invalidFor('handler', handler ?? '', dnsLabel(handler ?? '')),
  validateUpdate: ({ handler }, old) => (handler === old.handler ? [] : [invalidValue('handler', handler, 'field is immutable')]),
  columns: [name, { header: 'HANDLER', cell: (runtimeClass) => runtimeClass.handler }, age],
});
