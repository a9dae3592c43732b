// Making a cluster: its facts, its first state, its file.
import { rmSync } from 'node:fs';
import { minutes, parseTime, wallNow } from '../machinery/clock.ts';
import { hash32 } from '../machinery/random.ts';
import { openStateFile, previousFile } from '../state/file.ts';
import type { Keyspace } from '../state/keyspace.ts';
import { storeOf } from '../state/keyspace-store.ts';
import { acquireLock } from '../state/lock.ts';
import { bootstrapCluster, bootstrapServer } from './bootstrap.ts';
import { type ClockState, openClock } from './clock.ts';
import { openCluster } from './cluster.ts';
import type { Components } from './components.ts';
import { type ClusterFacts, readFacts, writeFacts } from './facts.ts';
import { deleteSnapshots } from './snapshots.ts';

/** What `kubemu cluster create` can be told. */
export interface ClusterSpec {
  name: string;
  /** Names of the nodes; the first is the control plane. */
  nodes: readonly string[];
  /** Processors of each node. */
  cpu: number;
  memoryKi: number;
  seed: string;
  mode: 'real' | 'max';
  speed: number;
  /** When the cluster is first used, in milliseconds since the epoch; it was made five minutes before. */
  epoch: number;
  /** Add-ons to install; all when absent. */
  addons?: readonly string[];
  /** Addresses of Services, such as `10.96.0.0/12`, which is the default. */
  serviceCIDR?: string;
  /** What runs. Without `kubelet` there are no nodes: the processes are started by hand. */
  components?: Components;
}

export const DEFAULT_NODES = ['controlplane', 'node01', 'node02'] as const;

/** How old a new cluster is when it is first used, so that everything has settled. */
const HEAD_START = minutes(5);

export function defaultSpec(): ClusterSpec {
  const epoch = wallNow();
  return {
    name: 'kubemu',
    nodes: DEFAULT_NODES,
    cpu: 2,
    memoryKi: 4_015_032,
    seed: String(hash32(`${epoch}/${process.pid}`)),
    mode: 'real',
    speed: 1,
    epoch,
  };
}

/** The default cluster as the environment shapes it: KUBEMU_CLOCK, KUBEMU_SEED, KUBEMU_EPOCH (an RFC 3339 instant or milliseconds). */
export function specFromEnv(env: Readonly<Record<string, string | undefined>>): ClusterSpec {
  const spec = defaultSpec();
  const { KUBEMU_CLOCK: mode, KUBEMU_SEED: seed, KUBEMU_EPOCH: epoch } = env;
  if (mode && mode !== 'real' && mode !== 'max') throw new Error(`KUBEMU_CLOCK must be real or max, not ${mode}`);
  const instant = epoch ? (/^\d+$/.test(epoch) ? Number(epoch) : parseTime(epoch)) : spec.epoch;
  if (Number.isNaN(instant)) throw new Error(`KUBEMU_EPOCH must be an RFC 3339 instant, not ${epoch}`);
  return { ...spec, mode: mode === 'max' ? 'max' : 'real', seed: seed || spec.seed, epoch: instant };
}

/** Writes a new cluster's file; throws when there is one already. */
export async function createCluster(stateFile: string, spec: ClusterSpec): Promise<void> {
  const lock = await acquireLock(stateFile);
  try {
    const file = openStateFile(stateFile);
    if (!file.isNew) throw new Error(`there is a cluster in ${stateFile} already`);
    await populate(file.keyspace, spec);
    await file.compact();
    await file.close();
  } finally {
    lock.release();
  }
}

/** Removes a cluster's file, waiting for whoever writes to it, and what is kept beside it. */
export async function deleteCluster(stateFile: string, keep: { snapshots?: boolean } = {}): Promise<void> {
  const lock = await acquireLock(stateFile);
  try {
    rmSync(stateFile, { force: true });
    rmSync(previousFile(stateFile), { force: true });
    if (!keep.snapshots) deleteSnapshots(stateFile);
  } finally {
    lock.release();
  }
}

/** What an existing cluster was made with, to make it again; undefined when the file holds none. */
export function specOfFile(stateFile: string): Omit<ClusterSpec, 'epoch'> | undefined {
  const store = storeOf(openStateFile(stateFile).keyspace);
  const facts = readFacts(store);
  const [first] = facts?.nodes ?? [];
  if (!facts || !first) return undefined;
  const { mode, speed } = openClock(store).state;
  return {
    name: facts.name,
    seed: facts.seed,
    nodes: facts.nodes.map(({ name }) => name),
    cpu: first.cpu,
    memoryKi: first.memoryKi,
    ...(facts.addons ? { addons: facts.addons } : {}),
    mode,
    speed,
  };
}

/** Puts a new cluster into an empty keyspace. */
export async function populate(keyspace: Keyspace, spec: ClusterSpec): Promise<void> {
  const store = storeOf(keyspace);
  writeFacts(store, factsOf(spec));
  const born = spec.epoch - HEAD_START;
  store.put('/kubemu/clock', { mode: 'max', speed: spec.speed, now: born, anchor: { wall: born, virtual: born } } satisfies ClockState);
  const cluster = openCluster({
    keyspace,
    pass: async () => {},
    report: (problem) => {
      throw new Error(problem);
    },
  });
  if (spec.components?.has('kubelet') === false) await bootstrapServer(cluster, spec.components);
  else await bootstrapCluster(cluster, spec.addons ? { addons: spec.addons } : {});
  await cluster.advance(Math.max(spec.epoch, cluster.clock.now()));
  for (const key of [...store.keys('/kubemu/records/')]) store.delete(key); // nobody has asked for anything yet
  cluster.clock.configure({ mode: spec.mode, speed: spec.speed }, wallNow());
  cluster.clock.save();
}

function factsOf(spec: ClusterSpec): ClusterFacts {
  const { serviceCIDR = '10.96.0.0/12' } = spec;
  const services = firstAddress(serviceCIDR);
  const isLarge = spec.nodes.length > 256;
  const [podNetwork, podMask, bits] = isLarge ? [ipNumber(10, 128), 9, 25] : [ipNumber(192, 168), 16, 24];
  return {
    name: spec.name,
    seed: spec.seed,
    ...(spec.addons ? { addons: spec.addons } : {}),
    nodes: spec.nodes.map((name, i) => ({
      name,
      role: i === 0 ? 'control-plane' : 'worker',
      ip: ipText(ipNumber(172, 18) + i + 2),
      cpu: spec.cpu,
      memoryKi: spec.memoryKi,
      podCIDR: `${ipText(podNetwork + i * 2 ** (32 - bits))}/${bits}`,
    })),
    podCIDR: `${ipText(podNetwork)}/${podMask}`,
    serviceCIDR,
    serviceIP: ipText(services + 1),
    dnsIP: ipText(services + 10),
  };
}

function firstAddress(cidr: string): number {
  const [address = '', bits = '32'] = cidr.split('/');
  const number = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  return number - (number % 2 ** (32 - Number(bits)));
}

const ipNumber = (a: number, b: number): number => a * 2 ** 24 + b * 2 ** 16;
const ipText = (n: number): string => [24, 16, 8, 0].map((shift) => Math.floor(n / 2 ** shift) % 256).join('.');
