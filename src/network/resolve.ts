// What a Pod's resolver gets when it asks the cluster's DNS, search list and all.
import { drawer, type Store } from '../machinery/store.ts';
import { type DnsRecord, ZONE } from './dns.ts';
import { NET, type Rule } from './kube-proxy.ts';

export interface Resolution {
  addresses: readonly string[];
  /** State keys whose change could change the answer. */
  reads: readonly string[];
  /** The name that was found. */
  name?: string;
  /** Where an ExternalName leads out of the cluster: ask for this name there. */
  external?: string;
  /** `no-server`: no CoreDNS Pod answers. `outside`: not the cluster's zone. */
  failure?: 'no-such-name' | 'no-server' | 'outside';
}

/** A name with fewer dots is tried with the search domains first (`options ndots:5`). */
const NDOTS = 5;
/** Longer chains of ExternalNames are a loop. */
const MOST_ALIASES = 8;

/** The search list of a Pod with `dnsPolicy: ClusterFirst`. */
export const searchDomains = (namespace: string): string[] => [`${namespace}.svc.${ZONE}`, `svc.${ZONE}`, ZONE];

export function resolveName(store: Store, host: string, search: readonly string[]): Resolution {
  const net = drawer(store, NET);
  const reads: string[] = [];
  const get = <T>(key: string): T | undefined => {
    reads.push(NET + key);
    return net.get<T>(key);
  };
  if (!isServing(get)) return { addresses: [], reads, failure: 'no-server' };

  for (const candidate of candidates(host.toLowerCase(), search)) {
    let name = candidate;
    for (let i = 0; i < MOST_ALIASES; i++) {
      const record = lookUp(get, name);
      if (!record) break;
      if (record.cname === undefined) {
        if (!record.addresses?.length) break;
        return { addresses: record.addresses, reads, name: candidate };
      }
      name = record.cname.replace(/\.$/, '').toLowerCase();
      if (!inZone(name)) return { addresses: [], reads, name: candidate, external: name };
    }
  }
  return { addresses: [], reads, failure: inZone(host.toLowerCase().replace(/\.$/, '')) ? 'no-such-name' : 'outside' };
}

const inZone = (name: string): boolean => name === ZONE || name.endsWith(`.${ZONE}`);

function candidates(host: string, search: readonly string[]): string[] {
  if (host.endsWith('.')) return [host.slice(0, -1)];
  const expanded = search.map((domain) => `${host}.${domain}`);
  const dots = host.split('.').length - 1;
  return (dots >= NDOTS ? [host, ...expanded] : [...expanded, host]).filter(inZone);
}

function lookUp(get: <T>(key: string) => T | undefined, name: string): DnsRecord | undefined {
  // `pods insecure`: the name says the address, and nobody checks it.
  const pod = new RegExp(`^(\\d{1,3})-(\\d{1,3})-(\\d{1,3})-(\\d{1,3})\\.[a-z0-9-]+\\.pod\\.${ZONE.replace('.', '\\.')}$`).exec(name);
  if (pod) return { addresses: [pod.slice(1).join('.')] };
  return get<DnsRecord>(`dns/${name}`);
}

/** Where the Service kube-dns leads: `ip:port` of CoreDNS' Pods. */
export function dnsEndpoints(store: Store): readonly string[] {
  const net = drawer(store, NET);
  for (const key of net.get<readonly string[]>(KUBE_DNS) ?? []) {
    const endpoints = key.endsWith('/53') ? net.get<Rule>(key)?.endpoints : undefined;
    if (endpoints) return endpoints;
  }
  return [];
}

const KUBE_DNS = 'services/kube-system/kube-dns';

/** CoreDNS is reached by the Service kube-dns. */
function isServing(get: <T>(key: string) => T | undefined): boolean {
  const rules = get<readonly string[]>(KUBE_DNS) ?? [];
  return rules.some((key) => (get<Rule>(key)?.endpoints.length ?? 0) > 0);
}
