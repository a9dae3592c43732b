// Plays the Job controller. Finished Pods are counted once, by way of their finalizer; what comes next is decided in plan.ts.
// What a failed Pod means is decided in policies.ts. A Job that another controller manages (managedBy) is left alone.
import { Job } from '../../api/batch/job.ts';
import { Pod } from '../../api/core/pod.ts';
import type { V1JobCondition, V1JobStatus } from '../../api/generated/types.ts';
import type { NewObject } from '../../client/client.ts';
import { parseTime, rfc3339, seconds } from '../../machinery/clock.ts';
import type { ReconcileResult } from '../../machinery/loop.ts';
import { isNotFound } from '../../machinery/status.ts';
import { conditionOf, withCondition } from '../conditions.ts';
import { type ControllerContext, defineController } from '../define.ts';
import { adoptOrphans, claimOwned } from '../ownership.ts';
import { isActive, isReady, podFrom, workloadView } from '../pods.ts';
import { createPod, deletePod, slowStart } from '../slow-start.ts';
import { COMPLETION_INDEX, formatIndexes, indexOf, parseIndexes } from './indexes.ts';
import {
  completedIndexes,
  isFailed,
  isSucceeded,
  nextIndexes,
  notBefore,
  type Outcome,
  outcomeOf,
  successorNotBefore,
  type Tally,
  wantedActive,
} from './plan.ts';
import { awaitingSuccessors, givesIndexUp, hasLimitPerIndex, indexFailureAnnotations, replacesFailedOnly, verdictOn } from './policies.ts';

const FINALIZER = 'batch.kubernetes.io/job-tracking';
const MANAGER = 'kubernetes.io/job-controller';

export const jobController = defineController({
  name: 'job-controller',
  for: Job,
  owns: [Pod],
  ownedView: (pod) => [workloadView(pod), (pod as Pod).status?.containerStatuses?.map(({ restartCount }) => restartCount)],
  adopt: (namespace, { client }) => adoptOrphans(client, Job, Pod, namespace),
  async reconcile(key, context) {
    const job = await context.client.get(Job, key);
    if (!job || (job.spec.managedBy !== undefined && job.spec.managedBy !== MANAGER)) return undefined;
    const adopt = job.status?.startTime === undefined;
    const pods = await claimOwned(context.client, { owner: job, kind: Pod, selector: job.spec.selector, adopt });
    if (isJobFinished(job) || job.metadata.deletionTimestamp) {
      await letGo(pods, context);
      return undefined;
    }
    return work(job, pods, context);
  },
});

