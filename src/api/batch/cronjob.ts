import { ageOf } from '../../machinery/age.ts';
import type { Stored } from '../../machinery/object.ts';
import { blank } from '../blank.ts';
import { age, containerColumns, name, selectorCell } from '../columns/columns.ts';
import { defaultPodTemplate } from '../core/pod/defaults.ts';
import { defineKind } from '../define.ts';
import type { V1CronJob, V1CronJobSpec, V1JobSpec } from '../generated/types.ts';

export type CronJob = Stored<V1CronJob>;

export const CronJob = defineKind<CronJob>({
  group: 'batch',
  version: 'v1',
  kind: 'CronJob',
  setDefaults(cj) {
    cj.spec ??= blank<V1CronJobSpec>();
    const { spec } = cj;
    spec.concurrencyPolicy ||= 'Allow';
    spec.suspend ??= false;
    spec.successfulJobsHistoryLimit ??= 3;
    spec.failedJobsHistoryLimit ??= 1;
    spec.jobTemplate ??= {};
    spec.jobTemplate.metadata ??= {};
    spec.jobTemplate.spec ??= blank<V1JobSpec>();
    defaultPodTemplate(spec.jobTemplate.spec);
  },
  prepareForCreate(cj) {
    cj.status = {};
  },
  columns: [
    name,
    { header: 'SCHEDULE', cell: (cj) => cj.spec.schedule },
    { header: 'TIMEZONE', cell: (cj) => cj.spec.timeZone ?? '<none>' },
    { header: 'SUSPEND', cell: ({ spec: { suspend } }) => (suspend === undefined ? '<unset>' : suspend ? 'True' : 'False') },
    { header: 'ACTIVE', type: 'integer', cell: (cj) => cj.status?.active?.length ?? 0 },
    { header: 'LAST SCHEDULE', cell: (cj, now) => (cj.status?.lastScheduleTime ? ageOf(cj.status.lastScheduleTime, now) : '<none>') },
    age,
    ...containerColumns<CronJob>((cj) => cj.spec.jobTemplate.spec?.template),
    { header: 'SELECTOR', wide: true, cell: (cj) => selectorCell(cj.spec.jobTemplate.spec?.selector) },
  ],
});
