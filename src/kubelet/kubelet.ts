// Plays the kubelets of all nodes as one loop. Keys: `<node>` for the node itself, `<node>/<namespace>/<pod>` for a Pod, with
// `#<class>` behind it when a Pod waits for more than one thing.
import type { Pod } from '../api/core/pod.ts';
import type { Client, EventRecorder } from '../client/client.ts';
import type { Catalog } from '../cri/runtime/catalog.ts';
import { openMachine } from '../cri/runtime/engine.ts';
import { createRegistries } from '../cri/runtime/registries.ts';
import { createSandboxes, type OpenMachine, type Sandboxes } from '../cri/runtime/sandboxes.ts';
import { filesIn } from '../cri/runtime/volume-files.ts';
import { unpublish, writeBack } from '../csi/volumes.ts';
import { type Clock, type Duration, type Instant, seconds } from '../machinery/clock.ts';
import { DialError, type Dialer, type Listener, type NetworkNamespace } from '../machinery/dialer.ts';
import { jsonEqual } from '../machinery/equal.ts';
import { thaw } from '../machinery/freeze.ts';
import type { ApiHandler, HttpRequest, HttpResponse } from '../machinery/http.ts';
import type { Loop, ObjectEvent, ReconcileResult, WakeUpClass, WakeUps } from '../machinery/loop.ts';
import type { Random } from '../machinery/random.ts';
import type { Recurrences } from '../machinery/recurrence.ts';
import type { Store } from '../machinery/store.ts';
import { diskOf, machineNamed } from '../node/machine.ts';
import { isRunning as isUnitRunning } from '../node/units.ts';
import { type Agent, isApiTrouble } from './agent.ts';
import { allocatableOf, syncNode } from './node-status.ts';
import { PodSource } from './pod-source.ts';
import { newRecord, type PodRecord } from './record.ts';
import { forgetReferences, noteReferences, readersOf } from './references.ts';
import { expectRefresh } from './refresh.ts';
import { processClass, serveRequest } from './requests.ts';
import { serve } from './server.ts';
import { wakeUpsOf, work } from './worker.ts';

export interface KubeletOptions {
  clientFor(node: string): Client;
  recorderFor(node: string): EventRecorder;
  store: Store;
  clock: Clock;
  random: Random;
  dialer: Dialer;
  /** Of the tokens that it asked for without one. */
  signature(token: string): string;
  wakeUps: WakeUps;
  recurrences: Recurrences;
  /** Instead of the process engine and the image catalog. */
  openMachine?: OpenMachine;
  catalog?: Catalog;
  /** Lets virtual time pass until something may have changed, for streams that follow. */
  pass(limit?: Duration): Promise<void>;
}

export interface Kubelet {
  loop: Loop;
  /** What the kubelet of a node serves on port 10250. */
  handle(node: string): ApiHandler;
  /** State keys have changed that processes may have looked at. */
  changed(keys: readonly string[], at: Instant): void;
  /** A request to whatever a Pod's processes serve on a port. */
  exchange(
    listener: Listener,
    namespace: NetworkNamespace,
    port: number,
    request: HttpRequest,
    at: Instant,
    peek?: boolean,
  ): Promise<HttpResponse>;
  sandboxes: Sandboxes;
}

const CLASSES: readonly WakeUpClass[] = ['progress', 'process', 'recurrence', 'deadline'];

/** How soon a kubelet asks again when nobody serves the API. */
const API_RETRY = seconds(5);

