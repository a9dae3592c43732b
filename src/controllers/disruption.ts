// Plays the disruption controller: how many Pods a PodDisruptionBudget can spare right now. Left out: scale subresources of custom
// workloads; Pods without a known workload count themselves.
import { Deployment } from '../api/apps/deployment.ts';
import { ReplicaSet } from '../api/apps/replicaset.ts';
import { StatefulSet } from '../api/apps/statefulset.ts';
import { Pod } from '../api/core/pod.ts';
import { ReplicationController } from '../api/core/replicationcontroller.ts';
import type { V1PodDisruptionBudgetStatus } from '../api/generated/types.ts';
import { PodDisruptionBudget } from '../api/policy/poddisruptionbudget.ts';
import type { Client } from '../client/client.ts';
import { type Instant, minutes, parseTime } from '../machinery/clock.ts';
import { selectorText, selects } from '../machinery/label-selector.ts';
import type { ReconcileResult } from '../machinery/loop.ts';
import type { KubeObject } from '../machinery/object.ts';
import { withCondition } from './conditions.ts';
import { type ControllerContext, controllerOf, defineController } from './define.ts';
import { resolveIntOrPercent } from './int-or-percent.ts';
import { isFinished, isReady } from './pods.ts';
import { labelsIn, selectedPods } from './selected-pods.ts';

/** An eviction that was granted but has not happened after this is forgotten. */
const PATIENCE = minutes(2);

export const disruptionController = defineController({
  name: 'disruption-controller',
  component: 'controllermanager',
  for: PodDisruptionBudget,
  watches: [selectedPods((pod) => [isReady(pod), isFinished(pod), Boolean(pod.metadata.deletionTimestamp), pod.metadata.ownerReferences])],
  async reconcile(key, context) {
    const labels = labelsIn(key);
    if (!labels) {
      const budget = await context.client.get(PodDisruptionBudget, key);
      return budget && sync(budget, context);
    }
    for (const budget of await context.client.list(PodDisruptionBudget, key.namespace ? { namespace: key.namespace } : {})) {
      if (selects(budget.spec.selector, labels)) await sync(budget, context);
    }
    return undefined;
  },
});

async function sync(budget: PodDisruptionBudget, { client, recorder, clock }: ControllerContext): Promise<ReconcileResult | undefined> {
  const { namespace, deletionTimestamp } = budget.metadata;
  const { selector } = budget.spec;
  if (deletionTimestamp || !selector) return undefined;
  const listed = await client.list(Pod, { ...(namespace ? { namespace } : {}), labelSelector: selectorText(selector) });
  const pods = listed.filter((pod) => !isFinished(pod));
  if (pods.length === 0 && budget.status?.observedGeneration !== budget.metadata.generation) {
    await recorder.event(budget, 'Normal', 'NoPods', 'No matching pods found');
  }
  const status = plan(budget, pods, await expectedPods(client, pods), clock.now());
  await client.updateStatus(PodDisruptionBudget, budget, status);
  return Object.keys(status.disruptedPods ?? {}).length > 0 ? { requeueAfter: PATIENCE, class: 'deadline' } : undefined;
}

export function plan(budget: PodDisruptionBudget, pods: readonly Pod[], expected: number, now: Instant): V1PodDisruptionBudgetStatus {
  const { minAvailable, maxUnavailable } = budget.spec;
  const disrupted = Object.entries(budget.status?.disruptedPods ?? {}).filter(
    ([name, at]) => parseTime(at) + PATIENCE > now && pods.some(({ metadata }) => metadata.name === name && !metadata.deletionTimestamp),
  );
  const leaving = new Set(disrupted.map(([name]) => name));
  const healthy = pods.filter((pod) => isReady(pod) && !pod.metadata.deletionTimestamp && !leaving.has(pod.metadata.name)).length;
  const expectedPods = typeof minAvailable === 'number' ? pods.length : expected;
  const desired =
    maxUnavailable === undefined
      ? resolveIntOrPercent(minAvailable, expectedPods, 'up', 1)
      : Math.max(0, expectedPods - resolveIntOrPercent(maxUnavailable, expectedPods, 'up'));
  const allowed = expectedPods <= 0 ? 0 : Math.max(0, healthy - desired);
  const condition = allowed > 0 ? { status: 'True', reason: 'SufficientPods' } : { status: 'False', reason: 'InsufficientPods' };
  const observedGeneration = budget.metadata.generation;
  return {
    conditions: withCondition(
      budget.status?.conditions,
      { type: 'DisruptionAllowed', message: '', ...condition, ...(observedGeneration === undefined ? {} : { observedGeneration }) },
      now,
    ),
    currentHealthy: healthy,
    desiredHealthy: desired,
    ...(disrupted.length > 0 ? { disruptedPods: Object.fromEntries(disrupted) } : {}),
    disruptionsAllowed: allowed,
    expectedPods,
    observedGeneration,
  };
}

/** The replicas that the Pods' workloads ask for; a Deployment speaks for its ReplicaSets. */
async function expectedPods(client: Client, pods: readonly Pod[]): Promise<number> {
  const replicas = new Map<string, number>();
  for (const pod of pods) {
    const owner = controllerOf(pod);
    if (!owner) {
      replicas.set(pod.metadata.uid, 1);
      continue;
    }
    if (replicas.has(owner.uid)) continue;
    const workload = await workloadOf(client, pod);
    const speaker = workload && (await deploymentOf(client, workload));
    if (speaker) replicas.set(speaker.metadata.uid, replicasOf(speaker));
    else if (workload) replicas.set(workload.metadata.uid, replicasOf(workload));
    else replicas.set(pod.metadata.uid, 1);
  }
  return [...replicas.values()].reduce((sum, count) => sum + count, 0);
}

async function workloadOf(client: Client, pod: Pod): Promise<KubeObject | undefined> {
  const owner = controllerOf(pod);
  const key = { namespace: pod.metadata.namespace, name: owner?.name ?? '' };
  switch (owner?.kind) {
    case 'ReplicaSet':
      return client.get(ReplicaSet, key);
    case 'StatefulSet':
      return client.get(StatefulSet, key);
    case 'ReplicationController':
      return client.get(ReplicationController, key);
    default:
      return undefined;
  }
}

async function deploymentOf(client: Client, workload: KubeObject): Promise<KubeObject | undefined> {
  const owner = controllerOf(workload);
  return owner?.kind === 'Deployment' ? client.get(Deployment, { namespace: workload.metadata.namespace, name: owner.name }) : undefined;
}

const replicasOf = ({ spec }: KubeObject): number => (spec as { replicas?: number }).replicas ?? 1;
