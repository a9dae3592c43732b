import type { Stored } from '../../machinery/object.ts';
import { age, firstFew, name } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V1Endpoints } from '../generated/types.ts';

export type Endpoints = Stored<V1Endpoints>;

export const Endpoints = defineKind<Endpoints>({
  group: '',
  version: 'v1',
  kind: 'Endpoints',
  setDefaults(endpoints) {
    for (const { ports = [] } of endpoints.subsets ?? []) for (const port of ports) port.protocol ||= 'TCP';
  },
  columns: [name, { header: 'ENDPOINTS', cell: (endpoints) => endpointsText(endpoints) }, age],
});

/** `10.0.0.1:80,10.0.0.2:80 + 3 more...` */
export function endpointsText({ subsets }: Endpoints): string {
  if (!subsets?.length) return '<none>';
  const all = subsets.flatMap(({ addresses = [], ports = [] }) =>
    ports.length
      ? ports.flatMap(({ port }) => addresses.map(({ ip }) => `${ip.includes(':') ? `[${ip}]` : ip}:${port}`))
      : addresses.map(({ ip }) => ip),
  );
  return firstFew(all, 3, ',');
}
