// Plays the node lifecycle controller: a kubelet that stops renewing its lease makes its node Unknown, conditions become taints, and the
// Pods of a node that is not ready are not ready either. Left out: zones and rate limits of eviction.
import { Lease } from '../api/coordination/lease.ts';
import { Node } from '../api/core/node.ts';
import { Pod } from '../api/core/pod.ts';
import type { V1NodeCondition, V1Taint } from '../api/generated/types.ts';
import { type Instant, parseTime, rfc3339, seconds } from '../machinery/clock.ts';
import { jsonEqual } from '../machinery/equal.ts';
import type { ReconcileResult } from '../machinery/loop.ts';
import { drawer, type Store } from '../machinery/store.ts';
import { type Controller, type ControllerContext, type ControllerDeps, contextFor } from './define.ts';
import { isFinished, isReady } from './pods.ts';

const NAME = 'node-lifecycle-controller';
/** --node-monitor-grace-period */
const GRACE = seconds(50);
const LEASES = 'kube-node-lease';

const UNREACHABLE = 'node.kubernetes.io/unreachable';
const NOT_READY = 'node.kubernetes.io/not-ready';
/** Which status of which condition is which taint. */
const TAINTS: readonly { type: string; status: string; key: string }[] = [
  { type: 'Ready', status: 'False', key: NOT_READY },
  { type: 'Ready', status: 'Unknown', key: UNREACHABLE },
  { type: 'MemoryPressure', status: 'True', key: 'node.kubernetes.io/memory-pressure' },
  { type: 'DiskPressure', status: 'True', key: 'node.kubernetes.io/disk-pressure' },
  { type: 'PIDPressure', status: 'True', key: 'node.kubernetes.io/pid-pressure' },
  { type: 'NetworkUnavailable', status: 'True', key: 'node.kubernetes.io/network-unavailable' },
];
const UNSCHEDULABLE = 'node.kubernetes.io/unschedulable';
const OWN_KEYS = new Set([...TAINTS.map(({ key }) => key), UNSCHEDULABLE]);

export const nodeLifecycleController: Controller = {
  name: NAME,
  loop(deps: ControllerDeps) {
    // A lease renews itself without writes. Somebody writes it when that begins or ends: note the time it showed then, and see
    // after the grace period whether it has moved.
    const written = drawer(deps.store, '/kubemu/node-lifecycle/');
    const context = contextFor(NAME, deps);
    return {
      name: NAME,
      watches: [
        { resource: Node.resource, keys: ({ object }) => [object.metadata.name] },
        {
          resource: Lease.resource,
          keys({ type, object }) {
            const { namespace, name } = object.metadata;
            if (namespace !== LEASES) return [];
            written.put(name, type === 'DELETED' ? '' : ((object as Lease).spec?.renewTime ?? ''));
            return [name];
          },
        },
        {
          resource: Pod.resource,
          keys: ({ type, object, old }) => {
            const pod = object as Pod;
            const isNews = type !== 'DELETED' && isReady(pod) && !(old && isReady(old as Pod));
            return isNews && pod.spec.nodeName ? [pod.spec.nodeName] : [];
          },
        },
      ],
      reconcile: (name) => reconcile(name, context, written),
    };
  },
};

async function reconcile(name: string, context: ControllerContext, written: Store): Promise<ReconcileResult | undefined> {
  const { client, recorder, clock } = context;
  let node = await client.get(Node, { name });
  if (!node) {
    written.delete(name);
    return undefined;
  }
  const now = clock.now();
  const requeue = await watchLease(name, context, written);
  if (requeue === 'expired') {
    const conditions = unknownConditions(node, now);
    const wasReady = ready(node)?.status === 'True';
    if (conditions) node = await client.updateStatus(Node, node, { ...node.status, conditions });
    if (conditions && wasReady) await recorder.event(node, 'Normal', 'NodeNotReady', `Node ${name} status is now: NodeNotReady`);
  }
  const taints = taintsFor(node, now);
  if (!jsonEqual(taints, node.spec.taints ?? [])) {
    node = await client.update(Node, { ...node, spec: { ...node.spec, taints: taints.length > 0 ? taints : undefined } });
  }
  const state = ready(node)?.status;
  // A kubelet that is alive reports its Pods itself and would take this back at once.
  if (state === 'Unknown') await markPodsNotReady(name, context);
  return requeue === 'expired' ? undefined : requeue;
}

