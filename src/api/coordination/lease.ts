import type { Stored } from '../../machinery/object.ts';
import { age, name } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V1Lease } from '../generated/types.ts';

export type Lease = Stored<V1Lease>;

export const Lease = defineKind<Lease>({
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  setDefaults(lease) {
    lease.spec ??= {};
  },
  columns: [name, { header: 'HOLDER', cell: (lease) => lease.spec?.holderIdentity ?? '' }, age],
});
