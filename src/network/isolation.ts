// Whether NetworkPolicies let a connection through: both ends' Pods have a say, each by the policies of its namespace that select it.
// A Pod that no policy of a direction selects is open in that direction; rules add up (networking.k8s.io/v1, NetworkPolicy).
import { BlockList, isIPv6 } from 'node:net';
import type { V1NetworkPolicyPeer, V1NetworkPolicyPort } from '../api/generated/types.ts';
import type { NetworkNamespace } from '../machinery/dialer.ts';
import { selects } from '../machinery/label-selector.ts';
import { drawer, type Store } from '../machinery/store.ts';
import { NET } from './kube-proxy.ts';
import { ENDPOINTS, NAMESPACE_LABELS, POLICIES, type PolicyEndpoint, type PolicySpec } from './policies.ts';

export interface Passage {
  from: NetworkNamespace;
  /** Of nodes. */
  fromAddress: string | undefined;
  to: NetworkNamespace;
  toAddress: string;
  port: number;
  protocol: 'TCP' | 'UDP' | 'SCTP';
}

/** `reads` are the state keys whose change could change the outcome. */
export function isAllowed(store: Store, passage: Passage): { allowed: boolean; reads: readonly string[] } {
  const net = drawer(store, NET);
  const reads: string[] = [];
  const get = <T>(key: string): T | undefined => {
    reads.push(NET + key);
    return net.get<T>(key);
  };
  if (get(POLICIES) === undefined || passage.from === passage.to) return { allowed: true, reads };
  const source = get<PolicyEndpoint>(ENDPOINTS + passage.from);
  const target = get<PolicyEndpoint>(ENDPOINTS + passage.to);
  const labelsOf = (namespace: string): Readonly<Record<string, string>> => get(NAMESPACE_LABELS + namespace) ?? {};

  const specsFor = (own: PolicyEndpoint, type: 'Ingress' | 'Egress'): PolicySpec[] => {
    const found: PolicySpec[] = [];
    for (const [, spec] of net.range<PolicySpec>(`${POLICIES}/${own.namespace}/`)) {
      if (spec.policyTypes?.includes(type) && selects(spec.podSelector, own.labels)) found.push(spec);
    }
    return found;
  };
  const isPeer = (
    peers: readonly V1NetworkPolicyPeer[] | undefined,
    own: PolicyEndpoint,
    other: PolicyEndpoint | undefined,
    address?: string,
  ) =>
    !peers?.length ||
    peers.some(({ ipBlock, podSelector, namespaceSelector }) => {
      if (ipBlock)
        return address !== undefined && isWithin(address, ipBlock.cidr) && !ipBlock.except?.some((cidr) => isWithin(address, cidr));
      if (!other) return false;
      if (namespaceSelector ? !selects(namespaceSelector, labelsOf(other.namespace)) : other.namespace !== own.namespace) return false;
      return !podSelector || selects(podSelector, other.labels);
    });
  const isPort = (ports: readonly V1NetworkPolicyPort[] | undefined): boolean =>
    !ports?.length ||
    ports.some(({ port, endPort, protocol = 'TCP' }) => {
      if (protocol !== passage.protocol) return false;
      if (port === undefined) return true;
      const wanted = port as number | string;
      if (typeof wanted === 'string') return target?.ports?.[wanted] === passage.port;
      return passage.port >= wanted && passage.port <= (endPort ?? wanted);
    });

  // A node always reaches its own Pods: the kubelet probes them.
  if (target && target.node !== passage.from) {
    const specs = specsFor(target, 'Ingress');
    const passes = (spec: PolicySpec): boolean =>
      (spec.ingress ?? []).some((rule) => isPort(rule.ports) && isPeer(rule.from, target, source, source?.address ?? passage.fromAddress));
    if (specs.length > 0 && !specs.some(passes)) return { allowed: false, reads };
  }
  if (source) {
    const specs = specsFor(source, 'Egress');
    const passes = (spec: PolicySpec): boolean =>
      (spec.egress ?? []).some((rule) => isPort(rule.ports) && isPeer(rule.to, source, target, passage.toAddress));
    if (specs.length > 0 && !specs.some(passes)) return { allowed: false, reads };
  }
  return { allowed: true, reads };
}

function isWithin(address: string, cidr: string): boolean {
  const [network = '', bits] = cidr.split('/');
  const family = isIPv6(network) ? 'ipv6' : 'ipv4';
  const list = new BlockList();
  list.addSubnet(network, Number(bits), family);
  return list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}
