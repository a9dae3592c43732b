// A cluster of one kubelet: state in a map, an API that stores what it is given, a clock turned by hand.
import { Pod } from '../../src/api/core/pod.ts';
import type { V1Container, V1PodSpec } from '../../src/api/generated/types.ts';
import type { Kind } from '../../src/api/kind.ts';
import type { Client, EventRecorder, ListOptions, NewObject } from '../../src/client/client.ts';
import { createDialer } from '../../src/cluster/dialer.ts';
import { createLoopHost } from '../../src/cluster/loop-host.ts';
import { createWakeUps } from '../../src/cluster/wake-ups.ts';
import type { Catalog, CatalogImage } from '../../src/cri/runtime/catalog.ts';
import { createKubelet, type Kubelet } from '../../src/kubelet/kubelet.ts';
import type { PodRecord } from '../../src/kubelet/record.ts';
import { rfc3339 } from '../../src/machinery/clock.ts';
import { DialError, type Dialer } from '../../src/machinery/dialer.ts';
import { jsonEqual } from '../../src/machinery/equal.ts';
import { deepFreeze } from '../../src/machinery/freeze.ts';
import type { ApiResponse } from '../../src/machinery/http.ts';
import type { Loop } from '../../src/machinery/loop.ts';
import type { KubeObject, ObjectKey } from '../../src/machinery/object.ts';
import { keyedRandom } from '../../src/machinery/random.ts';
import type { Recurrence, Recurrences } from '../../src/machinery/recurrence.ts';
import type { Store } from '../../src/machinery/store.ts';
import { addMachine, machineOf, type NewMachine } from '../../src/node/machine.ts';
import { startUnit, stopUnit } from '../../src/node/units.ts';
import { storeOf } from '../../src/state/keyspace-store.ts';
import { createKeyspace } from '../../src/state/memory-keyspace.ts';
import { openFakeMachine } from './fake-machine.ts';

export const START = Date.parse('2026-03-02T10:00:00Z');

export const memoryStore = (): Store => storeOf(createKeyspace());

export interface TestEvent {
  type: string;
  reason: string;
  message: string;
  fieldPath?: string;
  count: number;
}

export interface World {
  kubelet: Kubelet;
  store: Store;
  events: TestEvent[];
  /** `reason: message` of events about Pods in order, repetitions left out. */
  said(): string[];
  create(object: { kind: string; metadata: { name: string; namespace?: string }; [field: string]: unknown }): KubeObject;
  run(name: string, spec: Partial<V1PodSpec> & { containers: V1Container[] }): void;
  change(name: string, change: (pod: Pod) => Pod): void;
  deletePod(name: string, grace?: number): void;
  pod(name: string): Pod;
  has(kind: string, name: string): boolean;
  object(kind: string, name: string): KubeObject | undefined;
  wakeNode(): void;
  record(name: string): PodRecord | undefined;
  /** Moves the clock by milliseconds, letting what is due happen in order. */
  advance(ms: number): Promise<void>;
  startUnit(unit: string): void;
  stopUnit(unit: string): void;
  reconciles(): number;
  now(): number;
  logs(pod: string, container: string, query?: Record<string, string>): Promise<string>;
  writes: { status: number };
  recurrences: Map<string, Recurrence>;
}

const IMAGES: Record<string, Partial<CatalogImage>> = {
  'docker.io/library/nginx': { name: 'nginx', size: 62_700_000, cmd: ['listen', '80', '20'] },
  'quay.io/calico/node': { name: 'calico', size: 100 },
  'docker.io/library/busybox': { name: 'busybox', size: 2_156_519, cmd: ['sh'], groups: [10] },
};

const scriptedCatalog: Catalog = {
  find: async ({ repository, tag, full }) => {
    const image = IMAGES[repository];
    if (!image || tag === 'nope')
      return {
        error: `rpc error: code = NotFound desc = failed to pull and unpack image "${full}": failed to resolve reference "${full}": ${full}: not found`,
      };
    return {
      image: { name: 'x', digest: `sha256:${'ab'.repeat(32)}`, size: 1, entrypoint: [], cmd: [], env: {}, workingDir: '', ...image },
    };
  },
};

