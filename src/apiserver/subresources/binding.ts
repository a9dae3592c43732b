// Plays the `binding` subresource of Pods: the scheduler's decision, written once.
import type { V1PodCondition } from '../../api/generated/types.ts';
import { rfc3339 } from '../../machinery/clock.ts';
import type { ApiResponse } from '../../machinery/http.ts';
import type { KubeObject } from '../../machinery/object.ts';
import { badRequest, conflict, invalid } from '../../machinery/status.ts';
import { type Call, isDryRun, methodNotAllowed } from '../call.ts';
import { parseBody } from '../decoding.ts';
import { checkPreconditions } from '../metadata.ts';
import { modified } from '../modified.ts';
import type { Server } from '../server.ts';

interface Binding {
  metadata?: { name?: string; uid?: string; resourceVersion?: string; annotations?: Record<string, string> };
  target?: { kind?: string; name?: string };
}

export async function binding(server: Server, call: Call): Promise<ApiResponse> {
  const { info, resource } = call;
  if (info.verb !== 'create') throw methodNotAllowed();
  const { metadata = {}, target = {} } = ((await parseBody(call.request)) ?? {}) as Binding;
  const node = target.name ?? '';
  const errors = [
    ...(target.kind && target.kind !== 'Node'
      ? [
          {
            reason: 'FieldValueNotSupported',
            field: 'target.kind',
            message: `Unsupported value: "${target.kind}": supported values: "Node"`,
          },
        ]
      : []),
    ...(node ? [] : [{ reason: 'FieldValueRequired', field: 'target.name', message: 'Required value' }]),
  ];
  if (errors.length) throw invalid({ group: '', kind: 'Binding' }, info.name, errors);

  const entry = server.entry(resource, info.namespace, info.name);
  const pod = entry.value;
  checkPreconditions(pod, resource, metadata.uid, undefined);
  const refuse = (why: string): Error => conflict({ group: '', resource: 'pods/binding' }, info.name, why);
  if (pod.metadata.deletionTimestamp) throw refuse(`pod ${info.name} is being deleted, cannot be assigned to a host`);
  const { nodeName, schedulingGates } = pod.spec as { nodeName?: string; schedulingGates?: readonly unknown[] };
  if (nodeName) throw refuse(`pod ${info.name} is already assigned to node "${nodeName}"`);
  if (schedulingGates?.length) throw refuse(`pod ${info.name} has non-empty .spec.schedulingGates`);
  const topology = topologyLabels(server, node);

  const bound: KubeObject = {
    ...pod,
    metadata: {
      ...pod.metadata,
      ...(topology ? { labels: { ...pod.metadata.labels, ...topology } } : {}),
      ...(metadata.annotations ? { annotations: { ...pod.metadata.annotations, ...metadata.annotations } } : {}),
    },
    spec: { ...(pod.spec as object), nodeName: node },
    status: scheduled(pod.status as { conditions?: readonly V1PodCondition[] }, server.deps.clock.now(), pod.metadata.generation),
  };
  if (!isDryRun(info) && !server.storage.update(resource, entry, bound)) throw modified(resource, info.name);
  return { code: 201, body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 } };
}

/** Zone and region of the node become labels of the Pod (the admission plugin PodTopologyLabels). */
function topologyLabels(server: Server, name: string): Record<string, string> | undefined {
  const nodes = server.resources.find('', 'v1', 'nodes');
  const labels = nodes && server.storage.get(nodes, '', name)?.value.metadata.labels;
  if (!labels) return undefined;
  const found = ['topology.kubernetes.io/zone', 'topology.kubernetes.io/region'].flatMap((key) => {
    const value = labels[key];
    return value === undefined ? [] : [[key, value] as const];
  });
  return found.length > 0 ? Object.fromEntries(found) : undefined;
}

/** The older form, `POST …/bindings`: the Binding's own name says which Pod. */
export async function bindings(server: Server, call: Call): Promise<ApiResponse> {
  const { info, request } = call;
  const pods = server.resources.find('', 'v1', 'pods');
  if (info.verb !== 'create' || info.name || !pods) throw methodNotAllowed();
  const body = ((await parseBody(request)) ?? {}) as Binding;
  const name = body.metadata?.name ?? '';
  if (!name) throw badRequest('name is required');
  return binding(server, {
    ...call,
    resource: pods,
    info: { ...info, name },
    request: { ...request, body, contentType: 'application/json' },
  });
}

function scheduled(status: { conditions?: readonly V1PodCondition[] } | undefined, now: number, generation: number | undefined): object {
  const conditions = status?.conditions ?? [];
  const old = conditions.find(({ type }) => type === 'PodScheduled');
  const condition = {
    ...(generation !== undefined && old?.observedGeneration !== undefined ? { observedGeneration: old.observedGeneration } : {}),
    lastProbeTime: null,
    lastTransitionTime: old?.status === 'True' ? old.lastTransitionTime : rfc3339(now),
    status: 'True',
    type: 'PodScheduled',
  };
  const others = conditions.filter(({ type }) => type !== 'PodScheduled');
  // Where room was to be made for it is old news.
  const { nominatedNodeName: _, ...rest } = (status ?? {}) as { nominatedNodeName?: string };
  return { ...rest, conditions: old ? conditions.map((c) => (c === old ? condition : c)) : [...others, condition] };
}
