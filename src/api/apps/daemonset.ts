import type { Stored } from '../../machinery/object.ts';
import { age, containerColumns, labelsText, name, selectorCell } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V1DaemonSet } from '../generated/types.ts';

export type DaemonSet = Stored<V1DaemonSet>;

export const DaemonSet = defineKind<DaemonSet>({
  group: 'apps',
  version: 'v1',
  kind: 'DaemonSet',
  columns: [
    name,
    { header: 'DESIRED', type: 'integer', cell: (ds) => ds.status?.desiredNumberScheduled ?? 0 },
    { header: 'CURRENT', type: 'integer', cell: (ds) => ds.status?.currentNumberScheduled ?? 0 },
    { header: 'READY', type: 'integer', cell: (ds) => ds.status?.numberReady ?? 0 },
    { header: 'UP-TO-DATE', type: 'integer', cell: (ds) => ds.status?.updatedNumberScheduled ?? 0 },
    { header: 'AVAILABLE', type: 'integer', cell: (ds) => ds.status?.numberAvailable ?? 0 },
    { header: 'NODE SELECTOR', cell: (ds) => labelsText(ds.spec.template.spec?.nodeSelector) },
    age,
    ...containerColumns<DaemonSet>((ds) => ds.spec.template),
    { header: 'SELECTOR', wide: true, cell: (ds) => selectorCell(ds.spec.selector) },
  ],
});
