// What a Job needs next, from its spec, its counts and its Pods: pkg/controller/job. Pure.
import type { Job } from '../../api/batch/job.ts';
import type { Pod } from '../../api/core/pod.ts';
import { type Duration, type Instant, minutes, parseTime, seconds } from '../../machinery/clock.ts';
import { isFinished } from '../pods.ts';
import { indexOf, parseIndexes } from './indexes.ts';
import { failuresBefore, hasLimitPerIndex, replacesFailedOnly, successMessage, verdictOn } from './policies.ts';

/** What there is, finished Pods counted whether their finalizer is gone or not. */
export interface Tally {
  active: Pod[];
  /** Being deleted, but not gone. */
  terminating: Pod[];
  ready: number;
  succeeded: number;
  failed: number;
  completedIndexes: Set<number>;
  /** Given up by backoffLimitPerIndex or a FailIndex rule. */
  failedIndexes: Set<number>;
  /** Failed Pods that nobody has counted yet. */
  newlyFailed: readonly Pod[];
  /** By index: the failed Pod that waits for its successor. */
  awaiting: ReadonlyMap<number, Pod>;
}

export interface Outcome {
  type: 'Complete' | 'Failed';
  reason: string;
  message: string;
}

const isIndexed = ({ spec }: Job): boolean => spec.completionMode === 'Indexed';

export const isSucceeded = (pod: Pod): boolean => pod.status?.phase === 'Succeeded';
/** Also a Pod that somebody deletes before it succeeds, unless only what has failed is replaced. */
export const isFailed = (pod: Pod, job: Job): boolean =>
  pod.status?.phase === 'Failed' || (pod.metadata.deletionTimestamp !== undefined && !isSucceeded(pod) && !replacesFailedOnly(job));

export function outcomeOf(job: Job, tally: Tally, now: Instant): Outcome | undefined {
  const { active, succeeded, failed, completedIndexes, failedIndexes, newlyFailed } = tally;
  const { backoffLimit = 6, completions, activeDeadlineSeconds, maxFailedIndexes } = job.spec;
  for (const pod of newlyFailed) {
    const { message } = verdictOn(pod, job);
    if (message) return { type: 'Failed', reason: 'PodFailurePolicy', message };
  }
  if (failed > backoffLimit || restartsExceed(job, active, backoffLimit)) {
    return { type: 'Failed', reason: 'BackoffLimitExceeded', message: 'Job has reached the specified backoff limit' };
  }
  const start = job.status?.startTime;
  if (activeDeadlineSeconds !== undefined && start && now - parseTime(start) >= seconds(activeDeadlineSeconds)) {
    return { type: 'Failed', reason: 'DeadlineExceeded', message: 'Job was active longer than specified deadline' };
  }
  if (hasLimitPerIndex(job)) {
    if (maxFailedIndexes !== undefined && failedIndexes.size > maxFailedIndexes) {
      const message = 'Job has exceeded the specified maximal number of failed indexes';
      return { type: 'Failed', reason: 'MaxFailedIndexesExceeded', message };
    }
    if (failedIndexes.size > 0 && failedIndexes.size + completedIndexes.size >= (completions ?? 0)) {
      return { type: 'Failed', reason: 'FailedIndexes', message: 'Job has failed indexes' };
    }
  }
  const success = isIndexed(job) ? successMessage(job, completedIndexes) : undefined;
  if (success) return { type: 'Complete', reason: 'SuccessPolicy', message: success };
  const done = isIndexed(job) ? completedIndexes.size : succeeded;
  const isComplete = completions === undefined ? succeeded > 0 && active.length === 0 : done >= completions;
  return isComplete ? { type: 'Complete', reason: 'CompletionsReached', message: 'Reached expected number of succeeded pods' } : undefined;
}

/** With restartPolicy OnFailure the containers' restarts count against the limit. */
function restartsExceed(job: Job, active: readonly Pod[], backoffLimit: number): boolean {
  if (job.spec.template.spec?.restartPolicy !== 'OnFailure') return false;
  const running = active.filter(({ status }) => status?.phase === 'Running' || status?.phase === 'Pending');
  const count = running
    .flatMap(({ status }) => [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])])
    .reduce((sum, { restartCount }) => sum + restartCount, 0);
  return backoffLimit === 0 ? count > 0 : count >= backoffLimit;
}

/** How many Pods should be active now. */
export function wantedActive(job: Job, { active, succeeded, completedIndexes }: Tally): number {
  const { parallelism = 1, completions } = job.spec;
  if (completions === undefined) return succeeded > 0 ? Math.min(active.length, parallelism) : parallelism;
  const done = isIndexed(job) ? completedIndexes.size : succeeded;
  return Math.min(Math.max(0, completions - done), parallelism);
}

/** The lowest indexes that are neither done nor running; undefined for Jobs without indexes. */
export function nextIndexes(
  job: Job,
  { active, terminating, completedIndexes, failedIndexes }: Tally,
  count: number,
): number[] | undefined {
  if (!isIndexed(job)) return undefined;
  const leaving = replacesFailedOnly(job) ? terminating : [];
  const taken = new Set([...completedIndexes, ...failedIndexes, ...[...active, ...leaving].map(indexOf)]);
  const next: number[] = [];
  for (let i = 0; i < (job.spec.completions ?? 0) && next.length < count; i++) if (!taken.has(i)) next.push(i);
  return next;
}

const FIRST_BACKOFF: Duration = seconds(10);
const LONGEST_BACKOFF: Duration = minutes(10);

/** When the next Pod may be created: 10 s after a failure, then 20 s, 40 s … until one succeeds. */
export function notBefore(pods: readonly Pod[]): Instant {
  const finished = pods.filter((pod) => isFinished(pod)).map((pod) => ({ pod, at: finishTime(pod) }));
  const lastSuccess = Math.max(0, ...finished.filter(({ pod }) => isSucceeded(pod)).map(({ at }) => at));
  const failures = finished.filter(({ pod, at }) => !isSucceeded(pod) && at >= lastSuccess).map(({ at }) => at);
  if (failures.length === 0) return 0;
  return Math.max(...failures) + backoffAfter(failures.length);
}

/** With a limit per index each index waits for itself. */
export const successorNotBefore = (pod: Pod): Instant => finishTime(pod) + backoffAfter(failuresBefore(pod) + 1);

const backoffAfter = (failures: number): Duration => Math.min(FIRST_BACKOFF * 2 ** Math.min(failures - 1, 20), LONGEST_BACKOFF);

function finishTime({ status, metadata }: Pod): Instant {
  const ends = (status?.containerStatuses ?? []).flatMap(({ state }) =>
    state?.terminated?.finishedAt ? [parseTime(state.terminated.finishedAt)] : [],
  );
  return ends.length > 0 ? Math.max(...ends) : parseTime(metadata.deletionTimestamp ?? metadata.creationTimestamp);
}

/** Indexes of finished Pods that have not been counted yet. */
export function completedIndexes(job: Job, newlySucceeded: readonly Pod[]): Set<number> {
  const indexes = parseIndexes(job.status?.completedIndexes);
  for (const pod of newlySucceeded) {
    const index = indexOf(pod);
    if (index !== undefined && index < (job.spec.completions ?? 0)) indexes.add(index);
  }
  return indexes;
}
