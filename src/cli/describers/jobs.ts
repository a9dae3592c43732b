// `describe` of jobs and cron jobs.
import type { V1CronJob, V1Job, V1JobSpec } from '../../api/generated/types.ts';
import { humanDuration } from '../../machinery/age.ts';
import { parseTime } from '../../machinery/clock.ts';
import { selectorText } from '../../machinery/label-selector.ts';
import { controllerOf, type Describe } from './describer.ts';
import { bool, Description, longTime } from './description.ts';
import { describeEvents } from './events.ts';
import { describePodTemplate } from './pod-template.ts';

export const describeJob: Describe = async (object, around) => {
  const { metadata = {}, spec, status } = object as unknown as V1Job;
  const out = new Description();
  out.line(0, `Name:\t${metadata.name ?? ''}`);
  out.line(0, `Namespace:\t${metadata.namespace ?? ''}`);
  if (spec?.selector) out.line(0, `Selector:\t${selectorText(spec.selector)}`);
  out.labels('Labels', metadata.labels);
  out.annotations(metadata.annotations);
  const controller = controllerOf(object);
  if (controller) out.line(0, `Controlled By:\t${controller}`);
  if (spec?.parallelism !== undefined) out.line(0, `Parallelism:\t${spec.parallelism}`);
  out.line(0, `Completions:\t${spec?.completions ?? '<unset>'}`);
  if (spec?.completionMode) out.line(0, `Completion Mode:\t${spec.completionMode}`);
  if (spec?.suspend !== undefined) out.line(0, `Suspend:\t${spec.suspend}`);
  if (spec?.backoffLimit !== undefined) out.line(0, `Backoff Limit:\t${spec.backoffLimit}`);
  if (spec?.ttlSecondsAfterFinished !== undefined) out.line(0, `TTL Seconds After Finished:\t${spec.ttlSecondsAfterFinished}`);
  const { startTime, completionTime, active = 0, succeeded = 0, failed = 0, ready, completedIndexes } = status ?? {};
  if (startTime) out.line(0, `Start Time:\t${longTime(startTime)}`);
  if (completionTime) out.line(0, `Completed At:\t${longTime(completionTime)}`);
  if (startTime && completionTime) out.line(0, `Duration:\t${humanDuration(parseTime(completionTime) - parseTime(startTime))}`);
  if (spec?.activeDeadlineSeconds !== undefined) out.line(0, `Active Deadline Seconds:\t${spec.activeDeadlineSeconds}s`);
  out.line(
    0,
    `Pods Statuses:\t${active} Active${ready === undefined ? '' : ` (${ready} Ready)`} / ${succeeded} Succeeded / ${failed} Failed`,
  );
  if (spec?.completionMode === 'Indexed') out.line(0, `Completed Indexes:\t${completedIndexes || '<none>'}`);
  describePodTemplate(out, spec?.template);
  describeEvents(out, await around.events(), around.now());
  return out.toString();
};

export const describeCronJob: Describe = async (object, around) => {
  const { metadata = {}, spec, status } = object as unknown as V1CronJob;
  const out = new Description();
  out.line(0, `Name:\t${metadata.name ?? ''}`);
  out.line(0, `Namespace:\t${metadata.namespace ?? ''}`);
  out.labels('Labels', metadata.labels);
  out.annotations(metadata.annotations);
  out.line(0, `Schedule:\t${spec?.schedule ?? ''}`);
  out.line(0, `Concurrency Policy:\t${spec?.concurrencyPolicy ?? ''}`);
  out.line(0, `Suspend:\t${spec?.suspend === undefined ? '<unset>' : bool(spec.suspend)}`);
  out.line(0, `Time Zone:\t${spec?.timeZone ?? '<unset>'}`);
  out.line(0, `Successful Job History Limit:\t${spec?.successfulJobsHistoryLimit ?? '<unset>'}`);
  out.line(0, `Failed Job History Limit:\t${spec?.failedJobsHistoryLimit ?? '<unset>'}`);
  out.line(
    0,
    `Starting Deadline Seconds:\t${spec?.startingDeadlineSeconds === undefined ? '<unset>' : `${spec.startingDeadlineSeconds}s`}`,
  );
  describeJobSpec(out, spec?.jobTemplate.spec);
  out.line(0, `Last Schedule Time:\t${status?.lastScheduleTime ? longTime(status.lastScheduleTime) : '<unset>'}`);
  out.line(0, `Active Jobs:\t${(status?.active ?? []).map(({ name }) => name).join(', ') || '<none>'}`);
  describeEvents(out, await around.events(), around.now());
  return out.toString();
};

function describeJobSpec(out: Description, spec: V1JobSpec | undefined): void {
  out.line(0, `Selector:\t${spec?.selector ? selectorText(spec.selector) : '<unset>'}`);
  out.line(0, `Parallelism:\t${spec?.parallelism ?? '<unset>'}`);
  out.line(0, `Completions:\t${spec?.completions ?? '<unset>'}`);
  if (spec?.activeDeadlineSeconds !== undefined) out.line(0, `Active Deadline Seconds:\t${spec.activeDeadlineSeconds}s`);
  describePodTemplate(out, spec?.template);
}
