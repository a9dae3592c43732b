// Plays kube-scheduler with its default profile. Filters and scores are in plugins/, the choice in cycle.ts, retries in queue.ts.
// Left out: extenders, several profiles, gang scheduling, allocation of devices (refused by name), NodeDeclaredFeatures (every node is of one
// release). Pods that become pending at one instant are taken in order of arrival.
import type { Node } from '../api/core/node.ts';
import { Node as NodeKind } from '../api/core/node.ts';
import { holdsResources } from '../api/core/pod/footprint.ts';
import { Pod } from '../api/core/pod.ts';
import { PodDisruptionBudget } from '../api/policy/poddisruptionbudget.ts';
import type { Client, EventRecorder } from '../client/client.ts';
import type { Clock } from '../machinery/clock.ts';
import { jsonEqual } from '../machinery/equal.ts';
import type { Loop, LoopWatch, ObjectEvent, ReconcileResult } from '../machinery/loop.ts';
import { keyOf, parseKey } from '../machinery/object.ts';
import type { Random } from '../machinery/random.ts';
import { createRecords } from '../machinery/records.ts';
import { drawer, type Store } from '../machinery/store.ts';
import { type Binder, createBinder } from './binder.ts';
import { Cache } from './cache.ts';
import { decide, fitError, newCycle, type Profile } from './cycle.ts';
import { bindingRecord, failureRecord } from './decision-record.ts';
import { nodeEvent, OTHERS, otherEvent, ownChanges, podEvent } from './events.ts';
import { factsOf } from './facts.ts';
import type { NodeInfo } from './node-info.ts';
import { PlacedPods } from './placed-pods.ts';
import type { Placed, PodVolumes } from './plugin.ts';
import { filters, scores } from './plugins/index.ts';
import { type Nomination, preempt, priorityOf } from './preemption.ts';
import { FLUSH, SchedulingQueue } from './queue.ts';
import { areBound, prepareVolumes } from './volumes.ts';

export interface SchedulerDeps {
  clientFor(name: string): Client;
  recorderFor(component: string): EventRecorder;
  clock: Clock;
  random: Random;
  /** The whole state; the scheduler keeps its queue under `/kubemu/scheduler/`, reads node totals and writes records. */
  store: Store;
  /** Tells of every change of an API object as soon as it has happened. */
  follow(listener: (resource: string, event: ObjectEvent) => void): void;
}

export const NAME = 'default-scheduler';
const profile: Profile = { filters, scores };

