// Plays the EndpointSlice controller: slices of at most 100 endpoints per set of ports. Left out: dual stack, and
// hints by the topology-mode annotation.

import { Node } from '../api/core/node.ts';
import type { Pod } from '../api/core/pod.ts';
import { Service } from '../api/core/service.ts';
import { EndpointSlice } from '../api/discovery/endpointslice.ts';
import type { V1Endpoint, V1EndpointHints } from '../api/generated/types.ts';
import type { Client } from '../client/client.ts';
import { type Instant, rfc3339 } from '../machinery/clock.ts';
import { jsonEqual } from '../machinery/equal.ts';
import { controllerOf, defineController } from './define.ts';
import { type EndpointPort, endpointView, isHeadless, isReachable, portsOn } from './endpoint-ports.ts';
import { controllerRef } from './ownership.ts';
import { isReady } from './pods.ts';
import { hasSelector, podsOf, selectedPods, servicesFor } from './selected-pods.ts';

const MOST_ENDPOINTS = 100;
const MANAGER = 'endpointslice-controller.k8s.io';

export const endpointSliceController = defineController({
  name: 'endpointslice-controller',
  for: Service,
  owns: [EndpointSlice],
  watches: [selectedPods(endpointView)],
  async reconcile(key, { client, clock }) {
    for (const service of await servicesFor(client, key)) await sync(client, service, clock.now());
    return undefined;
  },
});

async function sync(client: Client, service: Service, now: Instant): Promise<void> {
  if (service.metadata.deletionTimestamp || !hasSelector(service.spec.selector) || service.spec.type === 'ExternalName') return;
  const pods = await podsOf(client, service);
  const zones = new Map<string, string | undefined>();
  for (const { spec } of pods) {
    if (!spec.nodeName || zones.has(spec.nodeName)) continue;
    const node = await client.get(Node, { name: spec.nodeName });
    zones.set(spec.nodeName, node?.metadata.labels?.['topology.kubernetes.io/zone']);
  }
  const slices = (await client.listOwned(EndpointSlice, service)).filter(
    (slice) => controllerOf(slice)?.uid === service.metadata.uid && !slice.metadata.deletionTimestamp,
  );
  const plan = planSlices(service, wantedEndpoints(service, pods, zones), slices);
  const labels = sliceLabels(service);
  for (const { slice, endpoints, ports } of plan.keep) {
    const isSame = jsonEqual(slice.endpoints, endpoints) && jsonEqual(slice.ports ?? [], ports) && jsonEqual(slice.metadata.labels, labels);
    if (isSame) continue;
    await client.update(EndpointSlice, { ...slice, metadata: { ...slice.metadata, labels }, endpoints, ports });
  }
  for (const { endpoints, ports } of plan.create) {
    await client.create(EndpointSlice, {
      metadata: {
        generateName: `${service.metadata.name}-`,
        namespace: service.metadata.namespace,
        labels,
        annotations: { 'endpoints.kubernetes.io/last-change-trigger-time': rfc3339(now) },
        ownerReferences: [controllerRef(service)],
      },
      addressType: 'IPv4',
      endpoints,
      ports,
    });
  }
  for (const { metadata } of plan.remove) await client.delete(EndpointSlice, { namespace: metadata.namespace, name: metadata.name });
}

function sliceLabels(service: Service): Record<string, string> {
  return {
    ...service.metadata.labels,
    'endpointslice.kubernetes.io/managed-by': MANAGER,
    'kubernetes.io/service-name': service.metadata.name,
    ...(isHeadless(service) ? { 'service.kubernetes.io/headless': '' } : {}),
  };
}

interface Group {
  ports: EndpointPort[];
  endpoints: V1Endpoint[];
}

/** Endpoints by the ports they have: Pods may differ in what a named port is. */
export function wantedEndpoints(
  service: Service,
  pods: readonly Pod[],
  zones: ReadonlyMap<string, string | undefined> = new Map(),
): Group[] {
  const groups = new Map<string, Group>();
  for (const pod of [...pods].filter(isReachable).sort(byCreation)) {
    const ports = portsOn(pod, service);
    if (ports.length === 0 && !isHeadless(service)) continue;
    const id = JSON.stringify(ports);
    const group = groups.get(id) ?? { ports, endpoints: [] };
    group.endpoints.push(endpointOf(service, pod, zones.get(pod.spec.nodeName ?? '')));
    groups.set(id, group);
  }
  return [...groups.values()];
}

