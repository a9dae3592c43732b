// Plays the horizontal pod autoscaler with the resource metrics of metrics.k8s.io; no custom or external metrics API is installed, and
// metrics of these kinds fail as they do then. It looks every 15 seconds while anything may change; when metrics, sizes and windows have
// come to rest it sleeps until a Pod, a target or an autoscaler changes, since usage is a function of these.
import { Deployment } from '../../api/apps/deployment.ts';
import { ReplicaSet } from '../../api/apps/replicaset.ts';
import { StatefulSet } from '../../api/apps/statefulset.ts';
import { HorizontalPodAutoscaler } from '../../api/autoscaling/horizontalpodautoscaler.ts';
import { Pod } from '../../api/core/pod.ts';
import { ReplicationController } from '../../api/core/replicationcontroller.ts';
import type { V1Scale, V2HorizontalPodAutoscalerCondition, V2MetricSpec, V2MetricStatus } from '../../api/generated/types.ts';
import type { Client } from '../../client/client.ts';
import { type Instant, minutes, parseTime, rfc3339, seconds } from '../../machinery/clock.ts';
import { jsonEqual } from '../../machinery/equal.ts';
import type { LoopWatch, ObjectEvent } from '../../machinery/loop.ts';
import { groupOf } from '../../machinery/object.ts';
import { milliValue } from '../../machinery/quantity.ts';
import { StatusError } from '../../machinery/status.ts';
import { drawer, type Store } from '../../machinery/store.ts';
import { withCondition } from '../conditions.ts';
import { type Controller, type ControllerContext, contextFor, moreThanStatus } from '../define.ts';
import { limit, type Memory, remembered } from './behavior.ts';
import { MetricError, type Proposal, proposalFor } from './replica-calculator.ts';

const NAME = 'horizontal-pod-autoscaler';
const PERIOD = seconds(15);
/** After a Pod has started or a size has changed, windows and starting times may still matter for this long. */
const RESTLESS = minutes(6);
/** The one key: all autoscalers are looked at together, as the clock ticks. */
const ALL = 'all';

export const horizontalPodAutoscalerController: Controller = {
  name: NAME,
  loop(deps) {
    const context = contextFor(NAME, deps);
    const memories = drawer(deps.store, '/kubemu/horizontal-pod-autoscaler/');
    return {
      name: NAME,
      watches,
      async reconcile() {
        const now = deps.clock.now();
        const all = await context.client.list(HorizontalPodAutoscaler);
        forgetGone(memories, all);
        if (all.length === 0) {
          if (memories.get(DUE) !== undefined) memories.delete(DUE);
          return undefined;
        }
        const due = memories.get<Instant>(DUE) ?? now + PERIOD;
        if (now < due) {
          memories.put(DUE, due);
          return { requeueAfter: due - now, class: 'recurrence' };
        }
        let isRestless = false;
        for (const hpa of all) if (!hpa.metadata.deletionTimestamp && (await look(hpa, context, memories))) isRestless = true;
        if (!isRestless) {
          memories.delete(DUE);
          return undefined;
        }
        memories.put(DUE, now + PERIOD);
        return { requeueAfter: PERIOD, class: 'recurrence' };
      },
    };
  },
};

/** When the next look is due; nothing while all is at rest. */
const DUE = 'due';

function forgetGone(memories: Store, all: readonly HorizontalPodAutoscaler[]): void {
  const uids = new Set(all.map(({ metadata }) => metadata.uid));
  for (const key of [...memories.keys('memory/')]) if (!uids.has(key.slice('memory/'.length))) memories.delete(key);
}

const watches: readonly LoopWatch[] = [
  { resource: HorizontalPodAutoscaler.resource, keys: (event) => (moreThanStatus(event) ? [ALL] : []) },
  { resource: Pod.resource, keys: (event) => (changesUsage(event as ObjectEvent<Pod>) ? [ALL] : []) },
  ...[Deployment, ReplicaSet, StatefulSet, ReplicationController].map(({ resource }) => ({
    resource,
    keys: ({ object, old }: ObjectEvent) => (sizeOf(object) === sizeOf(old) ? [] : [ALL]),
  })),
];

