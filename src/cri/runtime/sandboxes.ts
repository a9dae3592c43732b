// Plays containerd's sandboxes and the processes in them. One machine of the process engine holds all processes of a sandbox.
// A machine is kept at starts, inputs and due projections only; whoever looks gets a copy that is thrown away.
import type { Clock, Instant } from '../../machinery/clock.ts';
import type { Dialer, Listener, NetworkNamespace } from '../../machinery/dialer.ts';
import { jsonEqual } from '../../machinery/equal.ts';
import type { Random } from '../../machinery/random.ts';
import { drawer, type Store } from '../../machinery/store.ts';
import { replaceWords, type Words } from '../../machinery/words.ts';
import type {
  ContainerProcess,
  ContainerState,
  ExecRequest,
  ExecResult,
  Machine,
  MachineHost,
  MachineState,
  Projection,
} from '../processes/machine.ts';

/** `/kubemu/cri/<node>/<pod uid>/sandbox`. */
export interface Sandbox {
  id: string;
  podUID: string;
  namespace: string;
  name: string;
  attempt: number;
  createdAt: Instant;
  ready: boolean;
  netns: NetworkNamespace;
  hostname: string;
  ip: string;
  /** Containers that have been started in it. */
  containers: readonly string[];
}

/** Opens a machine from its state, or a new and empty one, at the instant of the state or at `at`. */
export type OpenMachine = (state: MachineState | undefined, at: Instant, host: MachineHost) => Promise<Machine>;

export interface SandboxesOptions {
  store: Store;
  clock: Clock;
  random: Random;
  dialer: Dialer;
  signature: MachineHost['signature'];
  openMachine: OpenMachine;
  /** Told of every state that is kept. */
  kept?: (node: string, uid: string, state: MachineState) => void;
}

export interface TakenExec extends ExecResult {
  output: { channel: 'stdout' | 'stderr'; data: Uint8Array }[];
}

/** In place of a state: that of `.shared/<like>` with other words. So are machines kept that were made alike, until they change. */
export interface SharedMachine {
  like: string;
  words: Words;
}

const READS = '.reads/';

/** A machine's kept state and what follows from it. */
interface KeptProjection extends Projection {
  /** The instant of the kept state. */
  from: Instant;
}

export interface Sandboxes {
  get(node: string, uid: string): Sandbox | undefined;
  create(node: string, sandbox: Sandbox): void;
  /** Starts or restarts a container now, after `prepare`. */
  start(node: string, uid: string, process: ContainerProcess, prepare?: (machine: Machine) => void): Promise<ContainerState | undefined>;
  /** A copy at the current instant; nothing that is done to it lasts. */
  look(node: string, uid: string): Promise<Machine>;
  /** Starts a process beside a container's own, now. Its output and result wait until they are taken. */
  exec(node: string, uid: string, container: string, request: ExecRequest): Promise<string>;
  /** What such a process has written since the last call, and its result once it has ended. */
  takeExec(node: string, uid: string, handle: string): Promise<TakenExec>;
  execInput(node: string, uid: string, handle: string, bytes: Uint8Array | 'eof'): Promise<void>;
  /** Changes the machine now, keeps it, and projects anew. */
  act<T>(node: string, uid: string, change: (machine: Machine) => T | Promise<T>): Promise<T>;
  /** It is being changed just now. */
  isChanging(uid: string): boolean;
  /** When the processes will next do something that others could notice. */
  next(node: string, uid: string): Instant | undefined;
  /** What they will do then they have done many times before: nothing that a cluster settles for. */
  repeats(node: string, uid: string): boolean;
  /** The instant of the kept state. */
  keptAt(node: string, uid: string): Instant | undefined;
  /** How the containers are, as of the kept state. */
  containers(node: string, uid: string): Readonly<Record<string, ContainerState>>;
  /** Keeps the machine at the current instant if its projection is due; says whether it was. */
  catchUp(node: string, uid: string): Promise<boolean>;
  /** On which node the sandbox of a Pod is. */
  nodeOf(uid: string): string | undefined;
  /** Voids projections that read any of these keys; says whose. */
  voided(keys: readonly string[], at: Instant): { node: string; uid: string }[];
  /** Takes away network and processes; logs and files stay until {@link Sandboxes.remove}. */
  stop(node: string, uid: string): void;
  remove(node: string, uid: string): void;
}

