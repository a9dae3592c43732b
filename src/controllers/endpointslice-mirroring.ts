// Plays the EndpointSlice mirroring controller: Endpoints that people made for a Service without selector show as EndpointSlices too,
// since that is where kube-proxy and DNS look.
import { Endpoints } from '../api/core/endpoints.ts';
import { Service } from '../api/core/service.ts';
import { EndpointSlice } from '../api/discovery/endpointslice.ts';
import type { V1Endpoint, V1EndpointAddress, V1EndpointSubset } from '../api/generated/types.ts';
import type { Client, EventRecorder } from '../client/client.ts';
import { jsonEqual } from '../machinery/equal.ts';
import { defineController, watch } from './define.ts';
import type { EndpointPort } from './endpoint-ports.ts';
import { controllerRef } from './ownership.ts';
import { hasSelector } from './selected-pods.ts';

const MANAGER = 'endpointslicemirroring-controller.k8s.io';
const MANAGED_BY = 'endpointslice.kubernetes.io/managed-by';
const SERVICE_NAME = 'kubernetes.io/service-name';
const SKIP = 'endpointslice.kubernetes.io/skip-mirror';
/** Endpoints that were a lock of leader election. */
const LEADER = 'control-plane.alpha.kubernetes.io/leader';
const TRIGGER = 'endpoints.kubernetes.io/last-change-trigger-time';
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
/** Addresses of a subset beyond these are not mirrored. */
const MOST_PER_SUBSET = 1000;

export const endpointSliceMirroringController = defineController({
  name: 'endpointslice-mirroring-controller',
  for: Endpoints,
  watches: [
    watch(Service, ({ object: { metadata } }) => [`${metadata.namespace}/${metadata.name}`]),
    watch(EndpointSlice, ({ object: { metadata } }) => {
      const service = metadata.labels?.[SERVICE_NAME];
      return service && metadata.labels?.[MANAGED_BY] === MANAGER ? [`${metadata.namespace}/${service}`] : [];
    }),
  ],
  async reconcile(key, { client, recorder }) {
    const endpoints = await client.get(Endpoints, key);
    const service = await client.get(Service, key);
    const isMirrored =
      endpoints !== undefined &&
      service !== undefined &&
      !hasSelector(service.spec.selector) &&
      mayMirror(endpoints) &&
      !service.metadata.deletionTimestamp;
    const labelSelector = `${MANAGED_BY}=${MANAGER},${SERVICE_NAME}=${key.name}`;
    const mine = await client.list(EndpointSlice, { ...(key.namespace ? { namespace: key.namespace } : {}), labelSelector });
    const slices = mine.filter(({ metadata }) => !metadata.deletionTimestamp);
    if (isMirrored) await mirror(client, recorder, endpoints, slices);
    else for (const { metadata } of slices) await client.delete(EndpointSlice, { namespace: metadata.namespace, name: metadata.name });
    return undefined;
  },
});

function mayMirror({ metadata }: Endpoints): boolean {
  return !metadata.deletionTimestamp && metadata.labels?.[SKIP] !== 'true' && metadata.annotations?.[LEADER] === undefined;
}

/** A slice for each family and set of ports; slices of ports that are gone are used again before new ones are made. */
async function mirror(client: Client, recorder: EventRecorder, endpoints: Endpoints, slices: readonly EndpointSlice[]): Promise<void> {
  const { name, namespace } = endpoints.metadata;
  const { labels, annotations } = mirroredMetadata(endpoints);
  const left = new Set(slices);
  const take = (fits: (slice: EndpointSlice) => boolean): EndpointSlice | undefined => {
    const found = [...left].find(fits);
    if (found) left.delete(found);
    return found;
  };
  const groups = mirroredEndpoints(endpoints);
  const current = groups.map(({ addressType, ports }) =>
    take((slice) => slice.addressType === addressType && jsonEqual(slice.ports ?? [], ports)),
  );
  let changed = false;
  for (const [i, { addressType, ports, endpoints: wanted }] of groups.entries()) {
    const slice = current[i] ?? take((each) => each.addressType === addressType);
    if (!slice) {
      changed = true;
      const metadata = { generateName: `${name}-`, namespace, labels, annotations, ownerReferences: [controllerRef(endpoints)] };
      await client.create(EndpointSlice, { metadata, addressType, endpoints: wanted, ports });
      continue;
    }
    const is = [slice.endpoints, slice.ports ?? [], slice.metadata.labels, slice.metadata.annotations ?? {}];
    if (jsonEqual(is, [wanted, ports, labels, annotations])) continue;
    changed = true;
    await client.update(EndpointSlice, { ...slice, metadata: { ...slice.metadata, labels, annotations }, endpoints: wanted, ports });
  }
  for (const { metadata } of left) await client.delete(EndpointSlice, { namespace: metadata.namespace, name: metadata.name });

  if (!changed) return;
  const skipped = (endpoints.subsets ?? []).reduce((sum, subset) => sum + Math.max(0, addressesOf(subset).length - MOST_PER_SUBSET), 0);
  if (skipped === 0) return;
  const message = `A max of ${MOST_PER_SUBSET} addresses can be mirrored to EndpointSlices per Endpoints subset. ${skipped} addresses were skipped`;
  await recorder.event(endpoints, 'Warning', 'TooManyAddressesToMirror', message);
}

/** Labels and annotations go along, but for those that say who changed the Endpoints when. */
function mirroredMetadata({ metadata }: Endpoints): { labels: Record<string, string>; annotations: Record<string, string> } {
  const { [TRIGGER]: _, [LAST_APPLIED]: __, ...annotations } = metadata.annotations ?? {};
  return { labels: { ...metadata.labels, [MANAGED_BY]: MANAGER, [SERVICE_NAME]: metadata.name }, annotations };
}

const addressesOf = ({ addresses = [], notReadyAddresses = [] }: V1EndpointSubset): (readonly [V1EndpointAddress, boolean])[] => [
  ...addresses.map((address) => [address, true] as const),
  ...notReadyAddresses.map((address) => [address, false] as const),
];

interface Mirrored {
  addressType: 'IPv4' | 'IPv6';
  ports: EndpointPort[];
  endpoints: V1Endpoint[];
}

/** Addresses by family and ports. */
export function mirroredEndpoints({ subsets = [] }: Endpoints): Mirrored[] {
  const groups = new Map<string, Mirrored>();
  for (const subset of subsets) {
    const ports = (subset.ports ?? []).map(({ name = '', port, protocol = 'TCP', appProtocol }) => ({
      name,
      port,
      protocol,
      ...(appProtocol ? { appProtocol } : {}),
    }));
    for (const [address, ready] of addressesOf(subset).slice(0, MOST_PER_SUBSET)) {
      const addressType = address.ip.includes(':') ? 'IPv6' : 'IPv4';
      const id = JSON.stringify([addressType, ports]);
      const group = groups.get(id) ?? { addressType, ports, endpoints: [] };
      if (group.endpoints.length < MOST_PER_SUBSET) group.endpoints.push(endpointOf(address, ready));
      groups.set(id, group);
    }
  }
  return [...groups.values()];
}

function endpointOf({ ip, hostname, nodeName, targetRef }: V1EndpointAddress, ready: boolean): V1Endpoint {
  return {
    addresses: [ip],
    conditions: { ready },
    ...(hostname ? { hostname } : {}),
    ...(nodeName ? { nodeName } : {}),
    ...(targetRef ? { targetRef } : {}),
  };
}
