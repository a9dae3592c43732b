// Who answers for a host name: the file /etc/hosts of nodes and of the person's computer, and the cluster's DNS for Pods that may ask it.
// The simulated outside world beyond the cluster is left out yet: its names do not resolve.
import type { NetworkNamespace } from '../machinery/dialer.ts';
import type { Store } from '../machinery/store.ts';
import { isAllowed } from '../network/isolation.ts';
import { dnsEndpoints, resolveName, searchDomains } from '../network/resolve.ts';
import type { ClusterFacts } from './facts.ts';

/** The Kubernetes namespace of a Pod's network namespace, for its search list. */
export const namespaceKey = (netns: NetworkNamespace): string => `/kubemu/net/namespaces/${netns}`;

export function lookup(
  store: Store,
  facts: ClusterFacts,
  from: NetworkNamespace,
  host: string,
): { addresses: readonly string[]; reads: readonly string[] } {
  const node = facts.nodes.find(({ name }) => name === host);
  if (node) return { addresses: [node.ip], reads: [] };
  const namespace = store.get<string>(namespaceKey(from));
  if (namespace === undefined) return { addresses: [], reads: [] };
  const server = nameServer(store, from);
  if (!server.isReachable) return { addresses: [], reads: server.reads };
  const { addresses, reads, external } = resolveName(store, host, searchDomains(namespace));
  return { addresses: external === undefined ? addresses : [], reads: [...server.reads, ...reads] };
}

/** Whether network policies let a Pod ask the cluster's DNS. */
function nameServer(store: Store, from: NetworkNamespace): { isReachable: boolean; reads: string[] } {
  const reads: string[] = [];
  for (const endpoint of dnsEndpoints(store)) {
    const [toAddress = '', port = '53'] = endpoint.split(':');
    const to = store.get<NetworkNamespace>(`/kubemu/net/addresses/${toAddress}`);
    if (to === undefined) continue;
    const passage = isAllowed(store, { from, fromAddress: undefined, to, toAddress, port: Number(port), protocol: 'UDP' });
    reads.push(...passage.reads);
    if (passage.allowed) return { isReachable: true, reads };
  }
  return { isReachable: reads.length === 0, reads }; // without endpoints nobody answers anyway
}
