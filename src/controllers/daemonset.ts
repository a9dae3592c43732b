// Plays the DaemonSet controller: one Pod on every node that takes it, placed by the scheduler through node affinity.
// How fast failed Pods are replaced is in back-off.ts.
import { DaemonSet } from '../api/apps/daemonset.ts';
import { Node } from '../api/core/node.ts';
import { Pod } from '../api/core/pod.ts';
import type { V1DaemonSetStatus, V1Toleration } from '../api/generated/types.ts';
import type { NewObject } from '../client/client.ts';
import type { Instant } from '../machinery/clock.ts';
import { jsonEqual } from '../machinery/equal.ts';
import type { ReconcileResult } from '../machinery/loop.ts';
import { matchesNode } from '../machinery/node-affinity.ts';
import { tolerates } from '../machinery/tolerations.ts';
import { failedPodsBackOff } from './back-off.ts';
import { hashOf, REVISION_HASH, syncRevisions, trimRevisions } from './controller-revisions.ts';
import { type ControllerContext, defineController, moreThanStatus, watch } from './define.ts';
import { groupBy } from './group-by.ts';
import { resolveIntOrPercent } from './int-or-percent.ts';
import { adoptOrphans, claimOwned } from './ownership.ts';
import { isAvailable, isFinished, isReady, podFrom, workloadView } from './pods.ts';
import { untilAvailable } from './replicaset.ts';
import { createPod, deletePod } from './slow-start.ts';

/** A change of a node concerns every DaemonSet. */
const ALL = '~all';

export const daemonSetController = defineController({
  name: 'daemonset-controller',
  for: DaemonSet,
  relevant: moreThanStatus,
  owns: [Pod],
  ownedView: workloadView,
  watches: [
    watch(Node, ({ type, object, old }) => {
      const isSame =
        old && type === 'MODIFIED' && jsonEqual(old.metadata.labels, object.metadata.labels) && jsonEqual(old.spec, object.spec);
      return isSame ? [] : [ALL];
    }),
  ],
  adopt: (namespace, { client }) => adoptOrphans(client, DaemonSet, Pod, namespace),
  async reconcile(key, context) {
    if (key.name === ALL) {
      for (const ds of await context.client.list(DaemonSet)) await sync(ds, context);
      return undefined;
    }
    const ds = await context.client.get(DaemonSet, key);
    return ds && sync(ds, context);
  },
});

async function sync(ds: DaemonSet, { client, recorder, clock, memory }: ControllerContext): Promise<ReconcileResult | undefined> {
  if (ds.metadata.deletionTimestamp) return undefined;
  const revisions = await syncRevisions(client, ds);
  const hash = hashOf(revisions.current);
  const adopt = ds.status?.observedGeneration !== ds.metadata.generation;
  const pods = await claimOwned(client, { owner: ds, kind: Pod, selector: ds.spec.selector, adopt });
  const nodes = await client.list(Node);

  const now = clock.now();
  const plan = planPods(ds, nodes, pods, hash, now);
  const backOff = failedPodsBackOff(memory, ds, now);
  const replaced: Pod[] = [];
  for (const pod of plan.failed) {
    const { namespace, name } = pod.metadata;
    const where = `${namespace}/${name} on node ${pod.spec.nodeName}`;
    if (pod.status?.phase === 'Succeeded') {
      await recorder.event(ds, 'Normal', 'SucceededDaemonPod', `Found succeeded daemon pod ${where}, will try to delete it`);
    } else {
      if (!backOff.mayReplace(targetNode(pod))) continue;
      await recorder.event(ds, 'Warning', 'FailedDaemonPod', `Found failed daemon pod ${where}, will try to kill it`);
    }
    replaced.push(pod);
  }
  for (const pod of [...replaced, ...plan.remove]) await deletePod({ client, recorder }, ds, pod);
  for (const node of plan.create) await createPod({ client, recorder }, ds, daemonPod(ds, node, hash));
  await trimRevisions(
    client,
    revisions.old,
    new Set(pods.map((pod) => pod.metadata.labels?.[REVISION_HASH] ?? '')),
    ds.spec.revisionHistoryLimit ?? 10,
  );
  await client.updateStatus(DaemonSet, ds, summarize(ds, nodes, pods, hash, now));
  const available = untilAvailable(pods, ds.spec.minReadySeconds ?? 0, now);
  return available ?? (backOff.wait === undefined ? undefined : { requeueAfter: backOff.wait, class: 'recurrence' });
}

