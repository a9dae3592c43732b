import type { Stored } from '../../machinery/object.ts';
import { age, containerColumns, name, selectorCell } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V1ReplicaSet } from '../generated/types.ts';

export type ReplicaSet = Stored<V1ReplicaSet>;

export const ReplicaSet = defineKind<ReplicaSet>({
  group: 'apps',
  version: 'v1',
  kind: 'ReplicaSet',
  columns: [
    name,
    { header: 'DESIRED', type: 'integer', cell: (rs) => rs.spec.replicas },
    { header: 'CURRENT', type: 'integer', cell: (rs) => rs.status?.replicas ?? 0 },
    { header: 'READY', type: 'integer', cell: (rs) => rs.status?.readyReplicas ?? 0 },
    age,
    ...containerColumns<ReplicaSet>((rs) => rs.spec.template),
    { header: 'SELECTOR', wide: true, cell: (rs) => selectorCell(rs.spec.selector) },
  ],
});
