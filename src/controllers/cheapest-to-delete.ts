// Plays ActivePodsWithRanks of controller_utils.go: in which order a workload gives up its Pods.
import type { Pod } from '../api/core/pod.ts';
import { type Instant, parseTime } from '../machinery/clock.ts';
import { isReady, readyCondition, restarts } from './pods.ts';

/** Cheapest first. A Pod that shares its node with many of `related` is cheaper. */
export function cheapestToDelete(pods: readonly Pod[], related: readonly Pod[], now: Instant): Pod[] {
  const perNode = new Map<string, number>();
  for (const { spec } of related) if (spec.nodeName) perNode.set(spec.nodeName, (perNode.get(spec.nodeName) ?? 0) + 1);
  const rank = (pod: Pod) => (pod.spec.nodeName ? (perNode.get(pod.spec.nodeName) ?? 0) : 0);
  return [...pods].sort((a, b) => compare(a, b, rank, now));
}

const PHASES: Record<string, number> = { Pending: 0, Unknown: 1, Running: 2 };

function compare(a: Pod, b: Pod, rank: (pod: Pod) => number, now: Instant): number {
  return (
    Number(Boolean(a.spec.nodeName)) - Number(Boolean(b.spec.nodeName)) ||
    phase(a) - phase(b) ||
    Number(isReady(a)) - Number(isReady(b)) ||
    deletionCost(a) - deletionCost(b) ||
    rank(b) - rank(a) ||
    (isReady(a) && isReady(b) ? younger(readyCondition(a)?.lastTransitionTime, readyCondition(b)?.lastTransitionTime) : 0) ||
    restarts(b) - restarts(a) ||
    younger(a.metadata.creationTimestamp, b.metadata.creationTimestamp) ||
    byUid()
  );

  /** The younger goes first, but ages are compared by their order of magnitude, to spread deletions over nodes and zones. */
  function younger(left: string | undefined, right: string | undefined): number {
    if (left === right || left === undefined || right === undefined) return 0;
    return magnitude(now - parseTime(left)) - magnitude(now - parseTime(right)) || byUid();
  }

  function byUid(): number {
    return a.metadata.uid < b.metadata.uid ? -1 : a.metadata.uid > b.metadata.uid ? 1 : 0;
  }
}

const phase = (pod: Pod): number => PHASES[pod.status?.phase ?? 'Pending'] ?? 0;
const deletionCost = (pod: Pod): number => Number(pod.metadata.annotations?.['controller.kubernetes.io/pod-deletion-cost'] ?? 0) || 0;
/** log2 of the age in nanoseconds, as the original counts. */
const magnitude = (age: number): number => (age <= 0 ? -1 : Math.floor(Math.log2(age * 1e6)));
