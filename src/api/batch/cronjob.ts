import { ageOf } from '../../machinery/age.ts';
import type { Stored } from '../../machinery/object.ts';
import type { FieldError } from '../../machinery/status.ts';
import { invalidValue, notSupported, required } from '../../machinery/validation/field-error.ts';
import { nonNegative } from '../apps/validation.ts';
import { blank } from '../blank.ts';
import { age, containerColumns, name, selectorCell } from '../columns/columns.ts';
import { defaultPodTemplate } from '../core/pod/defaults.ts';
import { defineKind } from '../define.ts';
import type { V1CronJob, V1CronJobSpec, V1JobSpec } from '../generated/types.ts';
import { validateJobSpec } from './job/validation.ts';
import { scheduleError } from './schedule.ts';

export type CronJob = Stored<V1CronJob>;

export const CronJob = defineKind<CronJob>({
  group: 'batch',
  version: 'v1',
  kind: 'CronJob',
  validate: validateCronJob,
  validateUpdate: (cj, _old, subresource) => (subresource === 'status' ? [] : validateCronJob(cj)),
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

/** The controller appends eleven characters to the name. */
const MAX_NAME = 52;

function validateCronJob({ metadata, spec }: CronJob): FieldError[] {
  const errors: FieldError[] = [];
  const { schedule, concurrencyPolicy = '', timeZone } = spec;
  if (!schedule) errors.push(required('spec.schedule'));
  else {
    const wrong = scheduleError(schedule);
    if (/TZ=/.test(schedule))
      errors.push(invalidValue('spec.schedule', schedule, 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead'));
    else if (wrong) errors.push(invalidValue('spec.schedule', schedule, wrong));
  }
  if (timeZone !== undefined && !isTimeZone(timeZone))
    errors.push(invalidValue('spec.timeZone', timeZone, `unknown time zone ${timeZone}`));
  errors.push(...nonNegative(spec.startingDeadlineSeconds, 'spec.startingDeadlineSeconds'));
  if (!CONCURRENCY.includes(concurrencyPolicy)) errors.push(notSupported('spec.concurrencyPolicy', concurrencyPolicy, CONCURRENCY));
  errors.push(
    ...validateJobSpec(spec.jobTemplate.spec ?? ({} as V1JobSpec), 'spec.jobTemplate.spec'),
    ...nonNegative(spec.successfulJobsHistoryLimit, 'spec.successfulJobsHistoryLimit'),
    ...nonNegative(spec.failedJobsHistoryLimit, 'spec.failedJobsHistoryLimit'),
  );
  if ((metadata.name?.length ?? 0) > MAX_NAME)
    errors.push(invalidValue('metadata.name', metadata.name, `must be no more than ${MAX_NAME} characters`));
  return errors;
}

const CONCURRENCY = ['Allow', 'Forbid', 'Replace'];

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
