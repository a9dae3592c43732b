// Plays metrics-server behind its APIService: answers while the Service leads to a ready Pod. Usage is in usage.ts.
import type { Node } from '../../api/core/node.ts';
import type { Pod } from '../../api/core/pod.ts';
import type { V1EndpointSlice } from '../../api/generated/types.ts';
import { type Instant, parseTime, rfc3339, seconds } from '../../machinery/clock.ts';
import { DialError } from '../../machinery/dialer.ts';
import type { ApiResponse } from '../../machinery/http.ts';
import type { KubeObject } from '../../machinery/object.ts';
import { failure, notFound } from '../../machinery/status.ts';
import { type Call, methodNotAllowed } from '../call.ts';
import { presented, presentedList } from '../presenting.ts';
import type { Resource } from '../resource.ts';
import { selectionOf } from '../selection.ts';
import type { Server } from '../server.ts';
import { METRICS_SERVICE, type NodeMetrics, type PodMetrics, type Usage } from './kinds.ts';
import { type Amount, type Load, loadFrom, usageOf } from './usage.ts';

const RESOLUTION = seconds(15);
/** What runs on a node beside its Pods: kubelet, containerd, the system. */
const SYSTEM: Amount = { cpu: 46, memory: 560 * 1024 * 1024 };

export async function podMetrics(server: Server, call: Call): Promise<ApiResponse> {
  await dialed(server, call);
  const { info } = call;
  const load = loadOn(server);
  const pods = server.resources.find('', 'v1', 'pods');
  if (!pods) throw methodNotAllowed();
  const now = server.deps.clock.now();
  if (info.verb === 'get') {
    const pod = server.storage.get(pods, info.namespace, info.name)?.value as Pod | undefined;
    const metrics = pod && metricsOf(pod, load, now);
    if (!metrics) throw notFound({ group: 'metrics.k8s.io', resource: 'podmetrics' }, `${info.namespace}/${info.name}`);
    return { code: 200, body: presented(call, metrics, now) };
  }
  const selection = selectionOf(info, pods);
  const items: KubeObject[] = [];
  for (const { value } of server.storage.range(pods, info.namespace)) {
    const metrics = selection.matches(value) ? metricsOf(value as Pod, load, now) : undefined;
    if (metrics) items.push(metrics);
  }
  return presentedList(call, items, {} as Parameters<typeof presentedList>[2], now);
}

export async function nodeMetrics(server: Server, call: Call): Promise<ApiResponse> {
  await dialed(server, call);
  const { info } = call;
  const nodes = server.resources.find('', 'v1', 'nodes');
  const pods = server.resources.find('', 'v1', 'pods');
  if (!nodes || !pods) throw methodNotAllowed();
  const now = server.deps.clock.now();
  const load = loadOn(server);
  const of = (node: Node): NodeMetrics | undefined => {
    if (node.status?.conditions?.find(({ type }) => type === 'Ready')?.status !== 'True') return undefined;
    let sum = SYSTEM;
    for (const { value } of server.storage.byIndex(pods, '', 'node', node.metadata.name)) {
      for (const { amount } of amountsOf(value as Pod, load, now)) sum = { cpu: sum.cpu + amount.cpu, memory: sum.memory + amount.memory };
    }
    const most = Number(node.status?.capacity?.cpu ?? 0) * 1000;
    return { ...head('NodeMetrics', node, now), usage: written({ ...sum, cpu: Math.min(sum.cpu, most) }) };
  };
  if (info.verb === 'get') {
    const node = server.storage.get(nodes, '', info.name)?.value as Node | undefined;
    const metrics = node && of(node);
    if (!metrics) throw notFound({ group: 'metrics.k8s.io', resource: 'nodemetrics' }, info.name);
    return { code: 200, body: presented(call, metrics, now) };
  }
  const selection = selectionOf(info, nodes);
  const items: KubeObject[] = [];
  for (const { value } of server.storage.range(nodes, '')) {
    const metrics = selection.matches(value) ? of(value as Node) : undefined;
    if (metrics) items.push(metrics);
  }
  return presentedList(call, items, {} as Parameters<typeof presentedList>[2], now);
}

