// Plays the CronJob controller: a Job when its time has come, and only as many finished ones as the history limits say.
// Frequent schedules that nobody touches for long are thinned out: see nextPlayed in schedule.ts.
import { CronJob } from '../../api/batch/cronjob.ts';
import { Job } from '../../api/batch/job.ts';
import type { V1CronJobStatus, V1ObjectReference } from '../../api/generated/types.ts';
import type { NewObject } from '../../client/client.ts';
import { type Instant, parseTime, rfc3339, seconds } from '../../machinery/clock.ts';
import { jsonEqual } from '../../machinery/equal.ts';
import type { ReconcileResult } from '../../machinery/loop.ts';
import { isAlreadyExists, StatusError } from '../../machinery/status.ts';
import { type ControllerContext, controllerOf, defineController } from '../define.ts';
import { isJobFinished } from '../job/job.ts';
import { controllerRef } from '../ownership.ts';
import type { Schedule } from './schedule.ts';

const SCHEDULED = 'batch.kubernetes.io/cronjob-scheduled-timestamp';

export const cronJobController = defineController({
  name: 'cronjob-controller',
  for: CronJob,
  owns: [Job],
  async reconcile(key, context) {
    const cronJob = await context.client.get(CronJob, key);
    if (!cronJob) return undefined;
    const owned = await context.client.listOwned(Job, cronJob);
    const jobs = owned.filter((job) => controllerOf(job)?.uid === cronJob.metadata.uid);
    const status = await catchUp(cronJob, jobs, context);
    const requeue = await runDue(cronJob, jobs, status, context);
    if (!jsonEqual(status, cronJob.status ?? {})) await context.client.updateStatus(CronJob, cronJob, status);
    return requeue;
  },
});

/** What has become of the Jobs: the active list, the last success, and the history limits. */
async function catchUp(cronJob: CronJob, jobs: readonly Job[], { client, recorder }: ControllerContext): Promise<V1CronJobStatus> {
  const status: V1CronJobStatus = { ...cronJob.status };
  let active = status.active ?? [];
  for (const job of jobs) {
    const listed = active.some(({ uid }) => uid === job.metadata.uid);
    if (!listed && !isJobFinished(job) && !job.metadata.deletionTimestamp) {
      if (!isScheduled(job)) {
        const message = `Saw a job that the controller did not create or forgot: ${job.metadata.name}`;
        await recorder.event(cronJob, 'Warning', 'UnexpectedJob', message);
        continue;
      }
      active = [...active, referenceTo(job)]; // created by an interrupted look
    } else if (listed && isJobFinished(job)) {
      active = active.filter(({ uid }) => uid !== job.metadata.uid);
      const end = endOf(job);
      await recorder.event(cronJob, 'Normal', 'SawCompletedJob', `Saw completed job: ${job.metadata.name}, condition: ${end}`);
      const time = job.status?.completionTime;
      if (end === 'Complete' && time && time > (status.lastSuccessfulTime ?? '')) status.lastSuccessfulTime = time;
    }
  }
  for (const { name, uid } of active) {
    if (jobs.some(({ metadata }) => metadata.uid === uid)) continue;
    await recorder.event(cronJob, 'Normal', 'MissingJob', `Active job went missing: ${name}`);
    active = active.filter((each) => each.uid !== uid);
  }
  if (active.length > 0) status.active = active;
  else delete status.active;

  const { successfulJobsHistoryLimit = 3, failedJobsHistoryLimit = 1 } = cronJob.spec;
  const finished = jobs.filter((job) => isJobFinished(job) && !job.metadata.deletionTimestamp).sort(byStart);
  for (const [end, limit] of [['Complete', successfulJobsHistoryLimit] as const, ['Failed', failedJobsHistoryLimit] as const]) {
    const ended = finished.filter((job) => endOf(job) === end);
    for (const job of ended.slice(0, Math.max(0, ended.length - limit))) await deleteJob(cronJob, job, client, recorder);
  }
  return status;
}

