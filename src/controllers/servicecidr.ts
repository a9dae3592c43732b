// Plays the ServiceCIDR controller: marks a range of Service addresses as ready, and keeps one that is being deleted for as long as a
// Service has an address that lies in no other range. Its finalizer goes ten seconds after the deletion, when no allocator uses it any more.
import { IPAddress } from '../api/networking/ipaddress.ts';
import { ServiceCIDR } from '../api/networking/servicecidr.ts';
import type { Client } from '../client/client.ts';
import { type Instant, parseTime, rfc3339, seconds } from '../machinery/clock.ts';
import type { ReconcileResult } from '../machinery/loop.ts';
import { defineController } from './define.ts';

const FINALIZER = 'networking.k8s.io/service-cidr-finalizer';
const GRACE = seconds(10);
const MANAGED = 'ipaddress.kubernetes.io/managed-by=ipallocator.k8s.io';
/** Instead of a name: all that wait for addresses to be given back. */
const WAITING = '*';

export const serviceCIDRController = defineController({
  name: 'service-cidrs-controller',
  for: ServiceCIDR,
  watches: [{ kind: IPAddress, keys: ({ type }) => (type === 'DELETED' ? [WAITING] : []) }],
  async reconcile({ name }, { client, clock }) {
    if (name !== WAITING) return reconcileRange(name, client, clock.now());
    for (const { metadata } of await client.list(ServiceCIDR)) {
      if (metadata.deletionTimestamp !== undefined) await reconcileRange(metadata.name, client, clock.now());
    }
    return undefined;
  },
});

async function reconcileRange(name: string, client: Client, now: Instant): Promise<ReconcileResult | undefined> {
  const cidr = await client.get(ServiceCIDR, { name });
  if (!cidr) return undefined;
  const { deletionTimestamp, finalizers = [] } = cidr.metadata;
  const setFinalizers = (wanted: readonly string[]): Promise<ServiceCIDR> =>
    client.patch(ServiceCIDR, { name }, 'merge', { metadata: { finalizers: wanted } });
  if (deletionTimestamp === undefined) {
    const kept = finalizers.includes(FINALIZER) ? cidr : await setFinalizers([...finalizers, FINALIZER]);
    await setReady(kept, client, now, 'True', '', 'Kubernetes Service CIDR is ready');
    return undefined;
  }
  if (!finalizers.includes(FINALIZER)) return undefined;
  if (await holdsAddresses(cidr, client)) {
    const why = 'There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR';
    await setReady(cidr, client, now, 'False', 'Terminating', why);
    return undefined;
  }
  const left = GRACE - (now - parseTime(String(deletionTimestamp)));
  if (left > 0) return { requeueAfter: left, class: 'progress' };
  await setFinalizers(finalizers.filter((one) => one !== FINALIZER));
  return undefined;
}

async function setReady(cidr: ServiceCIDR, client: Client, now: Instant, status: string, reason: string, message: string): Promise<void> {
  const before = cidr.status?.conditions?.find(({ type }) => type === 'Ready');
  if (before?.status === status && before.reason === reason) return;
  const condition = { type: 'Ready', status, lastTransitionTime: rfc3339(now), reason, message };
  await client.updateStatus(ServiceCIDR, cidr, { ...cidr.status, conditions: [condition] });
}

/** Some allocated address lies in this range alone. */
async function holdsAddresses({ metadata, spec }: ServiceCIDR, client: Client): Promise<boolean> {
  const own = spec?.cidrs ?? [];
  const others = (await client.list(ServiceCIDR)).filter((other) => other.metadata.name !== metadata.name);
  const elsewhere = others.flatMap((other) => other.spec?.cidrs ?? []);
  const addresses = (await client.list(IPAddress, { labelSelector: MANAGED })).map((address) => address.metadata.name);
  return addresses.some((ip) => own.some((cidr) => contains(cidr, ip)) && !elsewhere.some((cidr) => contains(cidr, ip)));
}

function contains(cidr: string, ip: string): boolean {
  const [address = '', bits = '32'] = cidr.split('/');
  if (cidr.includes(':') || ip.includes(':')) return false;
  const size = 2 ** (32 - Number(bits));
  const number = (text: string): number => text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  return Math.floor(number(address) / size) === Math.floor(number(ip) / size);
}
