// Making a cluster: its facts, its first state, its file.
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { minutes, parseTime, wallNow } from '../machinery/clock.ts';
import { keyedRandom } from '../machinery/random.ts';
import { fileError } from '../state/errors.ts';
import { openStateFile, type StateFile } from '../state/file.ts';
import { storeOf } from '../state/keyspace-store.ts';
import { previousFile } from '../state/lines-adapter.ts';
import { acquireLock } from '../state/lock.ts';
import { bootstrapCluster, bootstrapServer } from './bootstrap.ts';
import { type ClockState, openClock } from './clock.ts';
import { type Cluster, openCluster } from './cluster.ts';
import type { Components } from './components.ts';
import { type ClusterFacts, type NodeFacts, readFacts, writeFacts } from './facts.ts';
import { deleteSnapshots } from './snapshots.ts';
import { planOf, stampNodes } from './stamp-nodes.ts';

export type NodeSize = Pick<NodeFacts, 'cpu' | 'memoryKi'>;

/** What `kubemu cluster create` can be told. */
export interface ClusterSpec {
  name: string;
  /** Names of the nodes; the first is the control plane. */
  nodes: readonly string[];
  /** Processors of each node. */
  cpu: number;
  memoryKi: number;
  /** What some nodes have instead. */
  sizes?: Readonly<Record<string, NodeSize>>;
  /** What kubelets say they are: `*` for all that are not named. */
  kubeletVersions?: Readonly<Record<string, string>>;
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
    seed: randomBytes(16).toString('hex'), // keys are drawn from it, too
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
    await populate(file, spec);
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
  } catch (error) {
    throw fileError('delete', stateFile, error);
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
    ...sizesOf(facts.nodes),
    ...(facts.addons ? { addons: facts.addons } : {}),
    mode,
    speed,
  };
}

/** Sizes and versions as {@link ClusterSpec} says them: what most nodes have, and what is different. */
function sizesOf(nodes: readonly NodeFacts[]): Pick<ClusterSpec, 'cpu' | 'memoryKi' | 'sizes' | 'kubeletVersions'> {
  const { cpu, memoryKi, kubeletVersion: common } = nodes.at(-1) as NodeFacts;
  const other = nodes.filter((node) => node.cpu !== cpu || node.memoryKi !== memoryKi);
  const isCommon = nodes.every(({ kubeletVersion }) => kubeletVersion !== undefined);
  const versions = nodes.flatMap(({ name, kubeletVersion: own }) => {
    return own === undefined || (isCommon && own === common) ? [] : [[name, own] as const];
  });
  if (isCommon && common !== undefined) versions.push(['*', common]);
  return {
    cpu,
    memoryKi,
    ...(other.length > 0
      ? { sizes: Object.fromEntries(other.map((node) => [node.name, { cpu: node.cpu, memoryKi: node.memoryKi }])) }
      : {}),
    ...(versions.length > 0 ? { kubeletVersions: Object.fromEntries(versions) } : {}),
  };
}

/** Puts a new cluster into an empty file, in memory. */
export async function populate(file: Pick<StateFile, 'keyspace' | 'putText'>, spec: ClusterSpec): Promise<void> {
  const { keyspace } = file;
  const store = storeOf(keyspace);
  const facts = factsOf(spec);
  const isOrdinary = ({ name }: NodeFacts): boolean => spec.sizes?.[name] === undefined && spec.kubeletVersions?.[name] === undefined;
  const { early, copies } = planOf(facts.nodes, isOrdinary);
  const template = copies[0] ? templateOf(copies[0], facts, spec) : undefined;
  writeFacts(store, template ? { ...facts, nodes: [...early, template] } : facts);
  const born = spec.epoch - HEAD_START;
  store.put('/kubemu/clock', { mode: 'max', speed: spec.speed, now: born, anchor: { wall: born, virtual: born } } satisfies ClockState);
  const open = (): Cluster => {
    const report = (problem: string): void => {
      throw new Error(problem);
    };
    return openCluster({ keyspace, pass: async () => {}, report });
  };
  let cluster = open();
  const before = new Set<string>();
  const options = {
    ...(spec.addons ? { addons: spec.addons } : {}),
    ...(template ? { late: template.name, onLate: () => [...keyspace.keys('/')].forEach((key) => void before.add(key)) } : {}),
  };
  if (spec.components?.has('kubelet') === false) await bootstrapServer(cluster, spec.components);
  else await bootstrapCluster(cluster, options);
  if (template) {
    stampNodes(cluster, file, template, copies, before);
    writeFacts(store, facts);
    cluster.clock.save();
    keyspace.put('/kubemu/reconciled', keyspace.revision);
    cluster = open();
  }
  await cluster.advance(Math.max(spec.epoch, cluster.clock.now()));
  for (const key of [...store.keys('/kubemu/records/')]) store.delete(key); // nobody has asked for anything yet
  cluster.clock.configure({ mode: spec.mode, speed: spec.speed }, wallNow());
  cluster.clock.save();
}

/** A node like those that will be its copies, with a name, an address and Pod addresses that no other has. */
function templateOf(like: NodeFacts, { nodes, seed }: ClusterFacts, spec: ClusterSpec): NodeFacts {
  const { ip, podCIDR } = addressesOf(nodes.length, spec);
  return { ...like, name: `template-${keyedRandom(seed).hex('template', '', 0, 12)}`, ip, podCIDR };
}

function factsOf(spec: ClusterSpec): ClusterFacts {
  const { serviceCIDR = '10.96.0.0/12' } = spec;
  const services = firstAddress(serviceCIDR);
  const { network, mask } = podNetworkOf(spec);
  return {
    name: spec.name,
    seed: spec.seed,
    ...(spec.addons ? { addons: spec.addons } : {}),
    nodes: spec.nodes.map((name, i) => nodeOf(name, i, spec)),
    podCIDR: `${ipText(network)}/${mask}`,
    serviceCIDR,
    serviceIP: ipText(services + 1),
    dnsIP: ipText(services + 10),
  };
}

function nodeOf(name: string, i: number, spec: ClusterSpec): NodeFacts {
  const { cpu, memoryKi } = spec.sizes?.[name] ?? spec;
  const kubeletVersion = spec.kubeletVersions?.[name] ?? spec.kubeletVersions?.['*'];
  const role = i === 0 ? 'control-plane' : 'worker';
  return { name, role, cpu, memoryKi, ...(kubeletVersion === undefined ? {} : { kubeletVersion }), ...addressesOf(i, spec) };
}

function addressesOf(i: number, spec: ClusterSpec): Pick<NodeFacts, 'ip' | 'podCIDR'> {
  const { network, bits } = podNetworkOf(spec);
  return { ip: ipText(ipNumber(172, 18) + i + 2), podCIDR: `${ipText(network + i * 2 ** (32 - bits))}/${bits}` };
}

/** Where Pods get addresses from: 254 on each node, or 126 where there are too many nodes for that. */
const podNetworkOf = ({ nodes }: ClusterSpec): { network: number; mask: number; bits: number } =>
  nodes.length < 256 ? { network: ipNumber(192, 168), mask: 16, bits: 24 } : { network: ipNumber(10, 128), mask: 9, bits: 25 };

function firstAddress(cidr: string): number {
  const [address = '', bits = '32'] = cidr.split('/');
  const number = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  return number - (number % 2 ** (32 - Number(bits)));
}

const ipNumber = (a: number, b: number): number => a * 2 ** 24 + b * 2 ** 16;
const ipText = (n: number): string => [24, 16, 8, 0].map((shift) => Math.floor(n / 2 ** shift) % 256).join('.');
