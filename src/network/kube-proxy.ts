// Plays kube-proxy: Services and EndpointSlices become rules from a virtual address and port to Pods. The rules are the same on every
// node. Left out: traffic policies, topology hints, session affinity; TCP and UDP of one port number share a rule.
import { Service } from '../api/core/service.ts';
import type { EndpointSlice } from '../api/discovery/endpointslice.ts';
import type { Client } from '../client/client.ts';
import type { Loop } from '../machinery/loop.ts';
import { parseKey } from '../machinery/object.ts';
import { drawer, type Store } from '../machinery/store.ts';
import { replaceEntries } from './records.ts';
import { serviceWatches, slicesOf, usable } from './service-endpoints.ts';

/** Where connections to one port of a Service go: `/kubemu/net/rules/<address>/<port>` and `/kubemu/net/nodeports/<port>`. */
export interface Rule {
  /** `namespace/name` */
  service: string;
  /** The name of the Service's port. */
  portName: string;
  protocol: string;
  /** `ip:port`; none means that connections are refused. */
  endpoints: readonly string[];
}

export const NET = '/kubemu/net/';

export function createKubeProxy({ client, store }: { client: Client; store: Store }): Loop {
  const net = drawer(store, NET);
  return {
    name: 'kube-proxy',
    watches: serviceWatches,
    async reconcile(key) {
      const service = await client.get(Service, parseKey(key));
      const rules = service ? rulesOf(service, await slicesOf(client, service.metadata)) : new Map<string, Rule>();
      replaceEntries(net, `services/${key}`, rules);
      return undefined;
    },
  };
}

/** By key in the drawer. */
export function rulesOf(service: Service, slices: readonly EndpointSlice[]): Map<string, Rule> {
  const rules = new Map<string, Rule>();
  const { spec, status, metadata } = service;
  if (spec.type === 'ExternalName' || spec.clusterIP === 'None' || !spec.clusterIP) return rules;
  const ingress = (status?.loadBalancer?.ingress ?? []).flatMap(({ ip }) => (ip ? [ip] : []));
  const addresses = [...(spec.clusterIPs ?? [spec.clusterIP]), ...(spec.externalIPs ?? []), ...ingress];
  for (const { name = '', port, nodePort, protocol = 'TCP' } of spec.ports ?? []) {
    const rule: Rule = {
      service: `${metadata.namespace}/${metadata.name}`,
      portName: name,
      protocol,
      endpoints: endpointsFor(slices, name, protocol),
    };
    for (const key of [...addresses.map((address) => `rules/${address}/${port}`), ...(nodePort ? [`nodeports/${nodePort}`] : [])]) {
      if (rules.get(key)?.protocol !== 'TCP') rules.set(key, rule);
    }
  }
  return rules;
}

function endpointsFor(slices: readonly EndpointSlice[], name: string, protocol: string): string[] {
  const all = slices.flatMap(({ endpoints, ports }) => {
    const port = (ports ?? []).find((each) => (each.name ?? '') === name && (each.protocol ?? 'TCP') === protocol)?.port;
    return port === undefined ? [] : (endpoints ?? []).map((endpoint) => ({ endpoint, port }));
  });
  const chosen = new Set(usable(all.map(({ endpoint }) => endpoint)));
  const targets = all
    .filter(({ endpoint }) => chosen.has(endpoint))
    .flatMap(({ endpoint, port }) => endpoint.addresses.map((address) => `${address}:${port}`));
  return [...new Set(targets)].sort();
}
