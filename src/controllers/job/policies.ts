// The policies of a Job, pure: podFailurePolicy (what a failed Pod means), backoffLimitPerIndex (when an index is given up) and
// successPolicy (which indexes are enough).
import type { Job } from '../../api/batch/job.ts';
import type { Pod } from '../../api/core/pod.ts';
import type { V1ContainerStatus, V1PodFailurePolicyOnExitCodesRequirement } from '../../api/generated/types.ts';
import { indexOf, parseIndexes } from './indexes.ts';

export const INDEX_FAILURES = 'batch.kubernetes.io/job-index-failure-count';
export const INDEX_IGNORED = 'batch.kubernetes.io/job-index-ignored-failure-count';

export interface Verdict {
  action: 'FailJob' | 'FailIndex' | 'Ignore' | 'Count';
  /** For FailJob: why. */
  message?: string;
}

/** Pods that are only going away are replaced when they have failed, not before. */
export const replacesFailedOnly = ({ spec }: Job): boolean => spec.podReplacementPolicy === 'Failed' || spec.podFailurePolicy !== undefined;

export const hasLimitPerIndex = ({ spec }: Job): boolean => spec.completionMode === 'Indexed' && spec.backoffLimitPerIndex !== undefined;

/** What the first rule that matches the failed Pod says; without one it counts. */
export function verdictOn(pod: Pod, { spec }: Job): Verdict {
  const { namespace, name } = pod.metadata;
  for (const [index, { action, onExitCodes, onPodConditions }] of (spec.podFailurePolicy?.rules ?? []).entries()) {
    const rule = `matching ${action} rule at index ${index}`;
    const container = onExitCodes && matchingContainer(pod, onExitCodes);
    const condition = onExitCodes
      ? undefined
      : pod.status?.conditions?.find(({ type, status }) => onPodConditions?.some((each) => each.type === type && each.status === status));
    if (!container && !condition) continue;
    if (action === 'FailIndex' && spec.backoffLimitPerIndex === undefined) continue;
    const what = container
      ? `Container ${container.name} for pod ${namespace}/${name} failed with exit code ${container.state?.terminated?.exitCode}`
      : `Pod ${namespace}/${name} has condition ${condition?.type}`;
    return { action: action as Verdict['action'], ...(action === 'FailJob' ? { message: `${what} ${rule}` } : {}) };
  }
  return { action: 'Count' };
}

function matchingContainer(
  { status }: Pod,
  { containerName, operator, values }: V1PodFailurePolicyOnExitCodesRequirement,
): V1ContainerStatus | undefined {
  return [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])].find(({ name, state }) => {
    const exitCode = state?.terminated?.exitCode ?? 0;
    if (exitCode === 0 || (containerName !== undefined && containerName !== name)) return false;
    return values.includes(exitCode) === (operator === 'In');
  });
}

const count = ({ metadata }: Pod, annotation: string): number => Number(metadata.annotations?.[annotation] ?? 0) || 0;

/** How often the index had failed when the Pod was made, ignored failures included. */
export const failuresBefore = (pod: Pod): number => count(pod, INDEX_FAILURES) + count(pod, INDEX_IGNORED);

/** Has the failed Pod used up its index? */
export function givesIndexUp(pod: Pod, job: Job): boolean {
  const { action } = verdictOn(pod, job);
  if (action === 'Ignore') return false;
  return action === 'FailIndex' || count(pod, INDEX_FAILURES) >= (job.spec.backoffLimitPerIndex ?? 0);
}

/** What the next Pod of an index carries on, after `replaced` has failed. */
export function indexFailureAnnotations(replaced: Pod | undefined, job: Job): Record<string, string> {
  if (!hasLimitPerIndex(job)) return {};
  const isIgnored = replaced !== undefined && verdictOn(replaced, job).action === 'Ignore';
  const failures = replaced ? count(replaced, INDEX_FAILURES) + (isIgnored ? 0 : 1) : 0;
  const ignored = replaced ? count(replaced, INDEX_IGNORED) + (isIgnored ? 1 : 0) : 0;
  return { [INDEX_FAILURES]: String(failures), ...(ignored > 0 ? { [INDEX_IGNORED]: String(ignored) } : {}) };
}

/**
 * The last failed Pod of each index that will be tried again: it keeps its finalizer until its successor is there, which carries on its
 * count of failures.
 */
export function awaitingSuccessors(failed: readonly Pod[], settled: ReadonlySet<number>): Map<number, Pod> {
  const last = new Map<number, Pod>();
  for (const pod of failed) {
    const index = indexOf(pod);
    if (index === undefined || settled.has(index)) continue;
    const known = last.get(index);
    if (!known || failuresBefore(known) <= failuresBefore(pod)) last.set(index, pod);
  }
  return last;
}

/** The sentence of the first rule that the succeeded indexes meet. */
export function successMessage({ spec }: Job, succeeded: ReadonlySet<number>): string | undefined {
  const rules = spec.successPolicy?.rules ?? [];
  const met = rules.findIndex(({ succeededIndexes, succeededCount }) => {
    const required = succeededIndexes === undefined ? undefined : [...parseIndexes(succeededIndexes)];
    const done = required ? required.filter((index) => succeeded.has(index)).length : succeeded.size;
    return done >= (succeededCount ?? required?.length ?? Number.POSITIVE_INFINITY);
  });
  return met < 0 ? undefined : `Matched rules at index ${met}`;
}
