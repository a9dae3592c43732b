import type { Stored } from '../../machinery/object.ts';
import { age, containerColumns, name } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V1StatefulSet } from '../generated/types.ts';

export type StatefulSet = Stored<V1StatefulSet>;

export const StatefulSet = defineKind<StatefulSet>({
  group: 'apps',
  version: 'v1',
  kind: 'StatefulSet',
  columns: [
    name,
    { header: 'READY', cell: (sts) => `${sts.status?.readyReplicas ?? 0}/${sts.spec.replicas}` },
    age,
    ...containerColumns<StatefulSet>((sts) => sts.spec.template),
  ],
});