/** @param engine the real process engine and image catalog instead of scripted ones */
export function createWorld(machine: Partial<NewMachine> = {}, engine = false): World {
  const keyspace = createKeyspace();
  const store = storeOf(keyspace);
  let now = START;
  const clock = { now: () => now };
  const random = keyedRandom('test');
  const wakeUps = createWakeUps(store);
  const objects = new Map<string, KubeObject>();
  const events: TestEvent[] = [];
  const recurrences = new Map<string, Recurrence>();
  const writes = { status: 0 };
  let revision = 0;
  let reconciled = 0;
  const idOf = (kind: string, key: { namespace?: string | undefined; name: string }): string =>
    `${kind}/${key.namespace ?? ''}/${key.name}`;
  const problems: string[] = [];

  const put = (object: KubeObject): KubeObject => {
    const id = idOf(object.kind, object.metadata);
    const old = objects.get(id);
    const stored = deepFreeze({ ...object, metadata: { ...object.metadata, resourceVersion: String(++revision) } });
    objects.set(id, stored);
    const resource = ({ Pod: 'pods', ConfigMap: 'configmaps', Secret: 'secrets' } as Record<string, string>)[object.kind];
    if (resource) host.changed(resource, old ? { type: 'MODIFIED', object: stored, old } : { type: 'ADDED', object: stored });
    return stored;
  };
  const remove = (id: string): void => {
    const old = objects.get(id);
    objects.delete(id);
    if (old?.kind === 'Pod') host.changed('pods', { type: 'DELETED', object: old, old });
  };

  const client = {
    request: async ({ path }: { path: string }): Promise<ApiResponse> => ({ code: 201, body: { status: { token: `token for ${path}` } } }),
    get: async (kind: Kind, key: ObjectKey) =>
      objects.get(idOf(kind.names.kind, key)) ??
      (kind.names.namespaced ? undefined : objects.get(idOf(kind.names.kind, { namespace: 'default', name: key.name }))),
    list: async (kind: Kind, { namespace }: ListOptions = {}) =>
      [...objects.values()].filter((o) => o.kind === kind.names.kind && (!namespace || o.metadata.namespace === namespace)),
    listOwned: async () => [],
    create: async (kind: Kind, object: NewObject<KubeObject>) =>
      put({
        apiVersion: 'v1',
        kind: kind.names.kind,
        ...(object as Partial<KubeObject>),
        metadata: {
          ...object.metadata,
          uid: random.uuid('uid', `${kind.names.kind}/${object.metadata.name}`, revision),
          creationTimestamp: rfc3339(now),
        },
      } as KubeObject),
    update: async (_kind: Kind, object: KubeObject) => put(object),
    updateStatus: async (_kind: Kind, object: KubeObject, status: unknown) => {
      if (jsonEqual(object.status, status)) return object;
      writes.status++;
      return put({ ...object, status });
    },
    patch: async () => {
      throw new Error('no patches here');
    },
    delete: async (kind: Kind, key: ObjectKey) => {
      const id = idOf(kind.names.kind, key);
      const known = objects.has(id);
      remove(id);
      return known;
    },
    bind: async () => {},
  } as unknown as Client;

  const recorder: EventRecorder = {
    async event(_regarding, type, reason, message, { fieldPath, count = 1 } = {}) {
      const same = events.find((event) => event.reason === reason && event.message === message && event.fieldPath === fieldPath);
      if (same) same.count += count;
      else events.push({ type, reason, message, ...(fieldPath ? { fieldPath } : {}), count });
    },
  };

  const refused: Dialer['connect'] = async (_from, host, port) => {
    throw new DialError('refused', host, port, []);
  };
  const network = createDialer({
    store,
    clock,
    random,
    component: () => undefined,
    serves: () => true,
    allows: () => ({ allowed: true, reads: [] }),
    exchange: (...call) => kubelet.exchange(...call),
    lookup: (_from, host) => {
      const ip = (objects.get(idOf('Pod', { namespace: 'default', name: host })) as unknown as Pod | undefined)?.status?.podIP;
      return { addresses: ip ? [ip] : [], reads: [] };
    },
    translate: () => undefined,
  });
  const kubelet: Kubelet = createKubelet({
    clientFor: () => client,
    recorderFor: () => recorder,
    store,
    clock,
    random,
    signature: () => `.${'s'.repeat(86)}`,
    dialer: engine ? network : { connect: refused, resolve: () => ({ addresses: [], reads: [] }) },
    wakeUps,
    recurrences: {
      start: (key, r) => void recurrences.set(key, r),
      stop: (key) => void recurrences.delete(key),
      current: (key) => recurrences.get(key),
    } satisfies Recurrences,
    ...(engine ? {} : { openMachine: openFakeMachine, catalog: scriptedCatalog }),
    pass: async (limit = 1000) => advance(limit),
  });
  const counted: Loop = {
    ...kubelet.loop,
    reconcile(key) {
      reconciled++;
      return kubelet.loop.reconcile(key);
    },
  };
  const host = createLoopHost({
    loops: [{ loop: counted, alive: () => true }],
    clock,
    wakeUps,
    store,
    report: (problem) => problems.push(problem),
  });

  const touched: string[] = [];
  if (engine) keyspace.watchPlain('/kubemu/net/', (key) => touched.push(key));
  const drain = async (): Promise<void> => {
    do {
      kubelet.changed(touched.splice(0), now);
      await host.drain();
    } while (touched.length > 0);
  };

  const advance = async (ms: number): Promise<void> => {
    const to = now + ms;
    await drain();
    for (let next = wakeUps.next(); next !== undefined && next <= to; next = wakeUps.next()) {
      now = Math.max(now, next);
      for (const { owner, key } of wakeUps.take(now)) host.enqueue(owner, key);
      await drain();
    }
    now = to;
    if (problems.length > 0) throw new Error(problems.join('\n'));
  };

  addMachine(
    store,
    machineOf({ name: 'node01', address: '172.30.1.2', podCIDR: '10.244.1.0/24', cni: 'installed', ...machine }, random, now),
  );
  startUnit(store, wakeUps, 'node01', 'containerd', now);
  startUnit(store, wakeUps, 'node01', 'kubelet', now);

  return {
    kubelet,
    store,
    events,
    said: () =>
      events
        .filter(({ message }) => !message.startsWith('Node ') && !message.endsWith('kubelet.') && !message.startsWith('Updated'))
        .map(({ reason, message }) => `${reason}: ${message}`),
    create: (object) =>
      put({
        apiVersion: 'v1',
        ...object,
        metadata: {
          namespace: 'default',
          ...object.metadata,
          uid: random.uuid('uid', object.metadata.name, revision),
          creationTimestamp: rfc3339(now),
        },
      } as KubeObject),
    run(name, spec) {
      const pod = {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: {
          name,
          namespace: 'default',
          uid: random.uuid('uid', name, revision),
          resourceVersion: '',
          creationTimestamp: rfc3339(now),
          generation: 1,
        },
        spec: { ...spec, nodeName: 'node01' },
      } as Pod;
      Pod.strategy.setDefaults?.(pod);
      put({
        ...pod,
        status: {
          phase: 'Pending',
          qosClass: 'BestEffort',
          conditions: [{ type: 'PodScheduled', status: 'True', lastTransitionTime: rfc3339(now) }],
        },
      } as KubeObject);
    },
    change: (name, change) =>
      void put(change(objects.get(idOf('Pod', { namespace: 'default', name })) as unknown as Pod) as unknown as KubeObject),
    deletePod(name, grace = 30) {
      const pod = objects.get(idOf('Pod', { namespace: 'default', name }));
      if (!pod) throw new Error(`no Pod ${name}`);
      if (grace === 0) remove(idOf('Pod', { namespace: 'default', name }));
      else
        put({ ...pod, metadata: { ...pod.metadata, deletionTimestamp: rfc3339(now + grace * 1000), deletionGracePeriodSeconds: grace } });
    },
    pod: (name) => objects.get(idOf('Pod', { namespace: 'default', name })) as unknown as Pod,
    has: (kind, name) =>
      objects.has(idOf(kind, { namespace: kind === 'Node' ? undefined : 'default', name })) ||
      objects.has(idOf(kind, { namespace: 'kube-system', name })),
    object: (kind, name) =>
      ['default', 'kube-system', undefined].map((namespace) => objects.get(idOf(kind, { namespace, name }))).find(Boolean),
    wakeNode: () => wakeUps.set('kubelet', 'node01', now, 'progress'),
    record: (name) => store.get<PodRecord>(`/kubemu/kubelet/node01/pods/default/${name}`),
    advance,
    startUnit: (unit) => startUnit(store, wakeUps, 'node01', unit, now),
    stopUnit: (unit) => stopUnit(store, wakeUps, 'node01', unit, now),
    reconciles: () => reconciled,
    now: () => now,
    async logs(pod, container, query = {}) {
      const response = await kubelet.handle('node01')({
        method: 'GET',
        path: `/containerLogs/default/${pod}/${container}`,
        query,
        credentials: {},
      });
      if (!response.stream) return (response.body as { message?: string }).message ?? String(response.body);
      let text = '';
      for await (const { data } of response.stream) text += Buffer.from(data as Uint8Array).toString('utf8');
      return text;
    },
    writes,
    recurrences,
  };
}