interface Plan {
  /** Names of nodes. */
  create: string[];
  remove: Pod[];
  /** Those that have ended. */
  failed: Pod[];
}

/** What has to come and go, then as many replacements of outdated Pods as the update strategy allows. */
export function planPods(ds: DaemonSet, nodes: readonly Node[], pods: readonly Pod[], hash: string, now: Instant): Plan {
  const plan: Plan = { create: [], remove: [], failed: [] };
  const byNode = groupBy(pods, targetNode);
  const { maxSurge, maxUnavailable } = allowance(ds, nodes);
  const outdated: { node: string; pod: Pod }[] = [];
  let unavailable = 0;
  let surging = 0;
  for (const node of nodes) {
    const { name } = node.metadata;
    const here = byNode.get(name) ?? [];
    byNode.delete(name);
    const { run, stay } = verdict(ds, node);
    const alive = here.filter((pod) => !pod.metadata.deletionTimestamp);
    const failed = alive.filter(isFinished);
    plan.failed.push(...failed);
    const healthy = alive.filter((pod) => !failed.includes(pod));
    if (!stay) plan.remove.push(...healthy);
    if (!run) continue;
    if (here.length === 0) plan.create.push(name);
    const fresh = healthy.filter((pod) => pod.metadata.labels?.[REVISION_HASH] === hash);
    const old = healthy.filter((pod) => !fresh.includes(pod));
    if (!healthy.some((pod) => isAvailable(pod, ds.spec.minReadySeconds ?? 0, now))) unavailable++;
    if (ds.spec.updateStrategy?.type === 'OnDelete' || old.length === 0) {
      plan.remove.push(...youngerThanFirst(healthy));
      continue;
    }
    if (fresh.length > 0) {
      // A surged Pod replaces the old one as soon as it is available.
      surging++;
      if (fresh.some((pod) => isAvailable(pod, ds.spec.minReadySeconds ?? 0, now))) plan.remove.push(...old);
    } else {
      for (const pod of old) outdated.push({ node: name, pod });
    }
  }
  for (const left of byNode.values()) plan.remove.push(...left.filter((pod) => !pod.metadata.deletionTimestamp));

  for (const { node, pod } of outdated) {
    const isDown = !isAvailable(pod, ds.spec.minReadySeconds ?? 0, now);
    if (maxSurge > 0) {
      if (isDown) plan.remove.push(pod);
      else if (surging < maxSurge) {
        plan.create.push(node);
        surging++;
      }
    } else if (isDown || unavailable < maxUnavailable) {
      plan.remove.push(pod);
      if (!isDown) unavailable++;
    }
  }
  return plan;
}

/** The oldest stays when a node somehow has several. */
function youngerThanFirst(pods: readonly Pod[]): Pod[] {
  return [...pods].sort((a, b) => (a.metadata.creationTimestamp < b.metadata.creationTimestamp ? -1 : 1)).slice(1);
}

function allowance(ds: DaemonSet, nodes: readonly Node[]): { maxSurge: number; maxUnavailable: number } {
  const wanted = nodes.filter((node) => verdict(ds, node).run).length;
  const { rollingUpdate } = ds.spec.updateStrategy ?? {};
  const maxSurge = resolveIntOrPercent(rollingUpdate?.maxSurge, wanted, 'up', 0);
  const maxUnavailable = resolveIntOrPercent(rollingUpdate?.maxUnavailable, wanted, 'up', 1);
  return { maxSurge, maxUnavailable: maxSurge === 0 && maxUnavailable === 0 ? 1 : maxUnavailable };
}