export function isJobFinished(job: Job): boolean {
  return (job.status?.conditions ?? []).some(({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True');
}

async function work(job: Job, pods: readonly Pod[], context: ControllerContext): Promise<ReconcileResult | undefined> {
  const { client, recorder, clock } = context;
  const now = clock.now();
  const { tally, uncounted } = take(job, pods);
  let { conditions } = job.status ?? {};
  let startTime = job.status?.startTime;
  const outcome = decided(conditions) ?? outcomeOf(job, tally, now);
  let requeue: ReconcileResult | undefined;

  if (outcome) {
    for (const pod of tally.active) await deletePod(context, job, pod);
    tally.terminating.push(...tally.active.splice(0));
    const early = outcome.type === 'Complete' ? 'SuccessCriteriaMet' : 'FailureTarget';
    conditions = withJobCondition(conditions, { type: early, reason: outcome.reason, message: outcome.message }, now);
  } else if (job.spec.suspend) {
    for (const pod of tally.active) await deletePod(context, job, pod);
    tally.terminating.push(...tally.active.splice(0));
    startTime = undefined;
    if (conditionOf(conditions, 'Suspended')?.status !== 'True') {
      conditions = withJobCondition(conditions, { type: 'Suspended', reason: 'JobSuspended', message: 'Job suspended' }, now);
      await recorder.event(job, 'Normal', 'Suspended', 'Job suspended');
    }
  } else {
    startTime ??= rfc3339(now);
    if (conditionOf(conditions, 'Suspended')?.status === 'True') {
      conditions = withJobCondition(conditions, { type: 'Suspended', status: 'False', reason: 'JobResumed', message: 'Job resumed' }, now);
      await recorder.event(job, 'Normal', 'Resumed', 'Job resumed');
      startTime = rfc3339(now);
    }
    requeue = await balance(job, pods, tally, context);
    const deadline = job.spec.activeDeadlineSeconds;
    if (!requeue && deadline !== undefined) {
      requeue = { requeueAfter: Math.max(0, parseTime(startTime) + seconds(deadline) - now), class: 'deadline' };
    }
  }

  let completionTime = job.status?.completionTime;
  if (outcome && tally.terminating.length === 0 && uncounted.length === 0 && tally.awaiting.size === 0) {
    conditions = withJobCondition(conditions, outcome, now);
    if (outcome.type === 'Complete') completionTime = rfc3339(now);
  }
  const status: V1JobStatus = {
    conditions,
    startTime,
    completionTime,
    active: tally.active.length || undefined,
    terminating: tally.terminating.length,
    ready: tally.ready,
    succeeded: tally.succeeded || undefined,
    failed: tally.failed - countable(job, [...tally.awaiting.values()]).length || undefined,
    completedIndexes: job.spec.completionMode === 'Indexed' ? formatIndexes(tally.completedIndexes) || undefined : undefined,
    failedIndexes: hasLimitPerIndex(job) ? formatIndexes(tally.failedIndexes) : undefined,
    uncountedTerminatedPods: {
      ...uidsOf('succeeded', uncounted.filter(isSucceeded)),
      ...uidsOf('failed', countable(job, uncounted)),
    },
  };
  const updated = await client.updateStatus(Job, job, status);
  await letGo(uncounted, context);
  if (outcome && isJobFinished(updated)) {
    if (outcome.type === 'Complete') await recorder.event(job, 'Normal', 'Completed', 'Job completed');
    else await recorder.event(job, 'Warning', outcome.reason, outcome.message);
  }
  return requeue;
}

/** What was decided before, while Pods were still ending. */
function decided(conditions: V1JobCondition[] | undefined): Outcome | undefined {
  for (const [early, type] of [['SuccessCriteriaMet', 'Complete'] as const, ['FailureTarget', 'Failed'] as const]) {
    const condition = conditionOf(conditions, early);
    if (condition?.status === 'True') return { type, reason: condition.reason ?? '', message: condition.message ?? '' };
  }
  return undefined;
}

/**
 * Counts the Pods. Those that have ended and carry the finalizer are new, unless an interrupted look has counted them already or they
 * wait for their successor.
 */
function take(job: Job, pods: readonly Pod[]): { tally: Tally; uncounted: Pod[] } {
  const { succeeded = 0, failed = 0, uncountedTerminatedPods: before } = job.status ?? {};
  const counted = new Set([...(before?.succeeded ?? []), ...(before?.failed ?? [])]);
  const hasFailed = (pod: Pod): boolean => isFailed(pod, job);
  const ended = pods.filter((pod) => isSucceeded(pod) || hasFailed(pod));
  const tracked = ended.filter(({ metadata }) => metadata.finalizers?.includes(FINALIZER));
  const active = pods.filter(isActive);
  const newlyFailed = tracked.filter((pod) => hasFailed(pod) && !counted.has(pod.metadata.uid));
  const completed = completedIndexes(job, tracked.filter(isSucceeded));
  const failedIndexes = hasLimitPerIndex(job) ? failedIndexesOf(job, newlyFailed) : new Set<number>();
  const settled = new Set([...completed, ...failedIndexes, ...active.flatMap((pod) => indexOf(pod) ?? [])]);
  const awaiting = hasLimitPerIndex(job) && !decided(job.status?.conditions) ? awaitingSuccessors(newlyFailed, settled) : new Map();
  const waiting = new Set(awaiting.values());
  const news = tracked.filter(({ metadata }) => !counted.has(metadata.uid));
  const tally: Tally = {
    active,
    terminating: pods.filter(
      ({ metadata, status }) => metadata.deletionTimestamp && status?.phase !== 'Succeeded' && status?.phase !== 'Failed',
    ),
    ready: active.filter(isReady).length,
    succeeded: job.spec.completionMode === 'Indexed' ? completed.size : succeeded + news.filter(isSucceeded).length,
    failed: failed + countable(job, newlyFailed).length,
    completedIndexes: completed,
    failedIndexes,
    newlyFailed,
    awaiting,
  };
  return { tally, uncounted: tracked.filter((pod) => !waiting.has(pod)) };
}

/** Failed Pods that no rule ignores. */
const countable = (job: Job, pods: readonly Pod[]): Pod[] =>
  pods.filter((pod) => !isSucceeded(pod) && verdictOn(pod, job).action !== 'Ignore');

function failedIndexesOf(job: Job, newlyFailed: readonly Pod[]): Set<number> {
  const indexes = parseIndexes(job.status?.failedIndexes);
  for (const pod of newlyFailed) {
    const index = indexOf(pod);
    if (index !== undefined && index < (job.spec.completions ?? 0) && givesIndexUp(pod, job)) indexes.add(index);
  }
  return indexes;
}

/** Creates or deletes Pods until as many are active as should be. */
async function balance(job: Job, pods: readonly Pod[], tally: Tally, context: ControllerContext): Promise<ReconcileResult | undefined> {
  const now = context.clock.now();
  const missing = wantedActive(job, tally) - tally.active.length;
  if (missing < 0) {
    for (const pod of [...tally.active].sort(youngestFirst).slice(0, -missing)) {
      await deletePod(context, job, pod);
      tally.active.splice(tally.active.indexOf(pod), 1);
      tally.terminating.push(pod);
    }
  }
  const wanted = missing - (replacesFailedOnly(job) ? tally.terminating.length : 0);
  if (wanted <= 0) return undefined;
  const later = (earliest: number): ReconcileResult => ({ requeueAfter: earliest - now, class: 'recurrence' });
  const earliest = hasLimitPerIndex(job) ? 0 : notBefore(pods);
  if (earliest > now) return later(earliest);
  let indexes = nextIndexes(job, tally, wanted);
  let next: ReconcileResult | undefined;
  if (indexes && hasLimitPerIndex(job)) {
    const due = (index: number): number => {
      const failed = tally.awaiting.get(index);
      return failed ? successorNotBefore(failed) : 0;
    };
    const waiting = indexes.filter((index) => due(index) > now);
    if (waiting.length > 0) next = later(Math.min(...waiting.map(due)));
    indexes = indexes.filter((index) => due(index) <= now);
  }
  const create = (i: number): Promise<Pod> => createPod(context, job, jobPod(job, indexes?.[i], tally.awaiting.get(indexes?.[i] ?? -1)));
  const { done, error } = await slowStart(indexes?.length ?? wanted, create);
  tally.active.push(...done);
  if (error) throw error;
  return next;
}

const youngestFirst = (a: Pod, b: Pod): number =>
  Number(isReady(a)) - Number(isReady(b)) || (a.metadata.creationTimestamp > b.metadata.creationTimestamp ? -1 : 1);

/** @param replaced the failed Pod of the same index, if any */
export function jobPod(job: Job, index: number | undefined, replaced?: Pod): NewObject<Pod> {
  const pod = podFrom(job.spec.template, job);
  const metadata = { ...pod.metadata, finalizers: [...(pod.metadata.finalizers ?? []), FINALIZER] };
  if (index === undefined) return { ...pod, metadata };
  const number = String(index);
  const env = { name: 'JOB_COMPLETION_INDEX', valueFrom: { fieldRef: { fieldPath: `metadata.labels['${COMPLETION_INDEX}']` } } };
  const withIndex = <C extends { env?: { name: string }[] | undefined }>(container: C): C =>
    container.env?.some(({ name }) => name === env.name) ? container : { ...container, env: [...(container.env ?? []), env] };
  return {
    ...pod,
    metadata: {
      ...metadata,
      generateName: `${job.metadata.name}-${number}-`,
      labels: { ...metadata.labels, [COMPLETION_INDEX]: number },
      annotations: { ...metadata.annotations, [COMPLETION_INDEX]: number, ...indexFailureAnnotations(replaced, job) },
    },
    spec: {
      ...pod.spec,
      hostname: `${job.metadata.name}-${number}`,
      containers: pod.spec.containers.map(withIndex),
      ...(pod.spec.initContainers ? { initContainers: pod.spec.initContainers.map(withIndex) } : {}),
    },
  };
}

/** Takes the finalizer off: the Pod has been counted. */
async function letGo(pods: readonly Pod[], { client }: ControllerContext): Promise<void> {
  for (const { metadata } of pods) {
    if (!metadata.finalizers?.includes(FINALIZER)) continue;
    const finalizers = metadata.finalizers.filter((name) => name !== FINALIZER);
    const { namespace, name, uid } = metadata;
    try {
      await client.patch(Pod, { namespace, name }, 'merge', { metadata: { uid, finalizers: finalizers.length > 0 ? finalizers : null } });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
}

const uidsOf = (field: 'succeeded' | 'failed', pods: readonly Pod[]) =>
  pods.length > 0 ? { [field]: pods.map(({ metadata }) => metadata.uid) } : {};

function withJobCondition(
  conditions: V1JobCondition[] | undefined,
  { type, status = 'True', reason, message }: { type: string; status?: string; reason: string; message: string },
  now: number,
): V1JobCondition[] {
  const current = conditionOf(conditions, type);
  if (conditions && current?.status === status && current.reason === reason) return conditions;
  return withCondition(conditions, { type, status, lastProbeTime: rfc3339(now), reason, message }, now);
}
