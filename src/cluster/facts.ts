// What a cluster was made with. Kept under /kubemu/cluster; nothing changes it later.
import type { Store } from '../machinery/store.ts';

export interface NodeFacts {
  name: string;
  role: 'control-plane' | 'worker';
  /** The node's own address. */
  ip: string;
  /** Processors. */
  cpu: number;
  memoryKi: number;
  /** The text that its kubelet reports; the cluster's own version when absent. */
  kubeletVersion?: string;
  podCIDR: string;
}

export interface ClusterFacts {
  name: string;
  seed: string;
  nodes: readonly NodeFacts[];
  podCIDR: string;
  serviceCIDR: string;
  /** The first address of the service range: the `kubernetes` Service. */
  serviceIP: string;
  dnsIP: string;
  /** The add-ons that were installed; all when absent. */
  addons?: readonly string[];
}

const KEY = '/kubemu/cluster';

export const readFacts = (store: Store): ClusterFacts | undefined => store.get<ClusterFacts>(KEY);
export const writeFacts = (store: Store, facts: ClusterFacts): void => store.put(KEY, facts);

export function controlPlaneOf(facts: ClusterFacts): NodeFacts {
  const node = facts.nodes.find(({ role }) => role === 'control-plane');
  if (!node) throw new Error(`cluster ${facts.name} has no control plane node`);
  return node;
}
