// Plays kube-scheduler with its default profile. Filters and scores are in plugins/, the choice in cycle.ts, retries in queue.ts.
// Left out: extenders, several profiles, volume limits and zones, dynamic resources. Pods that become pending at one instant are taken in order of arrival.
import { Namespace } from '../api/core/namespace.ts';
import { Node } from '../api/core/node.ts';
import { PersistentVolume } from '../api/core/persistentvolume.ts';
import { PersistentVolumeClaim } from '../api/core/persistentvolumeclaim.ts';
import { Pod } from '../api/core/pod.ts';
import { PodDisruptionBudget } from '../api/policy/poddisruptionbudget.ts';
import { StorageClass } from '../api/storage/storageclass.ts';
import type { Client, EventRecorder } from '../client/client.ts';
import { type Clock, rfc3339 } from '../machinery/clock.ts';
import { jsonEqual } from '../machinery/equal.ts';
import type { Loop, LoopWatch, ObjectEvent, ReconcileResult } from '../machinery/loop.ts';
import { keyOf, parseKey } from '../machinery/object.ts';
import type { Random } from '../machinery/random.ts';
import { isConflict, isNotFound } from '../machinery/status.ts';
import { drawer, type Store } from '../machinery/store.ts';
import { Cache, holdsResources } from './cache.ts';
import { decide, fitError, newCycle, type Profile } from './cycle.ts';
import type { NodeInfo } from './node-info.ts';
import type { PodVolumes } from './plugin.ts';
import { filters, scores } from './plugins/index.ts';
import { type Nominee, preempt, priorityOf, withNominated } from './preemption.ts';
import { FLUSH, SchedulingQueue } from './queue.ts';
import { areBound, prepareVolumes, volumesOf } from './volumes.ts';

export interface SchedulerDeps {
  clientFor(name: string): Client;
  recorderFor(component: string): EventRecorder;
  clock: Clock;
  random: Random;
  /** The whole state; the scheduler keeps its queue under `/kubemu/scheduler/`. */
  store: Store;
}

const NAME = 'default-scheduler';
const profile: Profile = { filters, scores };

export function createScheduler({ clientFor, recorderFor, clock, random, store }: SchedulerDeps): Loop {
  const client = clientFor('system:kube-scheduler');
  const recorder = recorderFor(NAME);
  const cache = new Cache(client);
  const queue = new SchedulingQueue(drawer(store, '/kubemu/scheduler/'), filters);

  return {
    name: NAME,
    watches: watches(cache, queue),
    async reconcile(key) {
      const pod = await client.get(Pod, parseKey(key));
      if (!pod || !isPending(pod)) {
        await forget(key);
        return undefined;
      }
      if (pod.spec.schedulingGates?.length) return undefined;
      const now = clock.now();
      const backoff = queue.backoff(key, now);
      if (backoff > 0) return { requeueAfter: backoff, class: 'progress' };
      return schedule(key, pod);
    },
  };

  async function schedule(key: string, pod: Pod): Promise<ReconcileResult | undefined> {
    const all = await cache.snapshot();
    if (all.length === 0) return unschedulable(key, pod, 'no nodes available to schedule pods', []);
    const volumes = await volumesOf(client, pod);
    const reserved = all.find(({ name }) => name === queue.reservation(key));
    if (reserved) return finish(key, pod, reserved, volumes);
    const nodes = withNominated(all, pod, await nominatedPods());
    const cycle = newCycle(pod, nodes, await cache.namespaces(), volumes);
    const draw = random.u32('scheduler-tie', key, Number(pod.metadata.resourceVersion));
    const decision = decide(cycle, profile, draw);
    const chosen = 'node' in decision ? all.find(({ name }) => name === decision.node) : undefined;
    if (chosen) return finish(key, pod, chosen, volumes);
    if (!('diagnosis' in decision)) return undefined;
    const { diagnosis } = decision;
    const answer = preempt(cycle, diagnosis, profile, await client.list(PodDisruptionBudget));
    if ('message' in answer)
      return unschedulable(key, pod, fitError(diagnosis, `no new claims to deallocate, ${answer.message}`), diagnosis.plugins);
    const result = await unschedulable(key, pod, fitError(diagnosis, ''), diagnosis.plugins, answer.node);
    for (const victim of answer.victims) await evict(victim, pod, answer.node);
    return result;
  }

  /** Binds the Pod once its volumes are bound; until then its place is kept. */
  async function finish(key: string, pod: Pod, node: NodeInfo, volumes: PodVolumes): Promise<ReconcileResult | undefined> {
    if (!areBound(volumes)) {
      await forget(key);
      queue.reserve(key, node.name);
      await prepareVolumes(client, volumes, node);
      return { requeueAfter: FLUSH, class: 'deadline' };
    }
    await bind(pod, node.name);
    await forget(key);
    return undefined;
  }

  /** The Pod waits no more: its repeated event, if any, is written with its final count. */
  async function forget(key: string): Promise<void> {
    const uid = queue.waiting(key);
    queue.forget(key);
    if (uid !== undefined) await recorder.settle?.({ kind: 'Pod', metadata: { ...parseKey(key), uid } }, 'Warning', 'FailedScheduling');
  }

  /** Pods that wait for their victims to go or for their volumes to come. */
  async function nominatedPods(): Promise<Nominee[]> {
    const all = [
      ...queue.nominations().map(({ key, node }) => ({ key, node, isReserved: false })),
      ...queue.reservations().map(({ key, node }) => ({ key, node, isReserved: true })),
    ];
    const pods: Nominee[] = [];
    for (const { key, node, isReserved } of all) {
      const pod = await client.get(Pod, parseKey(key));
      if (pod && isPending(pod)) pods.push({ pod, node, isReserved });
    }
    return pods;
  }

  async function evict(victim: Pod, preemptor: Pod, node: string): Promise<void> {
    const { namespace, name, uid, deletionTimestamp } = victim.metadata;
    if (deletionTimestamp) return;
    const condition = {
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'PreemptionByScheduler',
      message: `${NAME}: preempting to accommodate a higher priority pod`,
      lastTransitionTime: rfc3339(clock.now()),
    };
    await client.patch(
      Pod,
      { namespace, name },
      'strategic',
      { metadata: { uid }, status: { conditions: [condition] } },
      { subresource: 'status' },
    );
    await recorder.event(victim, 'Normal', 'Preempted', `Preempted by pod ${preemptor.metadata.uid} on node ${node}`);
    await client.delete(Pod, { namespace, name }, { uid });
  }

  async function bind(pod: Pod, node: string): Promise<void> {
    const { namespace, name, uid } = pod.metadata;
    try {
      await client.bind({ namespace, name, uid }, node);
    } catch (error) {
      if (isNotFound(error) || isConflict(error)) return; // deleted, or bound by another scheduler
      throw error;
    }
    cache.assume(pod, node);
    await recorder.event(pod, 'Normal', 'Scheduled', `Successfully assigned ${namespace}/${name} to ${node}`);
  }

  async function unschedulable(
    key: string,
    pod: Pod,
    message: string,
    plugins: readonly string[],
    nominated?: string,
  ): Promise<ReconcileResult | undefined> {
    const { uid } = pod.metadata;
    const repeats = queue.failed(key, clock.now(), { plugins, priority: priorityOf(pod), message, uid, nominated });
    await recorder.event(pod, 'Warning', 'FailedScheduling', message, repeats ? { repeats: FLUSH } : {});
    await setUnschedulable(pod, message, nominated);
    return repeats ? undefined : { requeueAfter: FLUSH, class: 'recurrence' };
  }

  async function setUnschedulable(pod: Pod, message: string, nominated: string | undefined): Promise<void> {
    const current = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
    const isTold = current?.status === 'False' && current.reason === 'Unschedulable' && current.message === message;
    if (isTold && (nominated === undefined || nominated === pod.status?.nominatedNodeName)) return;
    const { namespace, name, uid, generation } = pod.metadata;
    const condition = {
      type: 'PodScheduled',
      status: 'False',
      reason: 'Unschedulable',
      message,
      lastTransitionTime: current?.status === 'False' ? current.lastTransitionTime : rfc3339(clock.now()),
      ...(generation ? { observedGeneration: generation } : {}),
    };
    const status = { conditions: [condition], ...(nominated ? { nominatedNodeName: nominated } : {}) };
    await client.patch(Pod, { namespace, name }, 'strategic', { metadata: { uid }, status }, { subresource: 'status' });
  }
}

