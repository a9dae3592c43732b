import { selectorText } from '../../machinery/label-selector.ts';
import type { Stored } from '../../machinery/object.ts';
import { age, containerColumns, name } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V1Deployment } from '../generated/types.ts';

export type Deployment = Stored<V1Deployment>;

export const Deployment = defineKind<Deployment>({
  group: 'apps',
  version: 'v1',
  kind: 'Deployment',
  columns: [
    name,
    { header: 'READY', cell: (d) => `${d.status?.readyReplicas ?? 0}/${d.spec.replicas}` },
    { header: 'UP-TO-DATE', type: 'integer', cell: (d) => d.status?.updatedReplicas ?? 0 },
    { header: 'AVAILABLE', type: 'integer', cell: (d) => d.status?.availableReplicas ?? 0 },
    age,
    ...containerColumns<Deployment>((d) => d.spec.template),
    { header: 'SELECTOR', wide: true, cell: (d) => selectorText(d.spec.selector) },
  ],
});
