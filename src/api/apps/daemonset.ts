import type { Stored } from '../../machinery/object.ts';
import { blank } from '../blank.ts';
import { age, containerColumns, labelsText, name, selectorCell } from '../columns/columns.ts';
import { defaultPodTemplate } from '../core/pod/defaults.ts';
import { defineKind } from '../define.ts';
import type { V1DaemonSet, V1DaemonSetSpec } from '../generated/types.ts';

export type DaemonSet = Stored<V1DaemonSet>;

export const DaemonSet = defineKind<DaemonSet>({
  group: 'apps',
  version: 'v1',
  kind: 'DaemonSet',
  setDefaults(ds) {
    ds.spec ??= blank<V1DaemonSetSpec>();
    const { spec } = ds;
    spec.updateStrategy ??= {};
    spec.updateStrategy.type ||= 'RollingUpdate';
    if (spec.updateStrategy.type === 'RollingUpdate') {
      spec.updateStrategy.rollingUpdate ??= {};
      spec.updateStrategy.rollingUpdate.maxUnavailable ??= 1;
      spec.updateStrategy.rollingUpdate.maxSurge ??= 0;
    }
    spec.revisionHistoryLimit ??= 10;
    defaultPodTemplate(spec);
  },
  prepareForCreate(ds) {
    ds.status = { currentNumberScheduled: 0, desiredNumberScheduled: 0, numberMisscheduled: 0, numberReady: 0 };
  },
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
