// Plays framework.NodeInfo: a node and what the Pods on it add up to. It never changes; a change of its Pods makes another one.
import type { Node } from '../api/core/node.ts';
import { footprintOf } from '../api/core/pod/footprint.ts';
import { NO_PODS, type NodeTotals, withPod } from '../api/core/pod/node-totals.ts';
import { measure, type Resources } from '../api/core/pod/requests.ts';
import type { Pod } from '../api/core/pod.ts';
import type { V1Taint } from '../api/generated/types.ts';

/** What a node has, computed when it is first asked for. */
class NodeFacts {
  private measured: Resources | undefined;
  private sizes: ReadonlyMap<string, number> | undefined;
  readonly labels: Readonly<Record<string, string>>;
  /** Taints that keep Pods away, and those that only cost points. */
  readonly hardTaints: readonly V1Taint[];
  readonly softTaints: readonly V1Taint[];

  constructor(readonly node: Node) {
    this.labels = node.metadata.labels ?? {};
    const taints = node.spec.taints ?? NO_TAINTS;
    this.hardTaints = taints.length === 0 ? NO_TAINTS : taints.filter(({ effect }) => effect === 'NoSchedule' || effect === 'NoExecute');
    this.softTaints = taints.length === 0 ? NO_TAINTS : taints.filter(({ effect }) => effect === 'PreferNoSchedule');
  }

  get allocatable(): Resources {
    this.measured ??= measure(this.node.status?.allocatable);
    return this.measured;
  }

  get imageSizes(): ReadonlyMap<string, number> {
    this.sizes ??= new Map(
      (this.node.status?.images ?? []).flatMap(({ names, sizeBytes }) => (names ?? []).map((name) => [name, sizeBytes ?? 0] as const)),
    );
    return this.sizes;
  }
}

const NO_TAINTS: readonly V1Taint[] = [];
const NO_KEYS: readonly string[] = [];

/** How much of a resource there is on a node, and how much is requested: in fact, and with defaults for containers that request none. */
interface Room {
  total: number;
  used: number;
  usedNonZero: number;
}

export class NodeInfo {
  readonly name: string;
  /** The two resources that are looked at for every Pod, in thousandths and bytes. */
  readonly cpu: Room;
  readonly memory: Room;
  /** How many more Pods the node takes. */
  readonly freePlaces: number;

  constructor(
    readonly node: Node,
    readonly totals: NodeTotals = NO_PODS,
    private readonly facts: NodeFacts = new NodeFacts(node),
  ) {
    this.name = node.metadata.name;
    const { cpu = 0, memory = 0, pods = 0 } = facts.allocatable;
    const { requested, nonZero } = totals;
    this.cpu = { total: cpu, used: requested.cpu ?? 0, usedNonZero: nonZero[0] };
    this.memory = { total: memory, used: requested.memory ?? 0, usedNonZero: nonZero[1] };
    this.freePlaces = pods - totals.pods;
  }

  get labels(): Readonly<Record<string, string>> {
    return this.facts.labels;
  }

  get hardTaints(): readonly V1Taint[] {
    return this.facts.hardTaints;
  }

  get softTaints(): readonly V1Taint[] {
    return this.facts.softTaints;
  }

  get allocatable(): Resources {
    return this.facts.allocatable;
  }

  /** Images on the node by name, with their sizes. */
  get imageSizes(): ReadonlyMap<string, number> {
    return this.facts.imageSizes;
  }

  /** What the Pods on the node request of `resource`. */
  used(resource: string): number {
    return this.totals.requested[resource] ?? 0;
  }

  /** `TCP 0.0.0.0 8080` */
  get hostPorts(): readonly string[] {
    return this.totals.hostPorts ? Object.keys(this.totals.hostPorts) : NO_KEYS;
  }

  /** `namespace/name` of those that have pod affinity or anti-affinity of their own. */
  get affinePods(): readonly string[] {
    return this.totals.affine ? Object.keys(this.totals.affine) : NO_KEYS;
  }

  /** The priority of the least important Pod; undefined when there is none. */
  get lowestPriority(): number | undefined {
    let lowest: number | undefined;
    for (const text in this.totals.priorities) {
      const priority = Number(text);
      if (lowest === undefined || priority < lowest) lowest = priority;
    }
    return lowest;
  }

  withTotals(totals: NodeTotals): NodeInfo {
    return new NodeInfo(this.node, totals, this.facts);
  }

  /** The node with these Pods more, or less. */
  with(pods: readonly Pod[], times: 1 | -1): NodeInfo {
    let { totals } = this;
    for (const pod of pods) totals = withPod(totals, pod, times);
    return this.withTotals(totals);
  }

  /** What the Pod asks for beyond what is free, in the order in which it is named. */
  lacks(pod: Pod): string[] {
    return askedOf(pod)
      .filter(({ resource, amount }) => amount > (this.allocatable[resource] ?? 0) - this.used(resource))
      .map(({ resource }) => resource);
  }
}

const FIRST_NAMED = ['cpu', 'memory', 'ephemeral-storage'];
/** One of `nodes`, which are in order of their names. */
export function nodeNamed(nodes: readonly NodeInfo[], name: string): NodeInfo | undefined {
  let low = 0;
  let high = nodes.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((nodes[middle]?.name ?? '') < name) low = middle + 1;
    else high = middle;
  }
  const found = nodes[low];
  return found?.name === name ? found : undefined;
}

export interface Asked {
  resource: string;
  amount: number;
}

const asked = new WeakMap<Resources, readonly Asked[]>();

/** {@link askedOf} for a quick look: all but CPU and memory apart. */
export interface Ask {
  cpu: number;
  memory: number;
  others: readonly Asked[];
}

export function askOf(pod: Pod): Ask {
  const { cpu = 0, memory = 0 } = footprintOf(pod).requests;
  return { cpu, memory, others: askedOf(pod).filter(({ resource }) => resource !== 'cpu' && resource !== 'memory') };
}

/** What a Pod requests at all: cpu, memory, ephemeral-storage, then the rest by name. */
export function askedOf(pod: Pod): readonly Asked[] {
  const { requests } = footprintOf(pod);
  const known = asked.get(requests);
  if (known) return known;
  const rank = (name: string): number => FIRST_NAMED.indexOf(name) + 1 || FIRST_NAMED.length + 1;
  const list = Object.entries(requests)
    .filter(([, amount]) => amount > 0)
    .sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1))
    .map(([resource, amount]) => ({ resource, amount }));
  asked.set(requests, list);
  return list;
}