const sizeOf = (object: ObjectEvent['object'] | undefined): unknown => (object?.spec as { replicas?: number } | undefined)?.replicas;

function changesUsage({ type, object, old }: ObjectEvent<Pod>): boolean {
  if (type !== 'MODIFIED' || !old) return true;
  const view = ({ status, metadata }: Pod) => [
    status?.phase,
    status?.conditions?.find((each) => each.type === 'Ready')?.status,
    metadata.labels,
    metadata.deletionTimestamp,
  ];
  return !jsonEqual(view(old), view(object));
}

type Condition = Omit<V2HorizontalPodAutoscalerCondition, 'lastTransitionTime'>;
const condition = (type: string, status: boolean, reason: string, message: string): Condition => ({
  type,
  status: status ? 'True' : 'False',
  reason,
  message,
});

/** One look at one autoscaler. True when the next one may come to something else. */
async function look(hpa: HorizontalPodAutoscaler, context: ControllerContext, memories: Store): Promise<boolean> {
  const { client, recorder, clock } = context;
  const now = clock.now();
  const path = scalePath(hpa);
  const news: Condition[] = [];
  let scale: V1Scale;
  try {
    if (!path)
      throw new Error(
        `no matches for kind "${hpa.spec.scaleTargetRef.kind}" in group "${groupOf(hpa.spec.scaleTargetRef.apiVersion ?? 'v1')}"`,
      );
    scale = (await client.request({ method: 'GET', path })).body as V1Scale;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    await recorder.event(hpa, 'Warning', 'FailedGetScale', message, { repeats: PERIOD });
    news.push(
      condition('AbleToScale', false, 'FailedGetScale', `the HPA controller was unable to get the target's current scale: ${message}`),
    );
    await write(hpa, news, {}, context);
    return false;
  }
  await recorder.settle?.(hpa, 'Warning', 'FailedGetScale');
  news.push(condition('AbleToScale', true, 'SucceededGetScale', "the HPA controller was able to get the target's current scale"));
  const current = scale.spec?.replicas ?? 0;
  const memory = memories.get<Memory>(`memory/${hpa.metadata.uid}`) ?? { recommendations: [], changes: [] };
  const { minReplicas = 1, maxReplicas } = hpa.spec;
  const pods = await targetPods(client, hpa, scale.status?.selector);

  let desired = current;
  let reason = '';
  /** A window or a rate holds it back: later it may go on. */
  let isHeld = false;
  let statuses: V2MetricStatus[] | undefined;
  if (current === 0) {
    news.push(condition('ScalingActive', false, 'ScalingDisabled', 'scaling is disabled since the replica count of the target is zero'));
    desired = 0;
  } else if (current > maxReplicas) {
    desired = maxReplicas;
    reason = 'Current number of replicas above Spec.MaxReplicas';
  } else if (current < minReplicas) {
    desired = minReplicas;
    reason = 'Current number of replicas below Spec.MinReplicas';
  } else {
    const computed = await compute(hpa, current, pods, context);
    statuses = computed.statuses;
    news.push(computed.condition);
    if (computed.proposed === undefined) {
      await write(
        hpa,
        news,
        { currentReplicas: current, desiredReplicas: hpa.status?.desiredReplicas ?? 0, currentMetrics: statuses },
        context,
      );
      return isYoung(pods, now);
    }
    const limited = limit(hpa, current, computed.proposed, memory, now);
    desired = limited.desired;
    memories.put(`memory/${hpa.metadata.uid}`, remembered(memory, now, computed.proposed, desired - current));
    const held = limited.stabilized;
    isHeld = held !== undefined || limited.limited?.reason === 'ScaleUpLimit' || limited.limited?.reason === 'ScaleDownLimit';
    news.push(
      held
        ? condition('AbleToScale', true, held.reason, held.message)
        : condition('AbleToScale', true, 'ReadyForNewScale', 'recommended size matches current size'),
    );
    const bound = limited.limited;
    news.push(
      bound
        ? condition('ScalingLimited', true, bound.reason, bound.message)
        : condition('ScalingLimited', false, 'DesiredWithinRange', 'the desired count is within the acceptable range'),
    );
    reason = desired > current ? `${computed.name} above target` : 'All metrics below target';
  }

  const rescales = desired !== current && current !== 0;
  if (rescales && path) {
    await client.request({ method: 'PUT', path, body: { ...scale, spec: { ...scale.spec, replicas: desired } } });
    news.push(condition('AbleToScale', true, 'SucceededRescale', `the HPA controller was able to update the target scale to ${desired}`));
    await recorder.event(hpa, 'Normal', 'SuccessfulRescale', `New size: ${desired}; reason: ${reason}`);
  }
  await write(
    hpa,
    news,
    { currentReplicas: current, desiredReplicas: desired, currentMetrics: statuses, ...(rescales ? { lastScaleTime: rfc3339(now) } : {}) },
    context,
  );
  return rescales || isHeld || isYoung(pods, now);
}

