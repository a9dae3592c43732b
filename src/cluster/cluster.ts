// The composition root: one open cluster with all its rooms, on one keyspace and one clock. What only some commands need
// (scheduler, controllers, kubelets, network) is loaded when there is something for it to do.
import type { ApiServer, ApiServerOptions } from '../apiserver/server.ts';
import type { Client } from '../client/client.ts';
import { createClient } from '../client/rest.ts';
import { createLeases } from '../etcd/leases.ts';
import { createEtcd } from '../etcd/store.ts';
import { type Duration, type Instant, minutes } from '../machinery/clock.ts';
import type { Connection, Dialer, NetworkNamespace } from '../machinery/dialer.ts';
import type { ApiHandler, Credentials } from '../machinery/http.ts';
import type { Lister } from '../machinery/lister.ts';
import type { WakeUpClass } from '../machinery/loop.ts';
import type { KubeObject } from '../machinery/object.ts';
import { keyedRandom, type Random } from '../machinery/random.ts';
import { drawer, type Store } from '../machinery/store.ts';
import { isAllowed } from '../network/isolation.ts';
import { translate } from '../network/translate.ts';
import { keyKinds } from '../state/key-kinds.ts';
import type { Change, Keyspace } from '../state/keyspace.ts';
import { storeOf } from '../state/keyspace-store.ts';
import { type ClusterClock, openClock } from './clock.ts';
import type { Components } from './components.ts';
import { createDialer } from './dialer.ts';
import { type ClusterFacts, controlPlaneOf, readFacts } from './facts.ts';
import { keptConnections } from './kept-connections.ts';
import { createLoopHost, type Inventory, type LoopHost, objectEvent } from './loop-host.ts';
import { lookup } from './names.ts';
import { createRecurrences, RECURRENCES } from './recurrences.ts';
import type { Rooms } from './rooms.ts';
import { createWakeUps, type WakeUpQueue } from './wake-ups.ts';

export interface ClusterOptions {
  /** Holds a cluster already: facts and clock at least. */
  keyspace: Keyspace;
  /** Lets time pass for watches and streams; see Session. */
  pass(limit?: Duration): Promise<void>;
  /** Something that should never happen. */
  report(problem: string): void;
  /** What kube-apiserver was started with. */
  apiserverOptions?: Partial<ApiServerOptions> | undefined;
  /** What may run; everything when absent. */
  components?: Components | undefined;
}

/** What rooms are built from. */
export interface ClusterParts {
  facts: ClusterFacts;
  store: Store;
  keyspace: Keyspace;
  clock: ClusterClock;
  random: Random;
  wakeUps: WakeUpQueue;
  recurrences: ReturnType<typeof createRecurrences>;
  dialer: Dialer;
  client(credentials: Credentials, userAgent: string, from: NetworkNamespace): Client;
  pass(limit?: Duration): Promise<void>;
  /** Something listens on this port of the control plane's node. */
  listens(port: number): boolean;
  /** Tells of every change of `/registry/` as soon as it has happened, until the keyspace is read again. */
  follow(listener: (change: Change) => void): void;
  components?: Components | undefined;
}

export interface Cluster {
  readonly facts: ClusterFacts;
  readonly clock: ClusterClock;
  readonly parts: ClusterParts;
  /** What answers where clients outside of the cluster reach kube-apiserver. Throws DialError when nobody does. */
  apiserver(): Promise<ApiHandler>;
  /** A client that dials kube-apiserver from `from`. */
  client(credentials: Credentials, userAgent: string, from?: NetworkNamespace): Client;
  /** Nothing waits in a queue and nothing is due by `at`. */
  isQuiet(at: Instant): boolean;
  /** Lets everything happen that happens now. */
  drain(): Promise<void>;
  /**
   * Lets everything happen up to `to`. Going there in steps comes to the same. When `pause` says so it stops on the way, where a commit
   * may be: all that is queued is done, and what was not told to anybody can be told later. The clock then stands there.
   */
  advance(to: Instant, pause?: Pause): Promise<void>;
  /** As clock `max` does after each command: all progress, and ten virtual minutes of processes. */
  settle(): Promise<void>;
  /** The next wake-up of these classes. */
  nextWakeUp(classes?: readonly WakeUpClass[]): Instant | undefined;
  /** A client is about to change something. Any number of clients may, at one instant. */
  disturbed(): void;
  /** Changes that nobody has been told of yet. */
  readonly backlog: number;
  /** The keyspace was read again: forget what was derived from it. */
  reloaded(): void;
}

/** Asked now and then whether somebody else shall go on. */
export type Pause = () => boolean | Promise<boolean>;

