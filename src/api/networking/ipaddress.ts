import type { Stored } from '../../machinery/object.ts';
import { required } from '../../machinery/validation/field-error.ts';
import { name } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V1IPAddress } from '../generated/types.ts';

export type IPAddress = Stored<V1IPAddress>;

export const IPAddress = defineKind<IPAddress>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'IPAddress',
  validate: ({ spec }) => (spec?.parentRef?.resource && spec.parentRef.name ? [] : [required('spec.parentRef')]),
  columns: [name, { header: 'PARENTREF', cell: parent }],
});

function parent({ spec: { parentRef } }: IPAddress): string {
  if (!parentRef) return '<none>';
  const { resource, group, namespace, name: parentName } = parentRef;
  return [group ? `${resource}.${group}` : resource, namespace, parentName].filter(Boolean).join('/');
}
