// Who answers for a host name: the file /etc/hosts of nodes and of the person's computer, and the cluster's DNS for Pods.
// The simulated outside world beyond the cluster is left out yet: its names do not resolve.
import type { NetworkNamespace } from '../machinery/dialer.ts';
import type { Store } from '../machinery/store.ts';
import { resolveName, searchDomains } from '../network/resolve.ts';
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
  const { addresses, reads, external } = resolveName(store, host, searchDomains(namespace));
  return external === undefined ? { addresses, reads } : { addresses: [], reads };
}