/** Metrics and readiness of some Pods are still on their way. */
const isYoung = (pods: readonly Pod[], now: Instant): boolean =>
  pods.some(({ metadata, status }) => now - parseTime(status?.startTime ?? metadata.creationTimestamp) < RESTLESS);

interface Computed {
  proposed?: number;
  /** The metric that asks for most. */
  name: string;
  condition: Condition;
  statuses?: V2MetricStatus[];
}

/** The highest proposal of all metrics; one that cannot be had must not make the target smaller. */
async function compute(
  hpa: HorizontalPodAutoscaler,
  current: number,
  pods: readonly Pod[],
  { client, recorder, clock }: ControllerContext,
): Promise<Computed> {
  const now = clock.now();
  let best: { replicas: number; name: string } | undefined;
  let failure: { reason: string; message: string } | undefined;
  const statuses: V2MetricStatus[] = [];
  for (const metric of hpa.spec.metrics ?? []) {
    try {
      const { proposal, name, status } = await measure(client, hpa, metric, current, pods, now);
      statuses.push(status);
      if (!best || proposal.replicas > best.replicas) best = { replicas: proposal.replicas, name };
      await recorder.settle?.(hpa, 'Warning', `FailedGet${metric.type}Metric`);
    } catch (error) {
      if (!(error instanceof MetricError)) throw error;
      const what = metric.resource?.name ?? metric.containerResource?.name;
      const reason = `FailedGet${metric.type}Metric`;
      const isUtilization = (metric.resource ?? metric.containerResource)?.target.averageUtilization !== undefined;
      const message = what
        ? `failed to get ${what} ${isUtilization ? 'utilization' : 'resource metric value'}: ${error.message}`
        : error.message;
      failure ??= { reason, message };
      await recorder.event(hpa, 'Warning', reason, message, { repeats: PERIOD });
    }
  }
  if (failure && (!best || best.replicas < current)) {
    const message = `invalid metrics (1 invalid out of ${hpa.spec.metrics?.length ?? 0}), first error is: ${failure.message}`;
    await recorder.event(hpa, 'Warning', 'FailedComputeMetricsReplicas', message, { repeats: PERIOD });
    const why = `the HPA was unable to compute the replica count: ${failure.message}`;
    return { name: '', condition: condition('ScalingActive', false, failure.reason, why), ...(statuses.length > 0 ? { statuses } : {}) };
  }
  await recorder.settle?.(hpa, 'Warning', 'FailedComputeMetricsReplicas');
  if (!best) return { name: '', condition: condition('ScalingActive', false, 'InvalidMetricSourceType', 'the HPA has no metrics') };
  const found = `the HPA was able to successfully calculate a replica count from ${best.name}`;
  return { proposed: best.replicas, name: best.name, condition: condition('ScalingActive', true, 'ValidMetricFound', found), statuses };
}

