// Plays framework.NodeInfo: a node, the Pods on it, and what they add up to.
import type { Node } from '../api/core/node.ts';
import type { Pod } from '../api/core/pod.ts';
import type { V1Taint } from '../api/generated/types.ts';
import { measure, nonZeroRequests, podRequests, type Resources } from './resources.ts';

export interface HostPort {
  ip: string;
  protocol: string;
  port: number;
}

/** A Pod with what is asked of it again and again. */
export interface PodInfo {
  pod: Pod;
  requests: Resources;
  nonZero: Resources;
  hostPorts: readonly HostPort[];
  /** What is requested at all, in the order in which lacking resources are named. */
  asked: readonly (readonly [resource: string, amount: number])[];
}

const FIRST_NAMED = ['cpu', 'memory', 'ephemeral-storage'];

/** cpu, memory, ephemeral-storage, then the rest by name. */
function askedOf(requests: Resources): [string, number][] {
  const rank = (name: string): number => FIRST_NAMED.indexOf(name) + 1 || FIRST_NAMED.length + 1;
  return Object.entries(requests)
    .filter(([, amount]) => amount > 0)
    .sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1));
}

const known = new WeakMap<Pod, PodInfo>();

export function podInfo(pod: Pod): PodInfo {
  const remembered = known.get(pod);
  if (remembered) return remembered;
  const requests = podRequests(pod);
  const info = { pod, requests, nonZero: nonZeroRequests(pod), hostPorts: hostPortsOf(pod), asked: askedOf(requests) };
  known.set(pod, info);
  return info;
}

export class NodeInfo {
  readonly allocatable: Resources;
  readonly labels: Readonly<Record<string, string>>;
  /** Taints that keep Pods away, and those that only cost points. */
  readonly hardTaints: readonly V1Taint[];
  readonly softTaints: readonly V1Taint[];
  private images: ReadonlyMap<string, number> | undefined;
  /** Counts of Pods by question, as of now. */
  private readonly counts = new Map<string, number>();
  private readonly byUid = new Map<string, PodInfo>();
  private readonly affine = new Map<string, PodInfo>();
  private readonly priorities = new Map<number, number>();
  private readonly requested: Record<string, number> = {};
  private readonly nonZero: Record<string, number> = {};

  constructor(
    readonly node: Node,
    pods: Iterable<PodInfo> = [],
  ) {
    this.allocatable = measure(node.status?.allocatable);
    this.labels = node.metadata.labels ?? {};
    const taints = node.spec.taints ?? [];
    this.hardTaints = taints.filter(({ effect }) => effect === 'NoSchedule' || effect === 'NoExecute');
    this.softTaints = taints.filter(({ effect }) => effect === 'PreferNoSchedule');
    for (const info of pods) this.add(info);
  }

  get name(): string {
    return this.node.metadata.name;
  }

  get pods(): Iterable<PodInfo> {
    return this.byUid.values();
  }

  /** Those that have pod affinity or anti-affinity of their own. */
  get affinePods(): Iterable<PodInfo> {
    return this.affine.values();
  }

  get hasAffinePods(): boolean {
    return this.affine.size > 0;
  }

  /** Images on the node by name, with their sizes. */
  get imageSizes(): ReadonlyMap<string, number> {
    this.images ??= new Map(
      (this.node.status?.images ?? []).flatMap(({ names, sizeBytes }) => (names ?? []).map((name) => [name, sizeBytes ?? 0] as const)),
    );
    return this.images;
  }

  /** How many Pods `matches` is true of; remembered under `question` until the Pods change. */
  count(question: string, matches: (pod: Pod) => boolean): number {
    const remembered = this.counts.get(question);
    if (remembered !== undefined) return remembered;
    let count = 0;
    for (const { pod } of this.byUid.values()) if (matches(pod)) count++;
    this.counts.set(question, count);
    return count;
  }

  get podCount(): number {
    return this.byUid.size;
  }

  /** What the Pods on the node request of `resource`. */
  used(resource: string): number {
    return this.requested[resource] ?? 0;
  }

  /** The same for scoring, with defaults for Pods that request nothing. */
  usedNonZero(resource: string): number {
    return this.nonZero[resource] ?? 0;
  }

  /** The priority of the least important Pod; undefined when there is none. */
  get lowestPriority(): number | undefined {
    let lowest: number | undefined;
    for (const priority of this.priorities.keys()) if (lowest === undefined || priority < lowest) lowest = priority;
    return lowest;
  }

  add(info: PodInfo): void {
    this.remove(info.pod.metadata.uid);
    this.byUid.set(info.pod.metadata.uid, info);
    if (info.pod.spec.affinity?.podAffinity || info.pod.spec.affinity?.podAntiAffinity) this.affine.set(info.pod.metadata.uid, info);
    this.addUp(info, 1);
  }

  remove(uid: string): void {
    const info = this.byUid.get(uid);
    if (!info) return;
    this.byUid.delete(uid);
    this.affine.delete(uid);
    this.addUp(info, -1);
  }

  /** The node with the Pods that `keep` keeps. */
  with(keep: (pod: Pod) => boolean, more: Iterable<PodInfo> = []): NodeInfo {
    return new NodeInfo(this.node, [...[...this.pods].filter(({ pod }) => keep(pod)), ...more]);
  }

  private addUp({ pod, requests, nonZero }: PodInfo, sign: 1 | -1): void {
    this.counts.clear();
    const priority = pod.spec.priority ?? 0;
    const alike = (this.priorities.get(priority) ?? 0) + sign;
    if (alike > 0) this.priorities.set(priority, alike);
    else this.priorities.delete(priority);
    for (const [name, amount] of Object.entries(requests)) this.requested[name] = (this.requested[name] ?? 0) + sign * amount;
    for (const [name, amount] of Object.entries(nonZero)) this.nonZero[name] = (this.nonZero[name] ?? 0) + sign * amount;
  }
}

export function hostPortsOf(pod: Pod): HostPort[] {
  const sidecars = (pod.spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  return [...pod.spec.containers, ...sidecars].flatMap(({ ports = [] }) =>
    ports
      .filter(({ hostPort }) => hostPort)
      .map(({ hostIP, protocol, hostPort }) => ({ ip: hostIP || '0.0.0.0', protocol: protocol ?? 'TCP', port: hostPort ?? 0 })),
  );
}
