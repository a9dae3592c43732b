// Plays the Endpoints controller: the older form of EndpointSlices, one object per Service.
import { Endpoints } from '../api/core/endpoints.ts';
import type { Pod } from '../api/core/pod.ts';
import { Service } from '../api/core/service.ts';
import type { CoreV1EndpointPort, V1EndpointAddress, V1EndpointSubset } from '../api/generated/types.ts';
import type { Client } from '../client/client.ts';
import { type Instant, rfc3339 } from '../machinery/clock.ts';
import { jsonEqual } from '../machinery/equal.ts';
import type { ObjectKey } from '../machinery/object.ts';
import { defineController } from './define.ts';
import { endpointView, isHeadless, isReachable, portsOn } from './endpoint-ports.ts';
import { isReady } from './pods.ts';
import { hasSelector, podsOf, selectedPods, servicesFor } from './selected-pods.ts';

const MANAGED_BY = 'endpoints.kubernetes.io/managed-by';
/** More addresses than this are cut off. */
const MOST_ADDRESSES = 1000;

export const endpointsController = defineController({
  name: 'endpoint-controller',
  for: Service,
  watches: [selectedPods(endpointView)],
  async reconcile(key, { client, clock }) {
    const services = await servicesFor(client, key);
    if (services.length === 0 && !key.name.startsWith('~')) await removeLeftover(client, key);
    for (const service of services) await sync(client, service, clock.now());
    return undefined;
  },
});

/** Endpoints that people made by hand are theirs, even without a Service. */
async function removeLeftover(client: Client, key: ObjectKey): Promise<void> {
  const endpoints = await client.get(Endpoints, key);
  if (endpoints?.metadata.labels?.[MANAGED_BY] === 'endpoint-controller') await client.delete(Endpoints, key);
}

async function sync(client: Client, service: Service, now: Instant): Promise<void> {
  if (service.metadata.deletionTimestamp || !hasSelector(service.spec.selector)) return;
  const { namespace, name } = service.metadata;
  const subsets = subsetsOf(service, await podsOf(client, service));
  const labels = {
    ...service.metadata.labels,
    [MANAGED_BY]: 'endpoint-controller',
    ...(isHeadless(service) ? { 'service.kubernetes.io/headless': '' } : {}),
  };
  const current = await client.get(Endpoints, { namespace, name });
  if (current && jsonEqual(current.subsets ?? [], subsets) && jsonEqual(current.metadata.labels, labels)) return;
  const annotations = { ...current?.metadata.annotations, 'endpoints.kubernetes.io/last-change-trigger-time': rfc3339(now) };
  const contents = subsets.length > 0 ? { subsets } : { subsets: undefined };
  if (current) await client.update(Endpoints, { ...current, metadata: { ...current.metadata, labels, annotations }, ...contents });
  else await client.create(Endpoints, { metadata: { name, namespace, labels, annotations }, ...contents });
}

/** Addresses with equal ports make one subset; in it they stand in order of their IPs. */
export function subsetsOf(service: Service, pods: readonly Pod[]): V1EndpointSubset[] {
  const subsets = new Map<string, { ports: CoreV1EndpointPort[]; ready: V1EndpointAddress[]; notReady: V1EndpointAddress[] }>();
  const publish = Boolean(service.spec.publishNotReadyAddresses);
  for (const pod of pods) {
    if (!isReachable(pod) || (pod.metadata.deletionTimestamp && !publish)) continue;
    const ports = portsOn(pod, service).map(({ name, ...port }) => ({ ...(name ? { name } : {}), ...port }));
    if (ports.length === 0 && !isHeadless(service)) continue;
    const id = JSON.stringify(ports);
    const subset = subsets.get(id) ?? { ports, ready: [], notReady: [] };
    (publish || isReady(pod) ? subset.ready : subset.notReady).push(addressOf(service, pod));
    subsets.set(id, subset);
  }
  return [...subsets.values()].map(({ ports, ready, notReady }) => ({
    ...(ready.length > 0 ? { addresses: inOrder(ready) } : {}),
    ...(notReady.length > 0 ? { notReadyAddresses: inOrder(notReady) } : {}),
    ...(ports.length > 0 ? { ports } : {}),
  }));
}

const inOrder = (addresses: V1EndpointAddress[]): V1EndpointAddress[] =>
  addresses.sort((a, b) => (a.ip < b.ip ? -1 : a.ip > b.ip ? 1 : 0)).slice(0, MOST_ADDRESSES);

function addressOf(service: Service, pod: Pod): V1EndpointAddress {
  const { name, namespace, uid } = pod.metadata;
  const { hostname, subdomain, nodeName } = pod.spec;
  return {
    ip: pod.status?.podIP ?? '',
    ...(hostname && subdomain === service.metadata.name ? { hostname } : {}),
    ...(nodeName ? { nodeName } : {}),
    targetRef: { kind: 'Pod', name, namespace, uid },
  };
}
