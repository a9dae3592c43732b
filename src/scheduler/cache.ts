// Plays the scheduler's cache: nodes with the Pods on them, read from the API when the first Pod needs a node and kept up by watches.
// A process that schedules nothing reads nothing. At 150,000 Pods this needs totals per node kept in the state instead.
import { Namespace } from '../api/core/namespace.ts';
import { Node } from '../api/core/node.ts';
import { Pod } from '../api/core/pod.ts';
import type { Client } from '../client/client.ts';
import type { ObjectEvent } from '../machinery/loop.ts';
import { NodeInfo, podInfo } from './node-info.ts';

export class Cache {
  private nodes: Map<string, NodeInfo> | undefined;
  private sorted: readonly NodeInfo[] | undefined;
  private knownNamespaces: readonly Namespace[] | undefined;
  private readonly client: Client;

  constructor(client: Client) {
    this.client = client;
  }

  /** All nodes in order of their names. */
  async snapshot(): Promise<readonly NodeInfo[]> {
    const nodes = this.nodes ?? (await this.load());
    this.sorted ??= [...nodes.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    return this.sorted;
  }

  async namespaces(): Promise<readonly Namespace[]> {
    this.knownNamespaces ??= await this.client.list(Namespace);
    return this.knownNamespaces;
  }

  onNamespace(): void {
    this.knownNamespaces = undefined;
  }

  private async load(): Promise<Map<string, NodeInfo>> {
    const nodes = new Map<string, NodeInfo>();
    for (const node of await this.client.list(Node)) {
      const { name } = node.metadata;
      const pods = await this.client.list(Pod, { fieldSelector: `spec.nodeName=${name}` });
      nodes.set(name, new NodeInfo(node, pods.filter(holdsResources).map(podInfo)));
    }
    this.nodes = nodes;
    return nodes;
  }

  onNode({ type, object, old }: ObjectEvent<Node>): void {
    if (!this.nodes) return;
    const { name } = object.metadata;
    if (type === 'MODIFIED' && old && this.nodes.has(name) && old === object) return;
    const pods = this.nodes.get(name)?.pods ?? [];
    if (type === 'DELETED') this.nodes.delete(name);
    else this.nodes.set(name, new NodeInfo(object, pods));
    this.sorted = undefined;
  }

  onPod({ type, object }: ObjectEvent<Pod>): void {
    const node = object.spec.nodeName ? this.nodes?.get(object.spec.nodeName) : undefined;
    if (type === 'DELETED' || !holdsResources(object)) node?.remove(object.metadata.uid);
    else node?.add(podInfo(object));
  }

  /** The Pod counts on its node before the watch says so. */
  assume(pod: Pod, node: string): void {
    this.nodes?.get(node)?.add(podInfo({ ...pod, spec: { ...pod.spec, nodeName: node } }));
  }
}

/** A finished Pod gives its resources back. */
export function holdsResources(pod: Pod): boolean {
  return pod.status?.phase !== 'Succeeded' && pod.status?.phase !== 'Failed';
}
