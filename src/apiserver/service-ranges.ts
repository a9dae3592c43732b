// ServiceCIDRs and IPAddresses: where Services may get their addresses from, and who has which. Plays the allocator of
// pkg/registry/core/service/ipallocator, which keeps an IPAddress for every address that it has given away.
import { rfc3339 } from '../machinery/clock.ts';
import type { KubeObject } from '../machinery/object.ts';
import type { ApiServerDeps } from './context.ts';
import { discount } from './occasion.ts';

export interface AddressRange {
  /** `10.96.0.0/12` */
  text: string;
  first: number;
  size: number;
}

const CIDRS = '/registry/servicecidrs/';
const ADDRESSES = '/registry/ipaddresses/';
const HEADLESS = 'None';

/** Those that are ready, the oldest first. A server that has no ServiceCIDR goes by its flag. */
export function rangesOf({ etcd, options }: ApiServerDeps): AddressRange[] {
  const found = [...etcd.range<KubeObject>(CIDRS)].sort((a, b) => a.create - b.create);
  if (found.length === 0) return [parseRange(options.serviceClusterIPRange)];
  const ready = found.filter(({ value }) => value.metadata.deletionTimestamp === undefined && isReady(value));
  return ready.flatMap(({ value }) =>
    ((value.spec as { cidrs?: string[] }).cidrs ?? []).filter((text) => !text.includes(':')).map(parseRange),
  );
}

/** Without the controller that says so it counts as ready. */
const isReady = ({ status }: KubeObject): boolean =>
  (status as { conditions?: { type: string; status: string }[] } | undefined)?.conditions?.find(({ type }) => type === 'Ready')?.status !==
  'False';

export function parseRange(text: string): AddressRange {
  const [address = '', bits = '32'] = text.split('/');
  const size = 2 ** (32 - Number(bits));
  const base = toNumber(address);
  return { text, first: base - (base % size), size };
}

export const toNumber = (ip: string): number => ip.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
export const toAddress = (n: number): string => [n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255].join('.');

export const hasAddress = ({ etcd }: ApiServerDeps, ip: string): boolean => etcd.get(ADDRESSES + ip) !== undefined;

/** Follows a stored change of a Service: an IPAddress for each of its cluster addresses, and none for those that it gave back. */
export function followAddresses(deps: ApiServerDeps, before: KubeObject | undefined, after: KubeObject | undefined): void {
  if (before !== undefined && before.spec === after?.spec) return;
  const had = before ? addressesOf(before) : [];
  const has = after ? addressesOf(after) : [];
  for (const ip of had) if (!has.includes(ip)) release(deps, ip);
  for (const ip of has) if (after && !had.includes(ip)) take(deps, ip, after);
}

const addressesOf = ({ spec }: KubeObject): string[] =>
  ((spec as { clusterIPs?: string[] }).clusterIPs ?? []).filter((ip) => ip && ip !== HEADLESS);

function take(deps: ApiServerDeps, ip: string, { metadata }: KubeObject): void {
  const { etcd, store, clock, random } = deps;
  if (etcd.get(ADDRESSES + ip)) return;
  etcd.create(ADDRESSES + ip, (revision) => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IPAddress',
    metadata: {
      name: ip,
      uid: random.uuid('uid', `ipaddresses.networking.k8s.io//${ip}`, revision),
      creationTimestamp: rfc3339(clock.now()),
      generation: 1,
      labels: { 'ipaddress.kubernetes.io/ip-family': 'IPv4', 'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io' },
      resourceVersion: String(revision),
    },
    spec: { parentRef: { group: '', name: metadata.name, namespace: metadata.namespace, resource: 'services' } },
  }));
  discount(store);
}

function release({ etcd, store }: ApiServerDeps, ip: string): void {
  const entry = etcd.get<KubeObject>(ADDRESSES + ip);
  if (!entry || !etcd.delete(entry.key, entry.mod)) return;
  discount(store);
}
