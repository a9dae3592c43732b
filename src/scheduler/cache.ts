// Plays the scheduler's cache: nodes with what the Pods on them add up to. Nodes are read when the first Pod needs one; the sums are index
// keys of the API server, so that no Pod is read for them. Kept up with every change, it always shows the cluster as it is now.
import { Node } from '../api/core/node.ts';
import { putTotals, readTotals, TOTALS, totalsOf } from '../api/core/pod/node-totals.ts';
import { Pod } from '../api/core/pod.ts';
import type { Client } from '../client/client.ts';
import type { ObjectEvent } from '../machinery/loop.ts';
import type { Store } from '../machinery/store.ts';
import { NodeInfo } from './node-info.ts';

export class Cache {
  private nodes: Map<string, NodeInfo> | undefined;
  /** Nodes whose Pods have changed, and nodes that have changed themselves. */
  private readonly stale = new Set<string>();
  private readonly changed = new Map<string, Node | undefined>();
  private sorted: NodeInfo[] = [];
  private places = new Map<string, number>();
  private images: Map<string, number> | undefined;
  /** Names of nodes with such Pods. */
  private readonly affineNodes = new Set<string>();

  constructor(
    private readonly client: Client,
    private readonly store: Store,
  ) {}

  /** All nodes in order of their names. The list is valid until the next snapshot. */
  async snapshot(): Promise<readonly NodeInfo[]> {
    if (!this.nodes) await this.load();
    else {
      this.takeNodes(this.nodes);
      for (const name of this.stale) await this.refresh(this.nodes, name);
    }
    this.stale.clear();
    return this.sorted;
  }

  node(name: string): NodeInfo | undefined {
    return this.nodes?.get(name);
  }

  /** `namespace/name` of all Pods with pod affinity or anti-affinity of their own. */
  *affinePods(): Iterable<string> {
    for (const name of this.affineNodes) yield* this.nodes?.get(name)?.affinePods ?? [];
  }

  /** How many nodes have the image. */
  nodesWith = (image: string): number => {
    if (!this.images) {
      this.images = new Map();
      for (const { imageSizes } of this.sorted)
        for (const name of imageSizes.keys()) this.images.set(name, (this.images.get(name) ?? 0) + 1);
    }
    return this.images.get(image) ?? 0;
  };

  onNode({ type, object }: ObjectEvent<Node>): void {
    if (this.nodes) this.changed.set(object.metadata.name, type === 'DELETED' ? undefined : object);
  }

  onPod({ object, old }: ObjectEvent<Pod>): void {
    if (!this.nodes) return;
    if (object.spec.nodeName) this.stale.add(object.spec.nodeName);
    if (old?.spec.nodeName) this.stale.add(old.spec.nodeName);
  }

  private async load(): Promise<void> {
    const nodes = await this.client.list(Node);
    const counted = new Set<string>();
    for (const key of this.store.keys(TOTALS)) counted.add(key.slice(TOTALS.length));
    const infos = new Map<string, NodeInfo>();
    for (const node of nodes) {
      const { name } = node.metadata;
      infos.set(name, new NodeInfo(node, (counted.has(name) ? readTotals(this.store, name) : undefined) ?? (await this.count(name))));
    }
    this.nodes = infos;
    for (const info of infos.values()) this.noteAffine(info);
    this.sort(infos);
  }

  private takeNodes(nodes: Map<string, NodeInfo>): void {
    if (this.changed.size === 0) return;
    for (const [name, node] of this.changed) {
      const known = nodes.get(name);
      if (known && node && known.node.status?.images !== node.status?.images) this.images = undefined;
      if (!node) nodes.delete(name);
      else nodes.set(name, new NodeInfo(node, known?.totals));
      if (node && !known) this.stale.add(name);
      if (!node || !known) this.images = undefined;
    }
    this.changed.clear();
    this.sort(nodes);
  }

  private async refresh(nodes: Map<string, NodeInfo>, name: string): Promise<void> {
    const known = nodes.get(name);
    if (!known) return;
    const fresh = known.withTotals(readTotals(this.store, name) ?? (await this.count(name)));
    nodes.set(name, fresh);
    this.noteAffine(fresh);
    this.sorted[this.places.get(name) ?? 0] = fresh;
  }

  private noteAffine({ name, totals }: NodeInfo): void {
    if (totals.affine) this.affineNodes.add(name);
    else this.affineNodes.delete(name);
  }

  /** The Pods on a node that nobody has counted. */
  private async count(name: string): Promise<NodeInfo['totals']> {
    const totals = totalsOf(await this.client.list(Pod, { fieldSelector: `spec.nodeName=${name}` }));
    if (totals.pods > 0) putTotals(this.store, name, totals);
    return totals;
  }

  private sort(nodes: ReadonlyMap<string, NodeInfo>): void {
    this.sorted = [...nodes.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    this.places = new Map(this.sorted.map(({ name }, i) => [name, i]));
  }
}
