import type { Stored } from '../../machinery/object.ts';
import { age, name } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V1ServiceCIDR } from '../generated/types.ts';

export type ServiceCIDR = Stored<V1ServiceCIDR>;

export const ServiceCIDR = defineKind<ServiceCIDR>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'ServiceCIDR',
  setDefaults(cidr) {
    cidr.spec ??= {};
  },
  prepareForCreate(cidr) {
    cidr.status = {};
  },
  selectableFields: () => ({}),
  columns: [name, { header: 'CIDRS', cell: (cidr) => (cidr.spec.cidrs ?? []).join(',') }, age],
});