export function createScheduler({ clientFor, recorderFor, clock, random, store, follow }: SchedulerDeps): Loop {
  const client = clientFor('system:kube-scheduler');
  const recorder = recorderFor(NAME);
  const cache = new Cache(client, store);
  const pods = new PlacedPods(client);
  const queue = new SchedulingQueue(drawer(store, '/kubemu/scheduler/'), filters);
  const records = createRecords(store, clock);
  const binder: Binder = createBinder({ client, recorder, clock });
  follow((resource, event) => {
    if (resource === Pod.resource) {
      cache.onPod(event as ObjectEvent<Pod>);
      pods.onPod(event as ObjectEvent<Pod>);
    } else if (resource === NodeKind.resource) cache.onNode(event as ObjectEvent<Node>);
  });

  return {
    name: NAME,
    watches: watches(queue),
    async reconcile(key) {
      const pod = await client.get(Pod, parseKey(key));
      if (!pod || !isPending(pod)) {
        await forget(key);
        return undefined;
      }
      if (pod.spec.schedulingGates?.length) return undefined;
      const now = clock.now();
      const helped = queue.isHelped(key, pod, now);
      if (helped !== true) return helped === undefined ? undefined : { requeueAfter: helped, class: 'recurrence' };
      const backoff = queue.backoff(key, now);
      if (backoff > 0) return { requeueAfter: backoff, class: 'progress' };
      return schedule(key, pod);
    },
  };

  async function schedule(key: string, pod: Pod): Promise<ReconcileResult | undefined> {
    const all = await cache.snapshot();
    if (all.length === 0) return unschedulable(key, pod, 'no nodes available to schedule pods', []);
    const facts = await factsOf(pod, { client, pods, nodes: all, affinePods: cache.affinePods(), nodesWith: cache.nodesWith });
    const reservation = queue.reservations.get(key);
    const reserved = reservation === undefined ? undefined : cache.node(reservation);
    if (reserved) return finish(key, pod, reserved, facts.volumes);
    const waiting = await reservedPods(key);
    const nodes = waiting.length > 0 ? withReserved(all, waiting) : all;
    const cycle = newCycle(pod, nodes, facts, waiting);
    const draw = random.u32('scheduler-tie', key, Number(pod.metadata.resourceVersion));
    const decision = decide(cycle, profile, draw, await nominatedPods(key, pod));
    if ('node' in decision) {
      records.append(bindingRecord(NAME, key, decision, nodes.length));
      const chosen = cache.node(decision.node);
      return chosen && finish(key, pod, chosen, facts.volumes);
    }
    const { diagnosis } = decision;
    const sources = {
      podsOn: (node: string) => client.list(Pod, { fieldSelector: `spec.nodeName=${node}` }),
      budgets: () => client.list(PodDisruptionBudget),
    };
    const answer = await preempt(cycle, diagnosis, profile, sources, draw);
    const message = fitError(diagnosis, 'message' in answer ? `no new claims to deallocate, ${answer.message}` : '');
    const nomination = 'message' in answer ? undefined : answer;
    const victims = nomination?.victims.map(({ metadata }) => keyOf({ metadata })) ?? [];
    records.append(failureRecord(NAME, key, diagnosis, message, nomination && { node: nomination.node, victims }));
    const kept = 'keeps' in answer && answer.keeps ? queue.nominations.get(key) : undefined;
    const result = await unschedulable(key, pod, message, diagnosis.plugins, nomination?.node ?? kept);
    if (nomination) await makeRoom(key, pod, nomination);
    return result;
  }

  /** Evicts the victims. Less important Pods for which room was made on the node must look elsewhere. */
  async function makeRoom(key: string, pod: Pod, { node, victims }: Nomination): Promise<void> {
    for (const victim of victims) await binder.evict(victim, pod, node);
    for (const [other, place] of [...queue.nominations.all()]) {
      if (place !== node || other === key) continue;
      const nominee = await client.get(Pod, parseKey(other));
      if (nominee && isPending(nominee) && priorityOf(nominee) < priorityOf(pod)) {
        queue.nominations.set(other, undefined);
        await binder.nominate(nominee, undefined);
      }
    }
  }

  /** Binds the Pod once its volumes are bound; until then its place is kept. */
  async function finish(key: string, pod: Pod, node: NodeInfo, volumes: PodVolumes): Promise<ReconcileResult | undefined> {
    if (!areBound(volumes)) {
      await forget(key);
      queue.reservations.set(key, node.name);
      await binder.nominate(pod, node.name);
      await prepareVolumes(client, volumes, node);
      return { requeueAfter: FLUSH, class: 'deadline' };
    }
    await binder.bind(pod, node.name);
    await forget(key);
    return undefined;
  }

  /** The Pod waits no more: its repeated event, if any, is written with its final count. */
  async function forget(key: string): Promise<void> {
    const uid = queue.uidOf(key);
    queue.forget(key);
    if (uid !== undefined) await recorder.settle?.({ kind: 'Pod', metadata: { ...parseKey(key), uid } }, 'Warning', 'FailedScheduling');
  }

  /** Pods that have their node and wait for their volumes to come. */
  async function reservedPods(key: string): Promise<readonly Placed[]> {
    return pendingAmong(queue.reservations.all(), key);
  }

  /** Pods that wait for their victims to go, and are at least as important as `pod`. */
  async function nominatedPods(key: string, pod: Pod): Promise<readonly Placed[]> {
    const found = await pendingAmong(queue.nominations.all(), key);
    return found.filter((each) => priorityOf(each.pod) >= priorityOf(pod));
  }

  async function pendingAmong(places: Iterable<readonly [key: string, node: string]>, but: string): Promise<Placed[]> {
    const found: Placed[] = [];
    for (const [key, node] of places) {
      if (key === but) continue;
      const pod = await client.get(Pod, parseKey(key));
      if (pod && isPending(pod)) found.push({ pod, node });
    }
    return found;
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
    await binder.setUnschedulable(pod, message, nominated);
    return repeats ? undefined : { requeueAfter: FLUSH, class: 'recurrence' };
  }
}

/** Nodes as they will be when the Pods that have their places there have come. */
function withReserved(nodes: readonly NodeInfo[], reserved: readonly Placed[]): readonly NodeInfo[] {
  return nodes.map((node) => {
    const coming = reserved.filter((each) => each.node === node.name).map(({ pod }) => pod);
    return coming.length > 0 ? node.with(coming, 1) : node;
  });
}

function isPending(pod: Pod): boolean {
  return !pod.spec.nodeName && pod.spec.schedulerName === NAME && !pod.metadata.deletionTimestamp && holdsResources(pod);
}

function watches(queue: SchedulingQueue): LoopWatch[] {
  return [
    {
      resource: Pod.resource,
      *keys(untyped) {
        const news = untyped as ObjectEvent<Pod>;
        const { type, object, old } = news;
        const key = keyOf(object);
        const isSettled = type === 'DELETED' || object.spec.nodeName !== undefined;
        // Room was made for it on a node that it does not take: others may have it.
        const nominated = isSettled ? queue.nominations.get(key) : undefined;
        if (nominated !== undefined && nominated !== object.spec.nodeName) yield* queue.told({ kind: 'pod-deleted', object });
        if (!object.spec.nodeName) {
          if (type === 'DELETED') yield key;
          else if (isPendingNews(object, old)) {
            if (old) queue.toldOf(key, ownChanges(old, object));
            yield key;
          }
          return;
        }
        if (old && !old.spec.nodeName) yield key; // bound: forget it
        const event = podEvent(news);
        if (event) yield* queue.told(event);
      },
    },
    {
      resource: NodeKind.resource,
      *keys(untyped) {
        const event = nodeEvent(untyped as ObjectEvent<Node>);
        if (event) yield* queue.told(event);
      },
    },
    ...OTHERS.map((other) => ({
      resource: other.resource,
      *keys(news: ObjectEvent) {
        const event = otherEvent(other, news);
        if (!event) return;
        if (event.kind.startsWith('persistentvolume') || event.kind === 'storageclass') {
          for (const [key] of queue.reservations.all()) yield key;
        }
        yield* queue.told(event);
      },
    })),
  ];
}

/** The scheduler's own writes of the status are no news. */
function isPendingNews(pod: Pod, old: Pod | undefined): boolean {
  if (!isPending(pod)) return false;
  return !old || !jsonEqual(old.spec, pod.spec) || !jsonEqual(old.metadata.labels, pod.metadata.labels);
}