const RECONCILED = '/kubemu/reconciled';
/** Where a pause is possible, a part of the changes is told at once: few, as long as there are few. */
const toldAtOnce = (untold: number): number => Math.min(Math.max(2, Math.ceil(untold / 8)), 32);
const API_PORT = 6443;
const ETCD_PORT = 2379;
const SETTLE_PROCESSES = minutes(10);
const PROGRESS: readonly WakeUpClass[] = ['progress'];
const PROCESS: readonly WakeUpClass[] = ['process'];

export function openCluster({ keyspace, pass, report, apiserverOptions, components }: ClusterOptions): Cluster {
  const store = storeOf(keyspace);
  const facts = readFacts(store);
  if (!facts) throw new Error('the state holds no cluster');
  const clock = openClock(store);
  const random = keyedRandom(facts.seed);
  const wakeUps = createWakeUps(store);
  const leases = createLeases({ keyspace, clock, wakeUps });
  const recurrences = createRecurrences(
    store,
    clock,
    (etcdKey) => leases.attach(etcdKey),
    () => keyKinds(keyspace, RECURRENCES),
  );
  const controlPlane = controlPlaneOf(facts);

  let apiserver: Promise<ApiServer> | undefined;
  const apiServer = (): Promise<ApiServer> => {
    apiserver ??= openApiServer();
    return apiserver;
  };
  const apiHandler: ApiHandler = async (request) => (await apiServer()).handle(request);

  let rooms: Promise<Rooms> | undefined;
  let host: LoopHost | undefined;
  const openRooms = async (): Promise<Rooms> => {
    rooms ??= import('./rooms.ts').then(({ openRooms }) => openRooms(parts));
    return rooms;
  };
  const openHost = async (): Promise<LoopHost> => {
    if (!host) {
      const { loops } = await openRooms();
      host = createLoopHost({ loops, clock, wakeUps, store: drawer(store, '/kubemu/loops/'), report });
    }
    return host;
  };

  const dialer = createDialer({
    store,
    clock,
    random,
    component: (name, namespace) => {
      if (name === 'kube-apiserver') return apiHandler;
      if (name === 'kubelet') return async (request) => (await openRooms()).kubelet(namespace)(request);
      return undefined;
    },
    serves: (name, namespace) => name !== 'kube-apiserver' || store.get(`/kubemu/net/listeners/${namespace}/${ETCD_PORT}`) !== undefined,
    exchange: async (...call) => (await openRooms()).exchange(...call),
    lookup: (from, name) => lookup(store, facts, from, name),
    translate: (address, port, draw) => translate(store, address, port, draw),
    allows(from, to, toAddress, port) {
      const fromAddress = facts.nodes.find(({ name }) => name === from)?.ip;
      return isAllowed(store, { from, fromAddress, to, toAddress, port, protocol: 'TCP' });
    },
  });

  const connections = keptConnections(dialer, keyspace, { ip: controlPlane.ip, port: API_PORT, node: controlPlane.name });
  const client = (credentials: Credentials, userAgent: string, from: NetworkNamespace = 'outside'): Client => {
    const handle: ApiHandler = async (request) => apiAt(await connections.from(from))(request);
    if (from === 'outside') return createClient({ handle }, credentials, userAgent);
    let known: { of: ApiServer; lister: Lister | undefined } | undefined;
    const lister = async (): Promise<Lister | undefined> => {
      apiAt(await connections.from(from));
      const server = await apiServer();
      if (known?.of !== server) known = { of: server, lister: server.lister(credentials) };
      return known.lister;
    };
    return createClient({ handle, lister }, credentials, userAgent);
  };

  const followers = new Set<(change: Change) => void>();
  const follow = (listener: (change: Change) => void): void => void followers.add(listener);
  const ports = `/kubemu/net/listeners/${controlPlane.name}/`;
  const listening = new Map<number, boolean>();
  keyspace.watchPlain(ports, () => listening.clear());
  const listens = (port: number): boolean => {
    const known = listening.get(port) ?? store.get(ports + port) !== undefined;
    listening.set(port, known);
    return known;
  };
  const parts: ClusterParts = {
    facts,
    store,
    keyspace,
    clock,
    random,
    wakeUps,
    recurrences,
    dialer,
    client,
    pass,
    listens,
    follow,
    components,
  };

  const openApiServer = async (): Promise<ApiServer> => {
    const { createApiServer } = await import('../apiserver/server.ts');
    return createApiServer({
      etcd: createEtcd({ keyspace, clock, wakeUps }),
      store,
      clock,
      random,
      dialer,
      overlay: recurrences.overlay,
      pass,
      options: { serviceClusterIPRange: facts.serviceCIDR, networkNamespace: controlPlane.name, ...apiserverOptions },
    });
  };

  // Changes wait here until the loops are told. Those of an earlier command that nobody was told of come first.
  let untold: Change[] = [];
  let touched: string[] = [];
  let resync = false;
  const catchUpOnChanges = (): void => {
    const told = store.get<number>(RECONCILED) ?? 0;
    const missed = told < keyspace.revision ? keyspace.changesSince(told) : [];
    untold = [...(missed ?? [])];
    touched = [];
    resync = missed === undefined;
  };
  catchUpOnChanges();
  keyspace.watch((change) => {
    untold.push(change);
    for (const follower of followers) follower(change);
  });
  keyspace.watchPlain('/kubemu/net/', (key) => touched.push(key));

  /** The changes to tell next. Those of one revision belong together. */
  const tell = (most: number): Change[] => {
    let end = Math.min(most, untold.length);
    while (end > 0 && untold[end]?.revision === untold[end - 1]?.revision) end++;
    const changes = untold.slice(0, end);
    untold = untold.slice(end);
    return changes;
  };

  /** False when it was paused. */
  const drain = async (pause?: Pause): Promise<boolean> => {
    if (untold.length === 0 && !resync && (host?.idle ?? true) && touched.length === 0) return true;
    const loops = await openHost();
    const { resourceOf, changed } = await openRooms();
    const inventory: Inventory = function* () {
      for (const { key, value } of keyspace.range<KubeObject>('/registry/')) {
        const resource = resourceOf(key);
        if (resource) yield [resource, value];
      }
    };
    if (resync) {
      resync = false;
      for (const [resource, object] of inventory()) loops.changed(resource, { type: 'ADDED', object });
    }
    let fromBefore = untold.length;
    while (untold.length > 0 || touched.length > 0 || !loops.idle) {
      const changes = tell(pause ? toldAtOnce(untold.length) : untold.length);
      if (fromBefore > 0) loops.disturbed(); // what they lead to, part by part, is no storm
      fromBefore -= changes.length;
      const keys = [...touched, ...changes.map(({ key }) => key)];
      touched = [];
      for (const { key, before, after } of changes) {
        const resource = resourceOf(key);
        const event = resource && objectEvent(before?.value as KubeObject | undefined, after?.value as KubeObject | undefined);
        if (resource && event) loops.changed(resource, event);
      }
      await changed(keys, clock.now());
      loops.resyncStarted(inventory);
      await loops.drain();
      const [next] = untold;
      if (pause && next && touched.length === 0 && (await pause())) {
        store.put(RECONCILED, next.revision - 1);
        return false;
      }
    }
    if (store.get(RECONCILED) !== keyspace.revision) store.put(RECONCILED, keyspace.revision);
    return true;
  };

  const advance = async (to: Instant, pause?: Pause): Promise<void> => {
    if (!(await drain(pause))) return;
    for (let next = wakeUps.next(); next !== undefined && next <= to; next = wakeUps.next()) {
      clock.move(next);
      const loops = await openHost();
      for (const { owner, key } of wakeUps.take(clock.now())) loops.enqueue(owner, key);
      if (!(await drain(pause)) || (await pause?.())) return;
    }
    clock.move(to);
  };

  return {
    facts,
    clock,
    parts,
    apiserver: async () => apiAt(await connections.from('outside')),
    client,
    isQuiet(at) {
      const next = wakeUps.next();
      return untold.length === 0 && !resync && touched.length === 0 && (host?.idle ?? true) && (next === undefined || next > at);
    },
    async drain() {
      await drain();
    },
    advance,
    async settle() {
      const patience = clock.now() + SETTLE_PROCESSES;
      await drain();
      for (;;) {
        const progress = wakeUps.next(PROGRESS);
        const process = wakeUps.next(PROCESS);
        const next = Math.min(
          progress ?? Number.POSITIVE_INFINITY,
          process !== undefined && process <= patience ? process : Number.POSITIVE_INFINITY,
        );
        if (next === Number.POSITIVE_INFINITY) return;
        await advance(next);
      }
    },
    nextWakeUp: wakeUps.next,
    disturbed: () => host?.disturbed(),
    get backlog() {
      return untold.length;
    },
    reloaded() {
      clock.reload();
      wakeUps.forget();
      apiserver = undefined;
      rooms = undefined;
      host = undefined;
      followers.clear();
      connections.forget();
      listening.clear();
      catchUpOnChanges();
    },
  };
}

function apiAt(connection: Connection): ApiHandler {
  if (!connection.api) throw new Error(`what listens on ${connection.address}:${connection.port} is no API server`);
  return connection.api;
}
