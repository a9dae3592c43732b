import type { Stored } from '../../machinery/object.ts';
import type { FieldError } from '../../machinery/status.ts';
import { invalidFor, invalidValue, required } from '../../machinery/validation/field-error.ts';
import { portNumber } from '../../machinery/validation/names.ts';
import { age, firstFew, name } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V1Endpoints } from '../generated/types.ts';
import { isAddress } from './pod/validation/pod-spec.ts';

export type Endpoints = Stored<V1Endpoints>;

export const Endpoints = defineKind<Endpoints>({
  group: '',
  version: 'v1',
  kind: 'Endpoints',
  setDefaults(endpoints) {
    for (const { ports = [] } of endpoints.subsets ?? []) for (const port of ports) port.protocol ||= 'TCP';
  },
  validate: validateEndpoints,
  validateUpdate: (endpoints) => validateEndpoints(endpoints),
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

function validateEndpoints({ subsets }: Endpoints): FieldError[] {
  const errors: FieldError[] = [];
  for (const [i, { addresses = [], notReadyAddresses = [], ports = [] }] of (subsets ?? []).entries()) {
    const at = `subsets[${i}]`;
    if (!addresses.length && !notReadyAddresses.length) errors.push(required(at, 'must specify `addresses` or `notReadyAddresses`'));
    for (const [list, members] of [
      ['addresses', addresses],
      ['notReadyAddresses', notReadyAddresses],
    ] as const) {
      for (const [j, { ip = '' }] of members.entries()) {
        if (!isAddress(ip))
          errors.push(invalidValue(`${at}.${list}[${j}].ip`, ip, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'));
      }
    }
    for (const [j, { name, port }] of ports.entries()) {
      if (ports.length > 1 && !name) errors.push(required(`${at}.ports[${j}].name`));
      errors.push(...invalidFor(`${at}.ports[${j}].port`, port ?? 0, portNumber(port ?? 0)));
    }
  }
  return errors;
}