function endpointOf(service: Service, pod: Pod, zone: string | undefined): V1Endpoint {
  const { name, namespace, uid, deletionTimestamp } = pod.metadata;
  const serving = isReady(pod);
  const terminating = deletionTimestamp !== undefined;
  const { hostname, subdomain, nodeName } = pod.spec;
  return {
    addresses: [pod.status?.podIP ?? ''],
    conditions: { ready: Boolean(service.spec.publishNotReadyAddresses) || (serving && !terminating), serving, terminating },
    ...(hostname && subdomain === service.metadata.name ? { hostname } : {}),
    ...(nodeName ? { nodeName } : {}),
    targetRef: { kind: 'Pod', name, namespace, uid },
    ...(zone ? { zone } : {}),
    ...(serving && !terminating ? hintsFor(service, nodeName, zone) : {}),
  };
}

/** `trafficDistribution`: who should come to this endpoint rather than to another. Who prefers a node falls back to its zone. */
function hintsFor({ spec }: Service, node: string | undefined, zone: string | undefined): { hints?: V1EndpointHints } {
  const prefers = spec.trafficDistribution;
  const forNodes = node && prefers === 'PreferSameNode' ? { forNodes: [{ name: node }] } : {};
  const hints = zone && prefers ? { ...forNodes, forZones: [{ name: zone }] } : forNodes;
  return Object.keys(hints).length > 0 ? { hints } : {};
}

interface Plan {
  keep: (Group & { slice: EndpointSlice })[];
  create: Group[];
  remove: EndpointSlice[];
}

/** Endpoints stay in the slice they are in; new ones fill the gaps. A Service without endpoints keeps one empty slice. */
export function planSlices(_service: Service, groups: readonly Group[], slices: readonly EndpointSlice[]): Plan {
  const plan: Plan = { keep: [], create: [], remove: [] };
  const left = new Set(slices);
  for (const { ports, endpoints } of groups) {
    const open = new Map(endpoints.map((endpoint) => [endpoint.targetRef?.uid, endpoint]));
    const kept = [...left].filter((slice) => jsonEqual(slice.ports ?? [], ports));
    for (const slice of kept) {
      const stay = (slice.endpoints ?? []).flatMap(({ targetRef }) => {
        const endpoint = open.get(targetRef?.uid);
        open.delete(targetRef?.uid);
        return endpoint ? [endpoint] : [];
      });
      plan.keep.push({ slice, ports, endpoints: stay });
      left.delete(slice);
    }
    const rest = [...open.values()];
    for (const each of plan.keep.slice(plan.keep.length - kept.length))
      each.endpoints.push(...rest.splice(0, MOST_ENDPOINTS - each.endpoints.length));
    while (rest.length > 0) {
      const [reused] = left;
      const part = { ports, endpoints: rest.splice(0, MOST_ENDPOINTS) };
      if (reused) {
        left.delete(reused);
        plan.keep.push({ slice: reused, ...part });
      } else {
        plan.create.push(part);
      }
    }
  }
  const empty = plan.keep.filter(({ endpoints }) => endpoints.length === 0);
  plan.keep = plan.keep.filter(({ endpoints }) => endpoints.length > 0);
  const unused = [...empty.map(({ slice }) => slice), ...left];
  if (plan.keep.length + plan.create.length === 0) {
    const placeholder = unused.shift();
    if (placeholder) plan.keep.push({ slice: placeholder, ports: [], endpoints: [] });
    else plan.create.push({ ports: [], endpoints: [] });
  }
  plan.remove = unused;
  return plan;
}

function byCreation(a: Pod, b: Pod): number {
  const [left, right] = [a.metadata.creationTimestamp + a.metadata.name, b.metadata.creationTimestamp + b.metadata.name];
  return left < right ? -1 : left > right ? 1 : 0;
}
