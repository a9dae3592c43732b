// Plays the disruption controller: how many Pods a PodDisruptionBudget can spare right now.
import { Deployment } from '../api/apps/deployment.ts';
import { ReplicaSet } from '../api/apps/replicaset.ts';
import { StatefulSet } from '../api/apps/statefulset.ts';
import { Pod } from '../api/core/pod.ts';
import { ReplicationController } from '../api/core/replicationcontroller.ts';
import type { V1OwnerReference, V1PodDisruptionBudgetStatus } from '../api/generated/types.ts';
import type { Kind } from '../api/kind.ts';
import { PodDisruptionBudget } from '../api/policy/poddisruptionbudget.ts';
import type { Client } from '../client/client.ts';
import { type Instant, minutes, parseTime } from '../machinery/clock.ts';
import { jsonEqual } from '../machinery/equal.ts';
import { selectorText, selects } from '../machinery/label-selector.ts';
import type { ReconcileResult } from '../machinery/loop.ts';
import { groupOf, type KubeObject } from '../machinery/object.ts';
import { isNotFound, StatusError } from '../machinery/status.ts';
import { withCondition } from './conditions.ts';
import { type ControllerContext, controllerOf, defineController } from './define.ts';
import { locate, NoSuchKind } from './horizontalpodautoscaler/scale-target.ts';
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

async function sync(budget: PodDisruptionBudget, context: ControllerContext): Promise<ReconcileResult | undefined> {
  const { client, recorder, clock } = context;
  const { namespace, deletionTimestamp } = budget.metadata;
  const { selector, minAvailable } = budget.spec;
  if (deletionTimestamp || !selector) return undefined;
  const listed = await client.list(Pod, { ...(namespace ? { namespace } : {}), labelSelector: selectorText(selector) });
  const pods = listed.filter((pod) => !isFinished(pod));
  const isNew = budget.status?.observedGeneration !== budget.metadata.generation;
  if (pods.length === 0 && isNew) await recorder.event(budget, 'Normal', 'NoPods', 'No matching pods found');
  let expected = pods.length;
  let unmanaged = 0;
  if (typeof minAvailable !== 'number') {
    try {
      ({ replicas: expected, unmanaged } = await expectedPods(client, pods));
    } catch (error) {
      if (!(error instanceof NoScale)) throw error;
      await fail(budget, error.message, context);
      return undefined;
    }
  }
  const status = plan(budget, pods, expected, clock.now());
  if (unmanaged > 0 && !jsonEqual(status, budget.status)) {
    await recorder.event(budget, 'Warning', 'UnmanagedPods', unmanagedText(selectorText(selector)));
  }
  await client.updateStatus(PodDisruptionBudget, budget, status);
  return Object.keys(status.disruptedPods ?? {}).length > 0 ? { requeueAfter: PATIENCE, class: 'deadline' } : undefined;
}

const unmanagedText = (selector: string): string =>
  `Pods selected by this PodDisruptionBudget (selector: ${selector}) were found to be unmanaged. As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.`;

/** Why nobody can say how many Pods there should be. */
class NoScale extends Error {}

/** What cannot be calculated spares nothing. */
async function fail(budget: PodDisruptionBudget, why: string, { client, recorder, clock }: ControllerContext): Promise<void> {
  const observedGeneration = budget.metadata.generation;
  const condition = {
    type: 'DisruptionAllowed',
    status: 'False',
    reason: 'SyncFailed',
    message: why,
    ...(observedGeneration === undefined ? {} : { observedGeneration }),
  };
  const conditions = withCondition(budget.status?.conditions, condition, clock.now());
  const isKnown = budget.status?.conditions?.some(({ reason, message }) => reason === 'SyncFailed' && message === why);
  if (!isKnown) {
    const message = `Failed to calculate the number of expected pods: ${why}`;
    await recorder.event(budget, 'Warning', 'CalculateExpectedPodCountFailed', message);
  }
  const { currentHealthy = 0, desiredHealthy = 0, expectedPods = 0, ...status } = budget.status ?? {};
  await client.updateStatus(PodDisruptionBudget, budget, {
    ...status,
    conditions,
    currentHealthy,
    desiredHealthy,
    expectedPods,
    disruptionsAllowed: 0,
    observedGeneration,
  });
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

/**
 * The replicas that the Pods' workloads ask for; a Deployment speaks for its ReplicaSets. Pods without a workload do not count. Throws
 * {@link NoScale} for a workload without scale.
 */
async function expectedPods(client: Client, pods: readonly Pod[]): Promise<{ replicas: number; unmanaged: number }> {
  const replicas = new Map<string, number>();
  const seen = new Set<string>();
  let unmanaged = 0;
  for (const pod of pods) {
    const owner = controllerOf(pod);
    if (!owner) {
      unmanaged++;
      continue;
    }
    if (seen.has(owner.uid)) continue;
    seen.add(owner.uid);
    const workload = await workloadOf(client, pod, owner);
    const speaker = await deploymentOf(client, workload);
    replicas.set((speaker ?? workload).metadata.uid, replicasOf(speaker ?? workload));
  }
  return { replicas: [...replicas.values()].reduce((sum, count) => sum + count, 0), unmanaged };
}

async function workloadOf(client: Client, pod: Pod, { apiVersion, kind, name, uid }: V1OwnerReference): Promise<KubeObject> {
  const known = [ReplicaSet, StatefulSet, ReplicationController].find(
    ({ names }) => names.kind === kind && names.group === groupOf(apiVersion),
  ) as Kind | undefined;
  const found = known
    ? await client.get(known, { namespace: pod.metadata.namespace, name })
    : await scaleOf(client, pod, apiVersion, kind, name);
  if (found?.metadata.uid === uid) return found;
  throw new NoScale(`found no controllers for pod ${JSON.stringify(pod.metadata.name)}`);
}

/** Any other workload that can be scaled. */
async function scaleOf(client: Client, pod: Pod, apiVersion: string, kind: string, name: string): Promise<KubeObject | undefined> {
  try {
    const { prefix, plural } = await locate(client, { apiVersion, kind });
    const path = `${prefix}/namespaces/${pod.metadata.namespace}/${plural}/${name}`;
    const { body } = await client.request({ method: 'GET', path });
    try {
      return { ...(body as KubeObject), spec: ((await client.request({ method: 'GET', path: `${path}/scale` })).body as KubeObject).spec };
    } catch (error) {
      if (!(error instanceof StatusError) || (error.code !== 404 && error.code !== 405)) throw error;
      throw new NoScale(`${groupOf(apiVersion) ? `${plural}.${groupOf(apiVersion)}` : plural} does not implement the scale subresource`);
    }
  } catch (error) {
    if (error instanceof NoSuchKind || isNotFound(error)) return undefined;
    throw error;
  }
}

async function deploymentOf(client: Client, workload: KubeObject): Promise<KubeObject | undefined> {
  const owner = controllerOf(workload);
  return owner?.kind === 'Deployment' ? client.get(Deployment, { namespace: workload.metadata.namespace, name: owner.name }) : undefined;
}

const replicasOf = ({ spec }: KubeObject): number => (spec as { replicas?: number }).replicas ?? 1;
