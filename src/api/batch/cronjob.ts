import { ageOf } from '../../machinery/age.ts';
import type { Stored } from '../../machinery/object.ts';
import { age, containerColumns, name, selectorCell } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V1CronJob } from '../generated/types.ts';

export type CronJob = Stored<V1CronJob>;

export const CronJob = defineKind<CronJob>({
  group: 'batch',
  version: 'v1',
  kind: 'CronJob',
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
