// The Pods on nodes as far as a cycle has asked for them: by namespace, counted by question, and those with pod affinity. Read once, then
// kept up with every change, so that the next cycle finds them as they are.

import { holdsResources } from '../api/core/pod/footprint.ts';
import { Pod } from '../api/core/pod.ts';
import type { Client } from '../client/client.ts';
import type { ObjectEvent } from '../machinery/loop.ts';
import { keyOf, parseKey } from '../machinery/object.ts';
import type { Placed } from './plugin.ts';
import type { PodGroup, Question } from './spread.ts';

/** Questions that are kept; the one that was asked first goes first. */
const MOST_GROUPS = 200;

class Group implements PodGroup {
  private readonly nodes = new Map<string, string>();
  private readonly counts = new Map<string, number>();

  constructor(readonly question: Question) {}

  on(node: string): number {
    return this.counts.get(node) ?? 0;
  }

  matches(pod: Pod): boolean {
    return this.question.matches(pod);
  }

  follow(pod: Pod, isGone = false): void {
    const { uid, deletionTimestamp } = pod.metadata;
    const was = this.nodes.get(uid);
    const is = !isGone && isPlaced(pod) && !deletionTimestamp && this.matches(pod) ? pod.spec.nodeName : undefined;
    if (was === is) return;
    if (was !== undefined) this.bump(was, -1);
    if (is === undefined) this.nodes.delete(uid);
    else {
      this.nodes.set(uid, is);
      this.bump(is, 1);
    }
  }

  private bump(node: string, by: number): void {
    const count = this.on(node) + by;
    if (count === 0) this.counts.delete(node);
    else this.counts.set(node, count);
  }
}

export class PlacedPods {
  /** By namespace, then uid. */
  private readonly namespaces = new Map<string, Map<string, Placed>>();
  private readonly groups = new Map<string, Group>();
  /** Single Pods by `namespace/name`. */
  private readonly single = new Map<string, Placed>();

  constructor(private readonly client: Client) {}

  async group(question: Question): Promise<PodGroup> {
    const known = this.groups.get(question.id);
    if (known) return known;
    const { namespace, owner } = question;
    const pods = owner ? await this.client.listOwned(Pod, owner) : [...(await this.inNamespace(namespace)).values()].map(({ pod }) => pod);
    const group = new Group(question);
    for (const pod of pods) group.follow(pod);
    if (this.groups.size >= MOST_GROUPS) for (const oldest of [...this.groups.keys()].slice(0, 1)) this.groups.delete(oldest);
    this.groups.set(question.id, group);
    return group;
  }

  async inNamespace(namespace: string): Promise<ReadonlyMap<string, Placed>> {
    const known = this.namespaces.get(namespace);
    if (known) return known;
    const pods = new Map<string, Placed>();
    for (const pod of await this.client.list(Pod, { namespace })) if (isPlaced(pod)) pods.set(pod.metadata.uid, placed(pod));
    this.namespaces.set(namespace, pods);
    return pods;
  }

  /** One Pod by `namespace/name`; undefined when it is on no node. */
  async one(key: string): Promise<Placed | undefined> {
    const known = this.single.get(key);
    if (known) return known;
    const pod = await this.client.get(Pod, parseKey(key));
    if (!pod || !isPlaced(pod)) return undefined;
    this.single.set(key, placed(pod));
    return placed(pod);
  }

  onPod({ type, object }: ObjectEvent<Pod>): void {
    const isGone = type === 'DELETED';
    this.single.delete(keyOf(object));
    const pods = this.namespaces.get(object.metadata.namespace ?? '');
    if (pods) {
      if (!isGone && isPlaced(object)) pods.set(object.metadata.uid, placed(object));
      else pods.delete(object.metadata.uid);
    }
    for (const group of this.groups.values()) {
      if (group.question.namespace === object.metadata.namespace) group.follow(object, isGone);
    }
  }
}

const isPlaced = (pod: Pod): boolean => pod.spec.nodeName !== undefined && holdsResources(pod);
const placed = (pod: Pod): Placed => ({ pod, node: pod.spec.nodeName ?? '' });
