// Plays the `eviction` subresource of Pods: a deletion that a PodDisruptionBudget may refuse.
import type { V1PodDisruptionBudget, V1PodStatus } from '../../api/generated/types.ts';
import { rfc3339 } from '../../machinery/clock.ts';
import type { ApiResponse } from '../../machinery/http.ts';
import { selects } from '../../machinery/label-selector.ts';
import type { KubeObject } from '../../machinery/object.ts';
import { failure } from '../../machinery/status.ts';
import { type Call, isDryRun, methodNotAllowed } from '../call.ts';
import { parseBody } from '../decoding.ts';
import { type DeleteOptions, deleteObject } from '../deletion.ts';
import type { Resource } from '../resource.ts';
import type { Server } from '../server.ts';
import type { Entry } from '../storage.ts';

export async function eviction(server: Server, call: Call): Promise<ApiResponse> {
  const { info, resource } = call;
  if (info.verb !== 'create') throw methodNotAllowed();
  const { deleteOptions = {} } = ((await parseBody(call.request)) ?? {}) as { deleteOptions?: DeleteOptions };
  const dryRun = isDryRun(info) || Boolean(deleteOptions.dryRun?.length);
  const entry = server.entry(resource, info.namespace, info.name);
  if (!ignoresBudgets(entry.value)) spendBudget(server, info.namespace, entry.value, dryRun);
  const marked = dryRun ? entry : markAsTarget(server, resource, entry);
  deleteObject(server.storage, server.deps, resource, marked, deleteOptions, dryRun);
  return { code: 201, body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 } };
}

function ignoresBudgets(pod: KubeObject): boolean {
  const { phase } = (pod.status ?? {}) as { phase?: string };
  return phase === 'Succeeded' || phase === 'Failed' || phase === 'Pending' || pod.metadata.deletionTimestamp !== undefined;
}

function spendBudget(server: Server, namespace: string, pod: KubeObject, dryRun: boolean): void {
  const budgets = server.resources.find('policy', 'v1', 'poddisruptionbudgets');
  if (!budgets) return;
  const own: Entry[] = [];
  for (const entry of server.storage.range(budgets, namespace)) {
    const { selector } = entry.value.spec as NonNullable<V1PodDisruptionBudget['spec']>;
    if (selects(selector, pod.metadata.labels)) own.push(entry);
  }
  const [entry, another] = own;
  if (!entry) return;
  if (another) {
    throw failure(500, 'InternalError', 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.');
  }
  const budget = entry.value as unknown as V1PodDisruptionBudget;
  const { status } = budget;
  const { name, generation = 0 } = entry.value.metadata;
  if (isUnhealthy(pod)) {
    const enough = (status?.currentHealthy ?? 0) >= (status?.desiredHealthy ?? 0) && (status?.desiredHealthy ?? 0) > 0;
    if (budget.spec?.unhealthyPodEvictionPolicy === 'AlwaysAllow' || enough) return;
  }
  if (!status || (status.observedGeneration ?? 0) < generation) {
    throw tooMany(`The disruption budget ${name} is still being processed by the server.`, 10);
  }
  const allowed = status.disruptionsAllowed ?? 0;
  if (allowed <= 0) {
    throw tooMany(
      `The disruption budget ${name} needs ${status.desiredHealthy} healthy pods and has ${status.currentHealthy} currently`,
      undefined,
    );
  }
  if (dryRun) return;
  const disruptedPods = { ...status.disruptedPods, [pod.metadata.name]: rfc3339(server.deps.clock.now()) };
  server.storage.update(budgets, entry, {
    ...entry.value,
    metadata: { ...entry.value.metadata },
    status: { ...status, disruptionsAllowed: allowed - 1, disruptedPods },
  });
}

function tooMany(why: string, retryAfterSeconds: number | undefined): Error {
  return failure(429, 'TooManyRequests', "Cannot evict pod as it would violate the pod's disruption budget.", {
    causes: [{ reason: 'DisruptionBudget', message: why }],
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  });
}

function isUnhealthy(pod: KubeObject): boolean {
  const { conditions = [] } = (pod.status ?? {}) as V1PodStatus;
  return !conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
}

function markAsTarget(server: Server, resource: Resource, entry: Entry): Entry {
  const pod = entry.value;
  if (pod.metadata.deletionTimestamp) return entry;
  const status = (pod.status ?? {}) as V1PodStatus;
  const condition = {
    lastProbeTime: null,
    lastTransitionTime: rfc3339(server.deps.clock.now()),
    message: 'Eviction API: evicting',
    reason: 'EvictionByEvictionAPI',
    status: 'True',
    type: 'DisruptionTarget',
  };
  const conditions = [...(status.conditions ?? []).filter(({ type }) => type !== condition.type), condition];
  server.storage.update(resource, entry, { ...pod, metadata: { ...pod.metadata }, status: { ...status, conditions } });
  return server.entry(resource, pod.metadata.namespace ?? '', pod.metadata.name);
}