/** Should a Pod start on the node, and may one that runs there stay? */
function verdict(ds: DaemonSet, node: Node): { run: boolean; stay: boolean } {
  const spec = ds.spec.template.spec;
  if (!spec || (spec.nodeName && spec.nodeName !== node.metadata.name) || !matchesNode(spec, node)) return { run: false, stay: false };
  const tolerations = daemonTolerations(spec.tolerations, spec.hostNetwork);
  const untolerated = (node.spec.taints ?? []).filter((taint) => taint.effect !== 'PreferNoSchedule' && !tolerates(tolerations, taint));
  if (untolerated.length === 0) return { run: true, stay: true };
  return { run: false, stay: untolerated.every(({ effect }) => effect !== 'NoExecute') };
}

/** Pods of DaemonSets are not driven away by trouble of the node. */
function daemonTolerations(own: readonly V1Toleration[] | undefined, hostNetwork: boolean | undefined): V1Toleration[] {
  const added: [key: string, effect: string][] = [
    ['not-ready', 'NoExecute'],
    ['unreachable', 'NoExecute'],
    ['disk-pressure', 'NoSchedule'],
    ['memory-pressure', 'NoSchedule'],
    ['pid-pressure', 'NoSchedule'],
    ['unschedulable', 'NoSchedule'],
    ...(hostNetwork ? [['network-unavailable', 'NoSchedule'] satisfies [string, string]] : []),
  ];
  const tolerations = added.map(([key, effect]) => ({ key: `node.kubernetes.io/${key}`, operator: 'Exists', effect }));
  return [...(own ?? []), ...tolerations.filter((each) => !(own ?? []).some((given) => jsonEqual(given, each)))];
}

function daemonPod(ds: DaemonSet, node: string, hash: string): NewObject<Pod> {
  const pod = podFrom(ds.spec.template, ds);
  const { spec } = pod;
  const nodeSelectorTerms = [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] }];
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      labels: {
        ...pod.metadata.labels,
        [REVISION_HASH]: hash,
        'pod-template-generation': ds.metadata.annotations?.['deprecated.daemonset.template.generation'] ?? '1',
      },
    },
    spec: {
      ...spec,
      affinity: {
        ...spec.affinity,
        nodeAffinity: { ...spec.affinity?.nodeAffinity, requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } },
      },
      tolerations: daemonTolerations(spec.tolerations, spec.hostNetwork),
    },
  };
}

/** The node a Pod is on, or is meant for while it is not bound. */
function targetNode({ spec }: Pod): string {
  if (spec.nodeName) return spec.nodeName;
  const terms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  return terms[0]?.matchFields?.find(({ key }) => key === 'metadata.name')?.values?.[0] ?? '';
}

function summarize(ds: DaemonSet, nodes: readonly Node[], pods: readonly Pod[], hash: string, now: Instant): V1DaemonSetStatus {
  const byNode = groupBy(pods, targetNode);
  const status = { desired: 0, current: 0, misscheduled: 0, ready: 0, updated: 0, available: 0 };
  for (const node of nodes) {
    const here = byNode.get(node.metadata.name) ?? [];
    if (!verdict(ds, node).run) {
      if (here.length > 0) status.misscheduled++;
      continue;
    }
    status.desired++;
    if (here.length === 0) continue;
    status.current++;
    if (here.some(isReady)) status.ready++;
    if (here.some((pod) => isAvailable(pod, ds.spec.minReadySeconds ?? 0, now))) status.available++;
    if (here.some((pod) => pod.metadata.labels?.[REVISION_HASH] === hash)) status.updated++;
  }
  return {
    currentNumberScheduled: status.current,
    desiredNumberScheduled: status.desired,
    numberMisscheduled: status.misscheduled,
    numberReady: status.ready,
    observedGeneration: ds.metadata.generation,
    updatedNumberScheduled: status.updated || undefined,
    numberAvailable: status.available || undefined,
    numberUnavailable: status.desired - status.available || undefined,
    ...(ds.status?.collisionCount ? { collisionCount: ds.status.collisionCount } : {}),
  };
}