export function createSandboxes({ store, clock, random, dialer, signature, openMachine, kept }: SandboxesOptions): Sandboxes {
  const cri = drawer(store, '/kubemu/cri/');
  const net = drawer(store, '/kubemu/net/listeners/');
  /** Whose search list a network namespace has: the namespace of its Pod. */
  const names = drawer(store, '/kubemu/net/namespaces/');
  const at = (node: string, uid: string, part: string): string => `${node}/${uid}/${part}`;

  /** Machines that are being changed: a request that comes back to one of them meets a copy. */
  const changing = new Set<string>();

  const openKept = async (node: string, uid: string, isCopy: boolean): Promise<Machine> => {
    const sandbox = cri.get<Sandbox>(at(node, uid, 'sandbox'));
    if (!sandbox) throw new Error(`no sandbox of Pod ${uid} on ${node}`);
    const { netns, hostname, ip } = sandbox;
    return openMachine(machineState(cri, cri.get<MachineState | SharedMachine>(at(node, uid, 'machine'))), clock.now(), {
      dialer,
      random,
      netns,
      hostname,
      podIP: ip,
      signature,
      isCopy,
    });
  };

  /** Which keys each projection has read, by `<node>/<uid>`; asked for after every change. */
  let readers: Map<string, readonly string[]> | undefined;
  const readReads = (): Map<string, readonly string[]> =>
    new Map([...cri.range<string[]>(READS)].map(([key, reads]) => [key.slice(READS.length), reads]));
  const setReads = (node: string, uid: string, reads: readonly string[]): void => {
    const of = `${node}/${uid}`;
    readers ??= readReads();
    if (reads.length > 0) cri.put(READS + of, reads);
    else if (readers.has(of)) cri.delete(READS + of);
    if (reads.length > 0) readers.set(of, reads);
    else readers.delete(of);
  };

  const execs = (node: string, uid: string): Record<string, ExecResult> =>
    cri.get<Record<string, ExecResult>>(at(node, uid, 'execs')) ?? {};

  const keep = async (node: string, uid: string, machine: Machine): Promise<void> => {
    noteResults(node, uid, machine);
    const state = machine.lastSnapshot();
    cri.put(at(node, uid, 'machine'), state);
    kept?.(node, uid, state);
    const states: Record<string, ContainerState> = {};
    for (const name of sandboxes.get(node, uid)?.containers ?? []) {
      const state = machine.container(name);
      if (state) states[name] = state;
    }
    cri.put(at(node, uid, 'containers'), states);
    listen(node, uid, machine);
    const projection = await machine.project();
    cri.put(at(node, uid, 'projection'), { ...projection, from: machine.now } satisfies KeptProjection);
    setReads(node, uid, projection.reads);
  };

  /** A machine forgets a process that has ended; somebody may still ask how. */
  const noteResults = (node: string, uid: string, machine: Machine): void => {
    const known = execs(node, uid);
    const ended: Record<string, ExecResult> = {};
    for (const [handle, result] of Object.entries(known)) {
      if (result.exitCode !== undefined || result.startError !== undefined) continue;
      const now = machine.execResult(handle);
      if (now.exitCode !== undefined || now.startError !== undefined) ended[handle] = now;
    }
    if (Object.keys(ended).length > 0) cri.put(at(node, uid, 'execs'), { ...known, ...ended });
  };

  /** Brings the listener records of a sandbox in line with what its containers listen on. */
  const listen = (node: string, uid: string, machine: Machine | undefined): void => {
    const netns = cri.get<Sandbox>(at(node, uid, 'sandbox'))?.netns ?? uid;
    const open = new Map<string, Listener>();
    for (const { container, port, address, component } of machine?.listeners() ?? []) {
      open.set(`${netns}/${port}`, {
        pod: uid,
        container,
        ...(address === '0.0.0.0' ? {} : { address }),
        ...(component ? { component } : {}),
      });
    }
    for (const [key, listener] of [...net.range<Listener>(`${netns}/`)]) {
      if (listener.pod === uid && !open.has(key)) net.delete(key);
    }
    for (const [key, listener] of open) {
      const known = net.get<Listener>(key);
      if (known && known.pod !== uid) continue; // the port belongs to another Pod of the host
      if (!jsonEqual(known, listener)) net.put(key, listener);
    }
  };

  const sandboxes: Sandboxes = {
    get: (node, uid) => cri.get<Sandbox>(at(node, uid, 'sandbox')),
    create(node, sandbox) {
      cri.put(at(node, sandbox.podUID, 'sandbox'), sandbox);
      cri.put(`.nodes/${sandbox.podUID}`, node);
      if (sandbox.netns === sandbox.podUID) names.put(sandbox.netns, sandbox.namespace);
    },
    keptAt: (node, uid) => cri.get<KeptProjection>(at(node, uid, 'projection'))?.from,
    containers: (node, uid) => cri.get<Record<string, ContainerState>>(at(node, uid, 'containers')) ?? {},
    nodeOf: (uid) => cri.get<string>(`.nodes/${uid}`),
    async start(node, uid, process, prepare) {
      const sandbox = sandboxes.get(node, uid);
      if (sandbox && !sandbox.containers.includes(process.name)) {
        cri.put(at(node, uid, 'sandbox'), { ...sandbox, containers: [...sandbox.containers, process.name] } satisfies Sandbox);
      }
      await sandboxes.act(node, uid, (machine) => {
        prepare?.(machine);
        machine.start(process);
      });
      return sandboxes.containers(node, uid)[process.name];
    },
    async look(node, uid) {
      const machine = await openKept(node, uid, true);
      await machine.advance(clock.now());
      return machine;
    },
    async exec(node, uid, container, request) {
      return sandboxes.act(node, uid, (machine) => {
        const handle = machine.exec(container, request);
        cri.put(at(node, uid, 'execs'), { ...execs(node, uid), [handle]: {} });
        return handle;
      });
    },
    async takeExec(node, uid, handle) {
      const { [handle]: result = {}, ...others } = execs(node, uid);
      const output = await sandboxes.act(node, uid, (machine) => machine.execOutput(handle));
      const latest = execs(node, uid)[handle] ?? result;
      if (latest.exitCode === undefined && latest.startError === undefined) return { output };
      if (Object.keys(others).length > 0) cri.put(at(node, uid, 'execs'), others);
      else cri.delete(at(node, uid, 'execs'));
      return { output, ...latest };
    },
    execInput: (node, uid, handle, bytes) => sandboxes.act(node, uid, (machine) => machine.execInput(handle, bytes)),
    async act(node, uid, change) {
      changing.add(uid);
      try {
        const machine = await openKept(node, uid, false);
        await machine.advance(clock.now());
        const result = await change(machine);
        await machine.advance(clock.now());
        await keep(node, uid, machine);
        return result;
      } finally {
        changing.delete(uid);
      }
    },
    isChanging: (uid) => changing.has(uid),
    next: (node, uid) => cri.get<KeptProjection>(at(node, uid, 'projection'))?.at,
    repeats: (node, uid) => cri.get<KeptProjection>(at(node, uid, 'projection'))?.repeats === true,
    async catchUp(node, uid) {
      const next = sandboxes.next(node, uid);
      if (next === undefined || next > clock.now()) return false;
      await sandboxes.act(node, uid, () => undefined);
      return true;
    },
    voided(keys, now) {
      const hit: { node: string; uid: string }[] = [];
      readers ??= readReads();
      if (readers.size === 0) return hit;
      const changed = new Set(keys);
      const concerned = [...readers].filter(([, reads]) => reads.some((read) => changed.has(read)));
      for (const of of concerned.map(([name]) => name).sort()) {
        const [node = '', uid = ''] = of.split('/');
        const projection = cri.get<KeptProjection>(at(node, uid, 'projection'));
        if (!projection || (projection.at !== undefined && projection.at <= now)) continue;
        hit.push({ node, uid });
      }
      for (const { node, uid } of hit) {
        const projection = cri.get<KeptProjection>(at(node, uid, 'projection'));
        if (projection) cri.put(at(node, uid, 'projection'), { ...projection, at: now });
      }
      return hit;
    },
    stop(node, uid) {
      const sandbox = sandboxes.get(node, uid);
      if (!sandbox) return;
      listen(node, uid, undefined);
      if (names.get(uid) !== undefined) names.delete(uid);
      if (sandbox.ready) cri.put(at(node, uid, 'sandbox'), { ...sandbox, ready: false });
      setReads(node, uid, []);
      const projection = cri.get<KeptProjection>(at(node, uid, 'projection'));
      if (projection?.at !== undefined) cri.put(at(node, uid, 'projection'), { from: projection.from, reads: [] } satisfies KeptProjection);
    },
    remove(node, uid) {
      sandboxes.stop(node, uid);
      for (const key of [...cri.keys(`${node}/${uid}/`)]) cri.delete(key);
      if (sandboxes.nodeOf(uid) === node) cri.delete(`.nodes/${uid}`);
    },
  };
  return sandboxes;
}

function machineState(cri: Store, kept: MachineState | SharedMachine | undefined): MachineState | undefined {
  if (!kept || !isShared(kept)) return kept;
  const shared = cri.get<MachineState>(`.shared/${kept.like}`);
  return shared && (JSON.parse(replaceWords(JSON.stringify(shared), kept.words)) as MachineState);
}

const isShared = (kept: MachineState | SharedMachine): kept is SharedMachine => typeof (kept as Partial<SharedMachine>).like === 'string';
