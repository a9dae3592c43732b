import { jsonEqual } from '../../machinery/equal.ts';
import type { Stored } from '../../machinery/object.ts';
import type { FieldError } from '../../machinery/status.ts';
import { invalidFor, invalidValue, required } from '../../machinery/validation/field-error.ts';
import { addressProblems } from '../../machinery/validation/ip.ts';
import { name } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V1IPAddress } from '../generated/types.ts';

export type IPAddress = Stored<V1IPAddress>;

export const IPAddress = defineKind<IPAddress>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'IPAddress',
  validate: ({ metadata, spec }) => [
    ...invalidFor('metadata.name', metadata.name, addressProblems(metadata.name)),
    ...validateParent(spec),
  ],
  validateUpdate: ({ spec }, old) =>
    jsonEqual(spec?.parentRef, old.spec?.parentRef) ? [] : [invalidValue('spec.parentRef', spec?.parentRef, 'field is immutable')],
  nameRule: 'path-segment',
  columns: [name, { header: 'PARENTREF', cell: parent }],
});

function validateParent(spec: IPAddress['spec']): FieldError[] {
  const parentRef = spec?.parentRef;
  if (!parentRef) return [required('spec.parentRef')];
  return (['resource', 'name'] as const).filter((field) => !parentRef[field]).map((field) => required(`spec.parentRef.${field}`));
}

function parent({ spec: { parentRef } }: IPAddress): string {
  if (!parentRef) return '<none>';
  const { resource, group, namespace, name: parentName } = parentRef;
  return [group ? `${resource}.${group}` : resource, namespace, parentName].filter(Boolean).join('/');
}