export function createKubelet(options: KubeletOptions): Kubelet {
  const { store, clock, random, wakeUps, catalog = createRegistries() } = options;
  const sandboxes = createSandboxes({
    ...options,
    openMachine: options.openMachine ?? openMachine,
    kept: (_node, uid, state) => writeBack(store, uid, (volume) => filesIn(state, volume)),
  });
  const agents = new Map<string, Agent>();

  const agentFor = (node: string): Agent | undefined => {
    const machine = machineNamed(store, node);
    if (!machine) return undefined;
    const known = agents.get(node);
    if (known) {
      known.machine = machine;
      return known;
    }
    const client = options.clientFor(node);
    const recorder = options.recorderFor(node);
    const agent: Agent = {
      node,
      machine,
      disk: diskOf(store, node),
      client,
      store,
      clock,
      random,
      sandboxes,
      catalog,
      allocatable: allocatableOf(machine),
      wakeAll: () => wakeNode(options, node),
      async event(regarding, type, reason, message, about) {
        try {
          await recorder.event(regarding, type, reason, message, about);
        } catch (error) {
          if (!isApiTrouble(error)) throw error;
        }
      },
    };
    agents.set(node, agent);
    return agent;
  };

  /** Sets the wake-ups of a Pod: one under its own key, one per further class. */
  const schedule = (base: string, key: string, wakes: ReadonlyMap<WakeUpClass, Instant>, uid?: string): ReconcileResult | undefined => {
    let own: ReconcileResult | undefined;
    const [node = ''] = base.split('/', 1);
    for (const part of CLASSES) {
      const target = part === 'progress' ? base : `${base}#${part}`;
      const at = wakes.get(part);
      const cls = part === 'process' && uid !== undefined ? processClass(sandboxes, node, uid) : part;
      if (target === key) own = at === undefined ? undefined : { requeueAfter: Math.max(0, at - clock.now()), class: cls };
      else if (at === undefined) wakeUps.clear('kubelet', target);
      else wakeUps.set('kubelet', target, Math.max(at, clock.now()), cls);
    }
    return own;
  };

  const reconcilePod = async (agent: Agent, base: string, key: string): Promise<ReconcileResult | undefined> => {
    const [node = '', namespace = '', name = ''] = base.split('/');
    const recordKey = `/kubemu/kubelet/${node}/pods/${namespace}/${name}`;
    const stored = store.get<PodRecord>(recordKey);

    if (!isUnitRunning(store, node, 'kubelet')) {
      // Containers live on without their kubelet; nobody looks after them.
      if (!stored) return undefined;
      await sandboxes.catchUp(node, stored.uid);
      const next = sandboxes.next(node, stored.uid);
      return schedule(base, key, new Map(next === undefined ? [] : [['process', next]]), stored.uid);
    }

    const source = new PodSource(agent, namespace, name);
    try {
      await source.load(stored);
    } catch (error) {
      if (!(error instanceof DialError)) throw error;
      const wakes = new Map<WakeUpClass, Instant>([['recurrence', clock.now() + API_RETRY]]);
      if (stored) {
        await sandboxes.catchUp(node, stored.uid);
        const next = sandboxes.next(node, stored.uid);
        if (next !== undefined) wakes.set('process', next);
      }
      return schedule(base, key, wakes, stored?.uid);
    }

    if (!stored && !source.pod) return schedule(base, key, new Map());
    const record = stored ? thaw(stored) : newRecord(source.pod as Pod, source.isStatic ? 'file' : 'api', clock.now());
    let gone = false;
    if (!stored && source.pod) noteReferences(store, node, source.pod);
    if (key.endsWith('#refresh')) expectRefresh(agent, record);
    try {
      await work(agent, source.pod, record, () => source.report(record));
      if (!record.op && record.queue.length === 0) await source.report(record);
      gone = record.stopping?.stage === 'done' && (await source.finish(record));
    } finally {
      if (gone) {
        store.delete(recordKey);
        forgetReferences(store, node, source.pod, record);
      }
      if (!gone && !jsonEqual(stored, record)) store.put(recordKey, record);
    }
    if (!gone) return schedule(base, key, wakeUpsOf(agent, source.pod, record), record.uid);
    sandboxes.remove(node, record.uid);
    unpublish(store, record.uid);
    // Another Pod of the same name may be waiting for its turn.
    return schedule(base, key, source.isReplaced ? new Map([['progress', clock.now()]]) : new Map());
  };

  const loop: Loop = {
    name: 'kubelet',
    watches: [
      { resource: 'pods', keys: podKeys },
      { resource: 'configmaps', keys: (event) => readersOf(store, 'configmaps', event) },
      { resource: 'secrets', keys: (event) => readersOf(store, 'secrets', event) },
    ],
    async reconcile(key) {
      const base = key.replace(/#.*$/, '');
      const node = base.split('/', 1)[0] ?? '';
      const agent = agentFor(node);
      if (!agent) return undefined;
      return base === node ? syncNode(agent, options) : reconcilePod(agent, base, key);
    },
  };

  return {
    loop,
    sandboxes,
    handle: (node) => async (request) => {
      const agent = agentFor(node);
      return agent ? serve(agent, options.pass, wakeUps, request) : { code: 404, body: 'no such node' };
    },
    changed(keys, at) {
      for (const { node, uid } of sandboxes.voided(keys, at)) {
        const sandbox = sandboxes.get(node, uid);
        if (sandbox) wakeUps.set('kubelet', `${node}/${sandbox.namespace}/${sandbox.name}#process`, at, 'process');
      }
    },
    async exchange(listener, namespace, port, request, at, peek = false) {
      const uid = listener.pod ?? namespace;
      const node = sandboxes.nodeOf(uid);
      if (node === undefined) return { status: 502, reason: 'Bad Gateway', headers: {}, body: '' };
      if (!peek && !sandboxes.isChanging(uid)) return serveRequest({ sandboxes, wakeUps, clock, node }, uid, port, request);
      const machine = await sandboxes.look(node, uid);
      await machine.advance(at);
      return machine.exchange(port, request);
    },
  };
}

function* podKeys({ type, object, old }: ObjectEvent): Iterable<string> {
  if (type === 'MODIFIED' && old && isOwnEcho(object as unknown as Pod, old as unknown as Pod)) return;
  const nodes = new Set([object, old].map((pod) => (pod as Pod | undefined)?.spec?.nodeName));
  for (const node of nodes) if (node) yield `${node}/${object.metadata.namespace}/${object.metadata.name}`;
}

/** A change of the status alone is the kubelet's own doing, unless somebody sets conditions that are readiness gates. */
function isOwnEcho(pod: Pod, old: Pod): boolean {
  if (!jsonEqual(pod.spec, old.spec) || pod.spec.readinessGates) return false;
  const { deletionTimestamp, deletionGracePeriodSeconds, labels, annotations, finalizers } = pod.metadata;
  return (
    deletionTimestamp === old.metadata.deletionTimestamp &&
    deletionGracePeriodSeconds === old.metadata.deletionGracePeriodSeconds &&
    jsonEqual([labels, annotations, finalizers], [old.metadata.labels, old.metadata.annotations, old.metadata.finalizers])
  );
}

/** Wakes the kubelet for a node and every Pod that it knows there: after its start, or when the network came up. */
export function wakeNode({ store, clock, wakeUps }: Pick<KubeletOptions, 'store' | 'clock' | 'wakeUps'>, node: string): void {
  const prefix = `/kubemu/kubelet/${node}/pods/`;
  wakeUps.set('kubelet', `${node}#progress`, clock.now(), 'progress');
  for (const key of [...store.keys(prefix)]) wakeUps.set('kubelet', `${node}/${key.slice(prefix.length)}#wake`, clock.now(), 'progress');
}