async function measure(
  client: Client,
  hpa: HorizontalPodAutoscaler,
  metric: V2MetricSpec,
  current: number,
  pods: readonly Pod[],
  now: Instant,
): Promise<{ proposal: Proposal; name: string; status: V2MetricStatus }> {
  const source = metric.type === 'Resource' ? metric.resource : metric.type === 'ContainerResource' ? metric.containerResource : undefined;
  if (!source) throw new MetricError(notInstalled(hpa, metric));
  const { name: resource, target } = source;
  const container = metric.containerResource?.container;
  const measured = await measurements(client, hpa.metadata.namespace ?? '', resource);
  const own = new Map(
    pods
      .flatMap(({ metadata }) => [[metadata.name, measured.get(metadata.name)] as const])
      .filter((entry): entry is [string, Map<string, number>] => entry[1] !== undefined),
  );
  const proposal = proposalFor({ resource, container, target, current, pods, measured: own, now });
  const what = container ? `${resource} container resource` : `${resource} resource`;
  return {
    proposal,
    name: target.averageUtilization === undefined ? what : `${what} utilization (percentage of request)`,
    status: container
      ? { type: 'ContainerResource', containerResource: { name: resource, container, current: proposal.current } }
      : { type: 'Resource', resource: { name: resource, current: proposal.current } },
  };
}

function notInstalled(hpa: HorizontalPodAutoscaler, { type, pods, object, external }: V2MetricSpec): string {
  const name = (pods ?? object ?? external)?.metric.name ?? '';
  if (type === 'External')
    return `unable to get external metric ${hpa.metadata.namespace}/${name}/nil: unable to fetch metrics from external metrics API: the server could not find the requested resource (get ${name}.external.metrics.k8s.io)`;
  return `unable to get metric ${name}: unable to fetch metrics from custom metrics API: the server could not find the requested resource`;
}

async function measurements(client: Client, namespace: string, resource: string): Promise<Map<string, Map<string, number>>> {
  try {
    const { body } = await client.request({ method: 'GET', path: `/apis/metrics.k8s.io/v1beta1/namespaces/${namespace}/pods` });
    const { items } = body as { items: { metadata: { name: string }; containers: { name: string; usage: Record<string, string> }[] }[] };
    return new Map(
      items.map(({ metadata, containers }) => [
        metadata.name,
        new Map(containers.map(({ name, usage }) => [name, milliValue(usage[resource] ?? '0')])),
      ]),
    );
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    const message = error.code === 404 ? 'the server could not find the requested resource (get pods.metrics.k8s.io)' : error.message;
    throw new MetricError(`unable to get metrics for resource ${resource}: unable to fetch metrics from resource metrics API: ${message}`);
  }
}

async function targetPods(client: Client, hpa: HorizontalPodAutoscaler, labelSelector: string | undefined): Promise<readonly Pod[]> {
  const { namespace } = hpa.metadata;
  return labelSelector ? client.list(Pod, { ...(namespace ? { namespace } : {}), labelSelector }) : [];
}

/** The kinds with a scale of their own; custom resources by the plural that most have. */
function scalePath({ metadata, spec: { scaleTargetRef } }: HorizontalPodAutoscaler): string | undefined {
  const { apiVersion = 'v1', kind, name } = scaleTargetRef;
  const known = [Deployment, ReplicaSet, StatefulSet, ReplicationController].find(
    ({ names }) => names.kind === kind && names.group === groupOf(apiVersion),
  );
  if (!known && !apiVersion.includes('.')) return undefined;
  const plural = known?.names.plural ?? `${kind.toLowerCase()}s`;
  return `/${apiVersion.includes('/') ? 'apis' : 'api'}/${apiVersion}/namespaces/${metadata.namespace}/${plural}/${name}/scale`;
}

async function write(
  hpa: HorizontalPodAutoscaler,
  news: readonly Condition[],
  rest: Partial<NonNullable<HorizontalPodAutoscaler['status']>>,
  { client, clock }: ControllerContext,
): Promise<void> {
  let conditions = hpa.status?.conditions;
  for (const each of news) conditions = withCondition(conditions, each, clock.now());
  await client.updateStatus(HorizontalPodAutoscaler, hpa, {
    ...hpa.status,
    ...rest,
    currentMetrics: rest.currentMetrics ?? null,
    conditions,
  });
}
