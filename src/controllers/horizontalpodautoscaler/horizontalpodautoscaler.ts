// Plays the horizontal pod autoscaler. It looks every 15 seconds while anything may change; when metrics, sizes and windows have come to
// rest it sleeps until a Pod, a target or an autoscaler changes, since usage is a function of these. Custom and external metrics come from
// elsewhere and never rest.
import { APIService } from '../../api/apiregistration/apiservice.ts';
import { HorizontalPodAutoscaler } from '../../api/autoscaling/horizontalpodautoscaler.ts';
import { Pod } from '../../api/core/pod.ts';
import type { V2HorizontalPodAutoscalerCondition } from '../../api/generated/types.ts';
import { type Instant, minutes, parseTime, rfc3339, seconds } from '../../machinery/clock.ts';
import { jsonEqual } from '../../machinery/equal.ts';
import type { LoopWatch, ObjectEvent } from '../../machinery/loop.ts';
import { StatusError } from '../../machinery/status.ts';
import { drawer, type Store } from '../../machinery/store.ts';
import { withCondition } from '../conditions.ts';
import { type Controller, type ControllerContext, contextFor, moreThanStatus } from '../define.ts';
import { limit, type Memory, remembered } from './behavior.ts';
import { type Computed, compute, type Subject } from './metrics.ts';
import { NoSuchKind, readScale, type ScaleTarget, scalableKinds } from './scale-target.ts';

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
        const targets: (Target | undefined)[] = [];
        for (const hpa of all) targets.push(hpa.metadata.deletionTimestamp ? undefined : await targetOf(hpa, context));
        for (const target of targets) {
          if (!target) continue;
          const rivals = targets.filter((other): other is Target => other !== undefined && sharesPods(target, other));
          if (await look(target, rivals, context, memories)) isRestless = true;
        }
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
  { resource: APIService.resource, keys: () => [ALL] },
  ...scalableKinds.map(({ resource }) => ({
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

/** An autoscaler with what it scales. */
interface Target extends Subject, ScaleTarget {}

/** Undefined, and said so, when there is no such thing. */
async function targetOf(hpa: HorizontalPodAutoscaler, context: ControllerContext): Promise<Target | undefined> {
  const { client, recorder } = context;
  try {
    const target = await readScale(client, hpa);
    await recorder.settle?.(hpa, 'Warning', 'FailedGetScale');
    const { namespace } = hpa.metadata;
    const labelSelector = target.scale.status?.selector;
    const pods = labelSelector ? await client.list(Pod, { ...(namespace ? { namespace } : {}), labelSelector }) : [];
    return { hpa, pods, ...target };
  } catch (error) {
    if (!(error instanceof NoSuchKind || error instanceof StatusError)) throw error;
    const { message } = error;
    await recorder.event(hpa, 'Warning', 'FailedGetScale', message, { repeats: PERIOD });
    const why = `the HPA controller was unable to get the target's current scale: ${message}`;
    await write(hpa, [condition('AbleToScale', false, 'FailedGetScale', why)], {}, context);
    return undefined;
  }
}

const sharesPods = (one: Target, other: Target): boolean => {
  if (one === other) return true;
  if (one.hpa.metadata.namespace !== other.hpa.metadata.namespace) return false;
  const uids = new Set(one.pods.map(({ metadata }) => metadata.uid));
  return other.pods.some(({ metadata }) => uids.has(metadata.uid));
};

/** One look at one autoscaler. True when the next one may come to something else. */
async function look(target: Target, rivals: readonly Target[], context: ControllerContext, memories: Store): Promise<boolean> {
  const { hpa, scale, path, pods } = target;
  const { client, recorder, clock } = context;
  const now = clock.now();
  const news = [condition('AbleToScale', true, 'SucceededGetScale', "the HPA controller was able to get the target's current scale")];
  const current = scale.spec?.replicas ?? 0;
  const memory = memories.get<Memory>(`memory/${hpa.metadata.uid}`) ?? { recommendations: [{ at: now, replicas: current }], changes: [] };
  const { minReplicas = 1, maxReplicas } = hpa.spec;
  let isRestless = isYoung(pods, now);

  let desired = current;
  let reason = '';
  /** A window or a rate holds it back: later it may go on. */
  let isHeld = false;
  let currentMetrics = hpa.status?.currentMetrics;
  if (current === 0) {
    news.push(condition('ScalingActive', false, 'ScalingDisabled', 'scaling is disabled since the replica count of the target is zero'));
  } else if (current > maxReplicas) {
    desired = maxReplicas;
    reason = 'Current number of replicas above Spec.MaxReplicas';
  } else if (current < minReplicas) {
    desired = minReplicas;
    reason = 'Current number of replicas below Spec.MinReplicas';
  } else {
    const proposal = await propose(target, rivals, news, context);
    if (proposal.isRestless) isRestless = true;
    if (proposal.replicas === undefined) {
      await write(hpa, news, { currentReplicas: current, desiredReplicas: hpa.status?.desiredReplicas ?? 0 }, context);
      return isRestless;
    }
    currentMetrics = [...proposal.statuses];
    const limited = limit(hpa, current, proposal.replicas, memory, now);
    desired = limited.desired;
    memories.put(`memory/${hpa.metadata.uid}`, remembered(memory, now, proposal.replicas, desired - current));
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
    reason = desired > current ? `${proposal.name} above target` : 'All metrics below target';
  }

  const rescales = desired !== current && current !== 0;
  if (rescales) {
    try {
      await client.request({ method: 'PUT', path, body: { ...scale, spec: { ...scale.spec, replicas: desired } } });
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      await recorder.event(hpa, 'Warning', 'FailedRescale', `New size: ${desired}; reason: ${reason}; error: ${error.message}`);
      const why = `the HPA controller was unable to update the target scale: ${error.message}`;
      news.push(condition('AbleToScale', false, 'FailedUpdateScale', why));
      await write(hpa, news, { currentReplicas: current, desiredReplicas: hpa.status?.desiredReplicas ?? 0 }, context);
      return true;
    }
    news.push(condition('AbleToScale', true, 'SucceededRescale', `the HPA controller was able to update the target scale to ${desired}`));
    await recorder.event(hpa, 'Normal', 'SuccessfulRescale', `New size: ${desired}; reason: ${reason}`);
  }
  const lastScaleTime = rescales ? { lastScaleTime: rfc3339(now) } : {};
  await write(hpa, news, { currentReplicas: current, desiredReplicas: desired, currentMetrics, ...lastScaleTime }, context);
  return rescales || isHeld || isRestless;
}

/** Metrics and readiness of some Pods are still on their way. */
const isYoung = (pods: readonly Pod[], now: Instant): boolean =>
  pods.some(({ metadata, status }) => now - parseTime(status?.startTime ?? metadata.creationTimestamp) < RESTLESS);

interface Wanted {
  /** Undefined, with a condition among the news, when the metrics say nothing that may be done. */
  replicas?: number;
  name: string;
  statuses: Computed['statuses'];
  isRestless: boolean;
}

async function propose(target: Target, rivals: readonly Target[], news: Condition[], context: ControllerContext): Promise<Wanted> {
  const { hpa, scale } = target;
  const { recorder } = context;
  const refuse = async (reason: string, message: string, why: string, isRestless = false): Promise<Wanted> => {
    await recorder.event(hpa, 'Warning', 'FailedComputeMetricsReplicas', message, { repeats: PERIOD });
    news.push(condition('ScalingActive', false, reason, why));
    return { name: '', statuses: [], isRestless };
  };
  const selector = scale.status?.selector;
  if (!selector) {
    await recorder.event(hpa, 'Warning', 'SelectorRequired', 'selector is required', { repeats: PERIOD });
    return refuse('InvalidSelector', 'selector is required', "the HPA target's scale is missing a selector");
  }
  if (rivals.length > 1) {
    const keys = rivals.map((rival) => `{${rival.hpa.metadata.name} ${rival.hpa.metadata.namespace}}`);
    const message = `pods by selector ${selector} are controlled by multiple HPAs: [${keys.join(' ')}]`;
    await recorder.event(hpa, 'Warning', 'AmbiguousSelector', message, { repeats: PERIOD });
    return refuse('AmbiguousSelector', message, message);
  }
  await recorder.settle?.(hpa, 'Warning', 'SelectorRequired');
  await recorder.settle?.(hpa, 'Warning', 'AmbiguousSelector');

  const { proposed, name, failures, statuses, isRestless } = await compute(target, context);
  for (const { type } of hpa.spec.metrics ?? []) {
    const failed = `FailedGet${type}Metric`;
    if (!failures.some((failure) => failure.reason === failed)) await recorder.settle?.(hpa, 'Warning', failed);
  }
  for (const { reason, message } of failures) await recorder.event(hpa, 'Warning', reason, message, { repeats: PERIOD });
  const [first] = failures;
  if (proposed === undefined) {
    if (!first) return refuse('InvalidMetricSourceType', 'the HPA has no metrics', 'the HPA has no metrics');
    const message = `invalid metrics (${failures.length} invalid out of ${hpa.spec.metrics?.length ?? 0}), first error is: ${first.summary}`;
    return refuse(first.reason, message, `the HPA was unable to compute the replica count: ${first.message}`, isRestless);
  }
  await recorder.settle?.(hpa, 'Warning', 'FailedComputeMetricsReplicas');
  const found = `the HPA was able to successfully calculate a replica count from ${name}`;
  news.push(condition('ScalingActive', true, 'ValidMetricFound', found));
  return { replicas: proposed, name, statuses, isRestless };
}

async function write(
  hpa: HorizontalPodAutoscaler,
  news: readonly Condition[],
  rest: Partial<NonNullable<HorizontalPodAutoscaler['status']>>,
  { client, clock }: ControllerContext,
): Promise<void> {
  let conditions = hpa.status?.conditions;
  for (const each of news) conditions = withCondition(conditions, each, clock.now());
  const currentMetrics = rest.currentMetrics ?? hpa.status?.currentMetrics ?? null;
  await client.updateStatus(HorizontalPodAutoscaler, hpa, { ...hpa.status, ...rest, currentMetrics, conditions });
}
