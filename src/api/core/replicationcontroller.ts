import type { Stored } from '../../machinery/object.ts';
import { age, containerColumns, labelsText, name } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V1ReplicationController } from '../generated/types.ts';

export type ReplicationController = Stored<V1ReplicationController>;

export const ReplicationController = defineKind<ReplicationController>({
  group: '',
  version: 'v1',
  kind: 'ReplicationController',
  columns: [
    name,
    { header: 'DESIRED', type: 'integer', cell: (rc) => rc.spec.replicas },
    { header: 'CURRENT', type: 'integer', cell: (rc) => rc.status?.replicas ?? 0 },
    { header: 'READY', type: 'integer', cell: (rc) => rc.status?.readyReplicas ?? 0 },
    age,
    ...containerColumns<ReplicationController>((rc) => rc.spec.template),
    { header: 'SELECTOR', wide: true, cell: (rc) => labelsText(rc.spec.selector) },
  ],
});