function isPending(pod: Pod): boolean {
  return !pod.spec.nodeName && pod.spec.schedulerName === NAME && !pod.metadata.deletionTimestamp && holdsResources(pod);
}

function watches(cache: Cache, queue: SchedulingQueue): LoopWatch[] {
  return [
    {
      resource: Pod.resource,
      *keys(untyped) {
        const event = untyped as ObjectEvent<Pod>;
        const { type, object, old } = event;
        cache.onPod(event);
        const key = keyOf(object);
        const isSettled = type === 'DELETED' || object.spec.nodeName !== undefined;
        // Room was made for it on a node that it does not take: others may have it.
        const nominated = isSettled ? queue.nomination(key) : undefined;
        if (nominated !== undefined && nominated !== object.spec.nodeName) yield* queue.woken('pod-deleted');
        if (!object.spec.nodeName) {
          if (type === 'DELETED' || isPendingNews(object, old)) yield key;
          return;
        }
        if (old && !old.spec.nodeName) yield key; // bound: forget it
        if (type === 'DELETED' || (old && holdsResources(old) && !holdsResources(object))) yield* queue.woken('pod-deleted');
        else if (type === 'ADDED' || !old?.spec.nodeName) yield* queue.woken('pod-added');
        else if (!jsonEqual(old.metadata.labels, object.metadata.labels)) yield* queue.woken('pod-labels');
      },
    },
    ...[PersistentVolume, PersistentVolumeClaim, StorageClass].map(({ resource }) => ({
      resource,
      *keys({ type }: ObjectEvent) {
        if (type === 'DELETED') return;
        for (const { key } of queue.reservations()) yield key;
        yield* queue.woken('volume');
      },
    })),
    {
      resource: Namespace.resource,
      *keys({ type }) {
        cache.onNamespace();
        if (type !== 'DELETED') yield* queue.woken('namespace');
      },
    },
    {
      resource: Node.resource,
      *keys(untyped) {
        const event = untyped as ObjectEvent<Node>;
        cache.onNode(event);
        if (event.type !== 'DELETED' && (!event.old || mayHelp(event.old, event.object))) yield* queue.woken('node');
      },
    },
  ];
}

/** The scheduler's own writes of the status are no news. */
function isPendingNews(pod: Pod, old: Pod | undefined): boolean {
  if (!isPending(pod)) return false;
  return !old || !jsonEqual(old.spec, pod.spec) || !jsonEqual(old.metadata.labels, pod.metadata.labels);
}

/** Heartbeats help nobody. */
function mayHelp(old: Node, node: Node): boolean {
  return !(
    jsonEqual(old.metadata.labels, node.metadata.labels) &&
    jsonEqual(old.spec, node.spec) &&
    jsonEqual(old.status?.allocatable, node.status?.allocatable)
  );
}
