// Plays the ReplicaSet controller of kube-controller-manager. Which Pod goes first is in cheapest-to-delete.ts, batching in slow-start.ts,
// adoption in ownership.ts.
import { ReplicaSet } from '../api/apps/replicaset.ts';
import { Pod } from '../api/core/pod.ts';
import type { ReplicationController } from '../api/core/replicationcontroller.ts';
import type { V1LabelSelector, V1ReplicaSetStatus } from '../api/generated/types.ts';
import type { Kind } from '../api/kind.ts';
import type { Instant } from '../machinery/clock.ts';
import { hasLabels, type Labels } from '../machinery/label-selector.ts';
import type { ReconcileResult } from '../machinery/loop.ts';
import { cheapestToDelete } from './cheapest-to-delete.ts';
import { conditionOf, withCondition, withoutCondition } from './conditions.ts';
import { type ControllerContext, defineController, moreThanStatus } from './define.ts';
import { adoptOrphans, claimOwned } from './ownership.ts';
import { availableAt, isActive, isAvailable, isReady, isTerminating, podFrom, workloadView } from './pods.ts';
import { relatedPods } from './related-pods.ts';
import { createPods, deletePods, type Outcome } from './slow-start.ts';
import { Tallies } from './tally.ts';

/** A controller creates or deletes at most this many Pods in one go. */
const BURST = 500;

export const replicaSetController = defineController({
  name: 'replicaset-controller',
  for: ReplicaSet,
  relevant: moreThanStatus,
  owns: [Pod],
  ownedView: workloadView,
  adopt: (namespace, { client }) => adoptOrphans(client, ReplicaSet, Pod, namespace),
  async reconcile(key, context) {
    const rs = await context.client.get(ReplicaSet, key);
    if (!rs) return undefined;
    const { selector } = rs.spec;
    return keepReplicas(ReplicaSet, rs, { selector, related: (pods) => relatedPods(context.client, rs, pods) }, context);
  },
});

/** What keeps Pods from one template at a number: a ReplicaSet, or its predecessor. */
export type Replicated = ReplicaSet | ReplicationController;

interface Keeping {
  selector: V1LabelSelector | undefined;
  /** Pods that count when the most crowded nodes are thinned out. */
  related(pods: readonly Pod[]): Promise<readonly Pod[]>;
}

export async function keepReplicas<T extends Replicated>(
  kind: Kind<T>,
  rs: T,
  { selector, related }: Keeping,
  { client, recorder, clock }: ControllerContext,
): Promise<ReconcileResult | undefined> {
  const adopt = rs.status?.observedGeneration !== rs.metadata.generation;
  const claimed = await claimOwned(client, { owner: rs, kind: Pod, selector, adopt });
  const { active, terminating: leaving } = countsOf(rs, claimed);
  const mine = active === claimed.length ? claimed : claimed.filter(isActive);
  const missing = (rs.spec.replicas ?? 1) - mine.length;
  let outcome: Outcome<Pod> = { done: [] };
  if (!rs.metadata.deletionTimestamp && missing !== 0) {
    outcome =
      missing > 0
        ? await createPods({ client, recorder }, rs, podFrom(rs.spec.template ?? {}, rs), Math.min(missing, BURST))
        : await deletePods({ client, recorder }, rs, await surplus(-missing));
  }
  const left = outcome.done.length > 0 ? mine.filter((pod) => !outcome.done.includes(pod)) : mine;
  const current = missing > 0 ? [...mine, ...outcome.done] : left;
  const terminating = leaving + (missing < 0 ? outcome.done.filter((pod) => pod.spec.nodeName).length : 0);
  const status = summarize(rs, current, terminating, { missing, error: outcome.error }, clock.now());
  await client.updateStatus(kind, rs, status);
  if (outcome.error) throw outcome.error;
  return untilAvailable(current, rs.spec.minReadySeconds ?? 0, clock.now());

  async function surplus(count: number): Promise<readonly Pod[]> {
    if (count >= mine.length) return mine;
    return cheapestToDelete(mine, await related(mine), clock.now()).slice(0, Math.min(count, BURST));
  }
}

/** Looks again when the next ready Pod has been ready long enough. */
export function untilAvailable(pods: readonly Pod[], minReadySeconds: number, now: Instant): ReconcileResult | undefined {
  if (minReadySeconds === 0) return undefined;
  const waiting = pods
    .filter((pod) => isReady(pod) && !isAvailable(pod, minReadySeconds, now))
    .map((pod) => availableAt(pod, minReadySeconds));
  return waiting.length > 0 ? { requeueAfter: Math.min(...waiting) - now, class: 'progress' } : undefined;
}

const tallies = new Tallies<Pod, Labels | undefined>((labels) => [
  isActive,
  isTerminating,
  isReady,
  (pod) => hasLabels(labels, pod.metadata.labels),
]);

function countsOf(rs: Replicated, pods: readonly Pod[]): { active: number; terminating: number; ready: number; labeled: number } {
  const [active = 0, terminating = 0, ready = 0, labeled = 0] = tallies.of(rs.metadata.uid, rs.spec.template?.metadata?.labels).of(pods);
  return { active, terminating, ready, labeled };
}

/** The status that `pods`, the active ones, make. Counts of zero are left out, as the API does. */
export function summarize(
  rs: Replicated,
  pods: readonly Pod[],
  terminating: number,
  { missing, error }: { missing: number; error?: Error | undefined },
  now: Instant,
): V1ReplicaSetStatus {
  const { ready, labeled } = countsOf(rs, pods);
  const minReadySeconds = rs.spec.minReadySeconds ?? 0;
  const available = minReadySeconds === 0 ? ready : pods.filter((pod) => isAvailable(pod, minReadySeconds, now)).length;
  const failed = conditionOf(rs.status?.conditions, 'ReplicaFailure');
  let conditions = rs.status?.conditions;
  if (error && !failed) {
    const reason = missing > 0 ? 'FailedCreate' : 'FailedDelete';
    conditions = withCondition(conditions, { type: 'ReplicaFailure', status: 'True', reason, message: error.message }, now);
  } else if (!error && failed) {
    conditions = withoutCondition(conditions, 'ReplicaFailure');
  }
  return {
    replicas: pods.length,
    fullyLabeledReplicas: labeled || undefined,
    readyReplicas: ready || undefined,
    availableReplicas: available || undefined,
    ...(rs.kind === 'ReplicaSet' ? { terminatingReplicas: terminating } : {}),
    observedGeneration: rs.metadata.generation,
    conditions: conditions && conditions.length > 0 ? conditions : undefined,
  };
}