/** Says when to look again, or that the kubelet has been silent for too long. */
async function watchLease(
  name: string,
  { client, clock }: ControllerContext,
  written: Store,
): Promise<ReconcileResult | 'expired' | undefined> {
  const noted = written.get<string>(name);
  if (noted === undefined) return undefined;
  const lease = await client.get(Lease, { namespace: LEASES, name });
  const renewed = lease?.spec?.renewTime ?? '';
  if (renewed === '') return undefined; // no kubelet has ever come
  const left = parseTime(renewed) + GRACE - clock.now();
  if (left <= 0) return 'expired';
  if (parseTime(renewed) > parseTime(noted)) {
    written.delete(name); // it renews itself
    return undefined;
  }
  return { requeueAfter: left, class: 'deadline' };
}

const ready = (node: Node): V1NodeCondition | undefined => node.status?.conditions?.find(({ type }) => type === 'Ready');

/** All that the kubelet reported becomes Unknown; undefined when it is already. */
export function unknownConditions(node: Node, now: Instant): V1NodeCondition[] | undefined {
  const reported = new Set(['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure']);
  const conditions = node.status?.conditions ?? [];
  if (!conditions.some(({ type, status }) => reported.has(type) && status !== 'Unknown')) return undefined;
  return conditions.map((condition) =>
    reported.has(condition.type) && condition.status !== 'Unknown'
      ? {
          ...condition,
          status: 'Unknown',
          reason: 'NodeStatusUnknown',
          message: 'Kubelet stopped posting node status.',
          lastTransitionTime: rfc3339(now),
        }
      : condition,
  );
}

/** The node's taints with those that its conditions ask for, and without those they no longer do. */
export function taintsFor(node: Node, now: Instant): V1Taint[] {
  const conditions = node.status?.conditions ?? [];
  const keys = TAINTS.filter(({ type, status }) => conditions.some((each) => each.type === type && each.status === status)).map(
    ({ key }) => key,
  );
  const wanted = [
    ...keys.map((key) => ({ key, effect: 'NoSchedule' })),
    ...(node.spec.unschedulable ? [{ key: UNSCHEDULABLE, effect: 'NoSchedule' }] : []),
    ...keys.filter((key) => key === NOT_READY || key === UNREACHABLE).map((key) => ({ key, effect: 'NoExecute' })),
  ];
  const current = node.spec.taints ?? [];
  // Without a Ready condition the node has just registered: its kubelet's own taint stays until the first report.
  const isNew = !conditions.some(({ type }) => type === 'Ready');
  const kept = current.filter(
    ({ key, effect }) =>
      !OWN_KEYS.has(key) || (isNew && key !== UNSCHEDULABLE) || wanted.some((taint) => taint.key === key && taint.effect === effect),
  );
  const added = wanted.filter(({ key, effect }) => !current.some((taint) => taint.key === key && taint.effect === effect));
  return [...kept, ...added.map((taint) => ({ ...taint, timeAdded: rfc3339(now) }))];
}

async function markPodsNotReady(node: string, { client, recorder, clock }: ControllerContext): Promise<void> {
  for (const pod of await client.list(Pod, { fieldSelector: `spec.nodeName=${node}` })) {
    if (isFinished(pod) || !isReady(pod)) continue;
    const { namespace, name, uid } = pod.metadata;
    const condition = { type: 'Ready', status: 'False', lastTransitionTime: rfc3339(clock.now()) };
    await client.patch(
      Pod,
      { namespace, name },
      'strategic',
      { metadata: { uid }, status: { conditions: [condition] } },
      { subresource: 'status' },
    );
    await recorder.event(pod, 'Warning', 'NodeNotReady', 'Node is not ready');
  }
}
