import { humanDuration } from '../../machinery/age.ts';
import { type Instant, parseTime } from '../../machinery/clock.ts';
import type { Stored } from '../../machinery/object.ts';
import { age, conditionStatus, containerColumns, name, selectorCell } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V1Job } from '../generated/types.ts';
import { defaultJob, prepareJob } from './job/defaults.ts';
import { validateJob, validateJobUpdate } from './job/validation.ts';

export type Job = Stored<V1Job>;

export const Job = defineKind<Job>({
  group: 'batch',
  version: 'v1',
  kind: 'Job',
  validate: validateJob,
  validateUpdate: validateJobUpdate,
  setDefaults: defaultJob,
  prepareForCreate: prepareJob,
  selectableFields: (job) => ({ 'status.successful': String(job.status?.succeeded ?? 0) }),
  columns: [
    name,
    { header: 'STATUS', cell: (job) => jobStatus(job) },
    { header: 'COMPLETIONS', cell: completions },
    { header: 'DURATION', cell: duration },
    age,
    ...containerColumns<Job>((job) => job.spec.template),
    { header: 'SELECTOR', wide: true, cell: (job) => selectorCell(job.spec.selector) },
  ],
});

/** The word for a Job's state, as the table and `describe` show it. */
export function jobStatus({ metadata, status }: Job): string {
  const has = (type: string): boolean => conditionStatus(status?.conditions, type) === 'True';
  if (has('Complete')) return 'Complete';
  if (has('Failed')) return 'Failed';
  if (metadata.deletionTimestamp) return 'Terminating';
  return ['Suspended', 'FailureTarget', 'SuccessCriteriaMet'].find(has) ?? 'Running';
}

function completions({ spec, status }: Job): string {
  const succeeded = status?.succeeded ?? 0;
  if (spec.completions !== undefined) return `${succeeded}/${spec.completions}`;
  const parallelism = spec.parallelism ?? 0;
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

function duration({ status }: Job, now: Instant): string {
  if (!status?.startTime) return '';
  return humanDuration((status.completionTime ? parseTime(status.completionTime) : now) - parseTime(status.startTime));
}
