// Plays CoreDNS' kubernetes plugin: the records of the cluster's zone. Names outside of it are the caller's business.
// Left out: SRV and PTR records, and whatever a changed Corefile would change.
import { Service } from '../api/core/service.ts';
import type { EndpointSlice } from '../api/discovery/endpointslice.ts';
import type { Client } from '../client/client.ts';
import type { Loop } from '../machinery/loop.ts';
import { parseKey } from '../machinery/object.ts';
import { drawer, type Store } from '../machinery/store.ts';
import { NET } from './kube-proxy.ts';
import { replaceEntries } from './records.ts';
import { isReady, serviceWatches, slicesOf } from './service-endpoints.ts';

export const ZONE = 'cluster.local';

/** `/kubemu/net/dns/<name>` */
export interface DnsRecord {
  addresses?: readonly string[];
  /** ExternalName. */
  cname?: string;
}

export function createDns({ client, store }: { client: Client; store: Store }): Loop {
  const net = drawer(store, NET);
  return {
    name: 'coredns',
    watches: serviceWatches,
    async reconcile(key) {
      const service = await client.get(Service, parseKey(key));
      const records = service ? recordsOf(service, await slicesOf(client, service.metadata)) : new Map<string, DnsRecord>();
      replaceEntries(net, `names/${key}`, records);
      return undefined;
    },
  };
}

/** By key in the drawer. A headless Service answers with its ready Pods, and each of them has a name below it. */
export function recordsOf({ metadata, spec }: Service, slices: readonly EndpointSlice[]): Map<string, DnsRecord> {
  const name = `dns/${metadata.name}.${metadata.namespace}.svc.${ZONE}`;
  if (spec.type === 'ExternalName') return new Map([[name, { cname: spec.externalName ?? '' }]]);
  if (spec.clusterIP && spec.clusterIP !== 'None') return new Map([[name, { addresses: [spec.clusterIP] }]]);

  const ready = slices.flatMap(({ endpoints }) => endpoints ?? []).filter(isReady);
  const records = new Map<string, DnsRecord>([[name, { addresses: [...new Set(ready.flatMap(({ addresses }) => addresses))].sort() }]]);
  for (const { addresses, hostname } of ready) {
    const [address = ''] = addresses;
    records.set(`dns/${hostname || address.replaceAll('.', '-')}.${name.slice('dns/'.length)}`, { addresses });
  }
  return records;
}