async function runDue(
  cronJob: CronJob,
  jobs: readonly Job[],
  status: V1CronJobStatus,
  context: ControllerContext,
): Promise<ReconcileResult | undefined> {
  const { client, recorder, clock } = context;
  if (cronJob.metadata.deletionTimestamp || cronJob.spec.suspend) return undefined;
  const { lastDue, nextPlayed, parseSchedule } = await import('./schedule.ts');
  const { spec, metadata } = cronJob;
  let schedule: Schedule;
  try {
    schedule = parseSchedule(spec.schedule, spec.timeZone);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    await recorder.event(cronJob, 'Warning', 'UnparseableSchedule', `unparseable schedule: ${JSON.stringify(spec.schedule)} : ${reason}`);
    return undefined;
  }
  const now = clock.now();
  const kept = Math.max(1, spec.successfulJobsHistoryLimit ?? 3, spec.failedJobsHistoryLimit ?? 1);
  const next = nextPlayed(schedule, now, touched(cronJob), kept);
  const requeue: ReconcileResult | undefined = next === undefined ? undefined : { requeueAfter: next - now, class: 'recurrence' };
  const since = Math.max(
    parseTime(status.lastScheduleTime ?? metadata.creationTimestamp),
    spec.startingDeadlineSeconds === undefined ? 0 : now - seconds(spec.startingDeadlineSeconds) - 1,
  );
  const due = lastDue(schedule, since, now);
  if (due === undefined) return requeue;

  const active = jobs.filter(({ metadata: { uid } }) => status.active?.some((each) => each.uid === uid));
  if (active.length > 0 && spec.concurrencyPolicy === 'Forbid') {
    const message = 'Not starting job because prior execution is running and concurrency policy is Forbid';
    await recorder.event(cronJob, 'Normal', 'JobAlreadyActive', message);
    return requeue;
  }
  if (spec.concurrencyPolicy === 'Replace') {
    for (const job of active) {
      await deleteJob(cronJob, job, client, recorder);
      status.active = status.active?.filter(({ uid }) => uid !== job.metadata.uid);
    }
  }
  const job = await startJob(cronJob, due, context);
  if (job) status.active = [...(status.active ?? []).filter(({ uid }) => uid !== job.metadata.uid), referenceTo(job)];
  status.lastScheduleTime = rfc3339(due);
  return requeue;
}

/** Made by this controller, not with `kubectl create job --from`. */
const isScheduled = ({ metadata }: Job): boolean => metadata.annotations?.[SCHEDULED] !== undefined;

/** When somebody made or changed it; its status is the controller's own. */
function touched({ metadata }: CronJob): Instant {
  const changes = (metadata.managedFields ?? []).filter(({ subresource, time }) => subresource !== 'status' && time !== undefined);
  return Math.max(parseTime(metadata.creationTimestamp), ...changes.map(({ time }) => parseTime(time ?? metadata.creationTimestamp)));
}

/** Undefined when the Job has existed before. */
async function startJob(cronJob: CronJob, due: Instant, { client, recorder }: ControllerContext): Promise<Job | undefined> {
  try {
    const job = await client.create(Job, jobFor(cronJob, due));
    await recorder.event(cronJob, 'Normal', 'SuccessfulCreate', `Created job ${job.metadata.name}`);
    return job;
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    if (isAlreadyExists(error)) return undefined;
    await recorder.event(cronJob, 'Warning', 'FailedCreate', `Error creating job: ${error.message}`);
    throw error;
  }
}

/** Named after the minute it was due in, so that no due time makes two. */
export function jobFor(cronJob: CronJob, due: Instant): NewObject<Job> {
  const { metadata, spec } = cronJob.spec.jobTemplate;
  return {
    metadata: {
      name: `${cronJob.metadata.name}-${Math.floor(due / 60_000)}`,
      namespace: cronJob.metadata.namespace,
      ...(metadata?.labels ? { labels: metadata.labels } : {}),
      annotations: { ...metadata?.annotations, [SCHEDULED]: rfc3339(due) },
      ownerReferences: [controllerRef(cronJob)],
    },
    spec: spec as Job['spec'],
  };
}

async function deleteJob(
  cronJob: CronJob,
  job: Job,
  client: ControllerContext['client'],
  recorder: ControllerContext['recorder'],
): Promise<void> {
  const { namespace, name, uid } = job.metadata;
  await client.delete(Job, { namespace, name }, { uid, propagationPolicy: 'Background' });
  await recorder.event(cronJob, 'Normal', 'SuccessfulDelete', `Deleted job ${name}`);
}

const endOf = (job: Job): 'Complete' | 'Failed' | undefined =>
  job.status?.conditions?.find(({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True')?.type as
    | 'Complete'
    | 'Failed'
    | undefined;

function referenceTo({ apiVersion, kind, metadata }: Job): V1ObjectReference {
  const { name, namespace, uid, resourceVersion } = metadata;
  return { kind, namespace, name, uid, apiVersion, resourceVersion };
}

const byStart = (a: Job, b: Job): number =>
  (a.status?.startTime ?? '') + a.metadata.name < (b.status?.startTime ?? '') + b.metadata.name ? -1 : 1;
