import type { Stored } from '../../machinery/object.ts';
import { name } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V1IPAddress } from '../generated/types.ts';

export type IPAddress = Stored<V1IPAddress>;

export const IPAddress = defineKind<IPAddress>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'IPAddress',
  columns: [name, { header: 'PARENTREF', cell: parent }],
});

function parent({ spec: { parentRef } }: IPAddress): string {
  if (!parentRef) return '<none>';
  const { resource, group, namespace, name: parentName } = parentRef;
  return [group ? `${resource}.${group}` : resource, namespace, parentName].filter(Boolean).join('/');
}
