import type { Stored } from '../../machinery/object.ts';
import { invalidValue } from '../../machinery/validation/field-error.ts';
import { age, firstFew, name } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V1EndpointSlice } from '../generated/types.ts';
import { validateEndpointSlice } from './validation.ts';

export type EndpointSlice = Stored<V1EndpointSlice>;

export const EndpointSlice = defineKind<EndpointSlice>({
  group: 'discovery.k8s.io',
  version: 'v1',
  kind: 'EndpointSlice',
  setDefaults(slice) {
    for (const port of slice.ports ?? []) {
      port.name ??= '';
      port.protocol ??= 'TCP';
    }
    for (const endpoint of slice.endpoints ?? []) endpoint.conditions ??= {};
  },
  validate: validateEndpointSlice,
  validateUpdate: (slice, old) => [
    ...validateEndpointSlice(slice),
    ...(slice.addressType === old.addressType ? [] : [invalidValue('addressType', slice.addressType, 'field is immutable')]),
  ],
  columns: [
    name,
    { header: 'ADDRESSTYPE', cell: (slice) => slice.addressType },
    { header: 'PORTS', cell: (slice) => few((slice.ports ?? []).map(({ port, name: portName }) => String(port ?? (portName || '*')))) },
    { header: 'ENDPOINTS', cell: (slice) => few((slice.endpoints ?? []).flatMap(({ addresses }) => addresses)) },
    age,
  ],
});

const few = (items: readonly string[]): string => (items.length ? firstFew(items, 3, ',') : '<unset>');