/** Without a ready Pod behind the Service nobody answers. */
async function dialed({ deps }: Server, { info }: Call): Promise<void> {
  if (info.verb !== 'get' && info.verb !== 'list') throw methodNotAllowed();
  const service = deps.etcd.get<KubeObject>(METRICS_SERVICE)?.value.spec as
    | { service?: { namespace: string; name: string; port?: number } }
    | undefined;
  const { namespace = '', name = '', port = 443 } = service?.service ?? {};
  const cluster = deps.etcd.get<KubeObject>(`/registry/services/specs/${namespace}/${name}`)?.value.spec as
    | { clusterIP?: string }
    | undefined;
  try {
    if (!cluster?.clusterIP) throw unavailable(info.resource, info.name);
    await deps.dialer.connect(deps.options.networkNamespace ?? 'controlplane', cluster.clusterIP, port);
  } catch (error) {
    if (error instanceof DialError) throw unavailable(info.resource, info.name);
    throw error;
  }
}

const unavailable = (plural: string, name: string) =>
  failure(
    503,
    'ServiceUnavailable',
    `the server is currently unable to handle the request (get ${[`${plural}.metrics.k8s.io`, name].filter(Boolean).join(' ')})`,
    {
      causes: [{ reason: 'UnexpectedServerResponse', message: 'service unavailable' }],
    },
  );

function metricsOf(pod: Pod, load: Load, now: Instant): PodMetrics | undefined {
  const containers = amountsOf(pod, load, now).map(({ name, amount }) => ({ name, usage: written(amount) }));
  if (containers.length === 0) return undefined;
  return { ...head('PodMetrics', pod, now), containers };
}

/** Running containers that have been seen twice. */
function amountsOf(pod: Pod, load: Load, now: Instant): { name: string; amount: Amount }[] {
  if (pod.status?.phase !== 'Running') return [];
  const sidecars = (pod.spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  const requests = load(pod);
  return [...sidecars, ...pod.spec.containers].flatMap((container, i) => {
    const status = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])].find(
      ({ name }) => name === container.name,
    );
    const since = status?.state?.running?.startedAt;
    if (!since || scrapes(parseTime(since)) >= scrapes(now)) return [];
    return [{ name: container.name, amount: usageOf(pod, container, i === sidecars.length ? requests : 0) }];
  });
}

const scrapes = (at: Instant): number => Math.floor(at / RESOLUTION);

function head(kind: string, { metadata }: KubeObject, now: Instant) {
  const { name, namespace, labels } = metadata;
  const time = rfc3339(scrapes(now) * RESOLUTION);
  return {
    kind,
    apiVersion: 'metrics.k8s.io/v1beta1',
    metadata: {
      name,
      ...(namespace ? { namespace } : {}),
      creationTimestamp: rfc3339(now),
      ...(labels ? { labels } : {}),
    } as KubeObject['metadata'],
    timestamp: time,
    window: '15s',
  };
}

/** As metrics-server writes it: nanocores and kibibytes. */
const written = ({ cpu, memory }: Amount): Usage => ({
  cpu: cpu === 0 ? '0' : `${cpu * 1_000_000}n`,
  memory: `${Math.round(memory / 1024)}Ki`,
});

function loadOn(server: Server): Load {
  const of = (group: string, version: string, plural: string): Resource | undefined => server.resources.find(group, version, plural);
  const pods = of('', 'v1', 'pods');
  const slices = of('discovery.k8s.io', 'v1', 'endpointslices');
  if (!pods || !slices) return () => 0;
  const all = [...server.storage.range(pods, '')].map(({ value }) => value as Pod);
  return loadFrom(all, (namespace, host) => {
    const [service = '', other = namespace] = host.split('.');
    const found: string[] = [];
    for (const { value } of server.storage.range(slices, other)) {
      if (value.metadata.labels?.['kubernetes.io/service-name'] !== service) continue;
      for (const { conditions, targetRef } of (value as unknown as V1EndpointSlice).endpoints ?? []) {
        if (conditions?.ready !== false && targetRef?.uid) found.push(targetRef.uid);
      }
    }
    return found;
  });
}
