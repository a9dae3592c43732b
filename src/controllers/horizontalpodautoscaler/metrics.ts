// What the metrics of one autoscaler come to: the highest proposal counts, and a metric that cannot be had must not make the target
// smaller.
import type { HorizontalPodAutoscaler } from '../../api/autoscaling/horizontalpodautoscaler.ts';
import type { Pod } from '../../api/core/pod.ts';
import type { V1LabelSelector, V1Scale, V2MetricSpec, V2MetricStatus, V2MetricTarget } from '../../api/generated/types.ts';
import { milliValue } from '../../machinery/quantity.ts';
import type { ControllerContext } from '../define.ts';
import { MetricError } from './metric-error.ts';
import { type MetricsClient, metricsClient } from './metrics-client.ts';
import { type Proposal, proposalFor, proposalForShare, proposalForValue, type Tolerances } from './replica-calculator.ts';

/** What the metrics are looked at for. */
export interface Subject {
  hpa: HorizontalPodAutoscaler;
  scale: V1Scale;
  pods: readonly Pod[];
}

export interface Failure {
  /** `FailedGetResourceMetric`. */
  reason: string;
  /** What the metric's own event says. */
  message: string;
  /** What the look as a whole says. */
  summary: string;
}

export interface Computed {
  /** Undefined when nothing should be done. */
  proposed?: number;
  /** The metric that asks for most. */
  name: string;
  failures: readonly Failure[];
  /** One for each metric; those that failed have no type. */
  statuses: readonly V2MetricStatus[];
  /** Some of them come from elsewhere, and the next look may find others. */
  isRestless: boolean;
}

interface Measurement {
  proposal: Proposal;
  /** As events name it: `cpu resource utilization (percentage of request)`. */
  name: string;
  status: V2MetricStatus;
}

const TOLERANCE = 100; // thousandths

export async function compute(subject: Subject, { client, clock }: ControllerContext): Promise<Computed> {
  const { hpa } = subject;
  const metrics = metricsClient(client, hpa.metadata.namespace ?? '');
  const current = subject.scale.spec?.replicas ?? 0;
  const failures: Failure[] = [];
  const statuses: V2MetricStatus[] = [];
  let best: { replicas: number; name: string } | undefined;
  let isRestless = false;
  for (const metric of hpa.spec.metrics ?? []) {
    const isForeign = !metric.resource && !metric.containerResource;
    try {
      const { proposal, name, status } = await measure(metrics, subject, metric, clock.now());
      statuses.push(status);
      isRestless ||= isForeign;
      if (!best || proposal.replicas > best.replicas) best = { replicas: proposal.replicas, name };
    } catch (error) {
      if (!(error instanceof MetricError)) throw error;
      statuses.push({ type: '' });
      isRestless ||= isForeign && !error.isUnserved;
      failures.push(failureOf(metric, error.message));
    }
  }
  const isUsable = best !== undefined && (failures.length === 0 || best.replicas >= current);
  return { ...(best && isUsable ? { proposed: best.replicas } : {}), name: best?.name ?? '', failures, statuses, isRestless };
}

function tolerancesOf({ spec: { behavior } }: HorizontalPodAutoscaler): Tolerances {
  const share = (text: string | undefined): number => (text === undefined ? TOLERANCE : milliValue(text)) / 1000;
  return { up: share(behavior?.scaleUp?.tolerance), down: share(behavior?.scaleDown?.tolerance) };
}

/** Throws {@link MetricError}. */
async function measure(metrics: MetricsClient, subject: Subject, metric: V2MetricSpec, now: number): Promise<Measurement> {
  const { hpa, scale, pods } = subject;
  const current = scale.spec?.replicas ?? 0;
  const replicas = scale.status?.replicas ?? 0;
  const tolerances = tolerancesOf(hpa);
  const question = { current, pods, tolerances, now };
  const shared = (value: number, { averageValue, value: whole }: V2MetricTarget, type: string): Proposal => {
    if (averageValue !== undefined) return proposalForShare(value, milliValue(averageValue), replicas, tolerances);
    if (whole !== undefined) return proposalForValue(value, milliValue(whole), question);
    throw new MetricError(`invalid ${type} metric source: neither a value target nor an average value target was set`);
  };

  if (metric.pods) {
    const { metric: identifier, target } = metric.pods;
    const measured = await prefixed(`unable to get metric ${identifier.name}`, () =>
      metrics.pods(identifier.name, scale.status?.selector ?? '', identifier.selector),
    );
    const proposal = proposalFor({ ...question, resource: '', target, measured });
    const status = { type: 'Pods', pods: { metric: identifier, current: proposal.current } };
    return { proposal, name: `pods metric ${identifier.name}`, status };
  }
  if (metric.object) {
    const { metric: identifier, describedObject, target } = metric.object;
    // the original's message names the object before the cause
    const about = `${describedObject.kind} on ${hpa.metadata.namespace} ${describedObject.name}/`;
    const value = await prefixed(
      `unable to get metric ${identifier.name}: ${about}`,
      () => metrics.object(identifier.name, describedObject, identifier.selector),
      '',
    );
    const proposal = shared(value, target, 'object');
    const name = target.averageValue === undefined ? `${describedObject.kind} metric ${identifier.name}` : externalName(identifier);
    return { proposal, name, status: { type: 'Object', object: { metric: identifier, describedObject, current: proposal.current } } };
  }
  if (metric.external) {
    const { metric: identifier, target } = metric.external;
    const id = `${hpa.metadata.namespace}/${identifier.name}/${selectorForm(identifier.selector)}`;
    const values = await prefixed(`unable to get external metric ${id}`, () => metrics.external(identifier.name, identifier.selector));
    const proposal = shared(
      values.reduce((sum, each) => sum + each, 0),
      target,
      'external',
    );
    return {
      proposal,
      name: externalName(identifier),
      status: { type: 'External', external: { metric: identifier, current: proposal.current } },
    };
  }
  const source = metric.resource ?? metric.containerResource;
  if (!source) throw new MetricError(`unknown metric source type ${JSON.stringify(metric.type)}`);
  const { name: resource, target } = source;
  const container = metric.containerResource?.container;
  return prefixed(`failed to get ${resource} ${target.averageValue === undefined ? 'utilization' : 'usage'}`, async () => {
    const measured = await prefixed(`unable to get metrics for resource ${resource}`, () => metrics.resource(resource));
    const own = new Map([...measured].filter(([name]) => pods.some(({ metadata }) => metadata.name === name)));
    const proposal = proposalFor({ ...question, resource, container, target, measured: own });
    const what = container === undefined ? `${resource} resource` : `${resource} container resource`;
    return {
      proposal,
      name: target.averageUtilization === undefined ? `${resource} resource` : `${what} utilization (percentage of request)`,
      status:
        container === undefined
          ? { type: 'Resource', resource: { name: resource, current: proposal.current } }
          : { type: 'ContainerResource', containerResource: { name: resource, container, current: proposal.current } },
    };
  });
}

const externalName = ({ name, selector }: { name: string; selector?: V1LabelSelector | undefined }): string =>
  `external metric ${name}(${selectorForm(selector)})`;

async function prefixed<T>(prefix: string, run: () => Promise<T>, separator = ': '): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof MetricError) throw new MetricError(`${prefix}${separator}${error.message}`, error.isUnserved);
    throw error;
  }
}

function failureOf(metric: V2MetricSpec, message: string): Failure {
  const reason = `FailedGet${metric.type}Metric`;
  const { resource, containerResource, external, object } = metric;
  const summary = (): string => {
    if (resource) return `failed to get ${resource.name} resource metric value: ${message}`;
    if (containerResource) return `failed to get ${containerResource.container} container metric value: ${message}`;
    if (external) {
      const { name } = external.metric;
      const inner = external.target.averageValue === undefined ? `external metric ${name}` : `${name} external metric`;
      return `failed to get ${name} external metric value: failed to get ${inner}: ${message}`;
    }
    if (object) {
      const inner = object.target.averageValue === undefined ? '' : `failed to get ${object.metric.name} object metric: `;
      return `failed to get object metric value: ${inner}${message}`;
    }
    return `failed to get pods metric value: ${message}`;
  };
  return { reason, message, summary: summary() };
}

/** `%+v` of a *metav1.LabelSelector. */
export function selectorForm(selector: V1LabelSelector | undefined): string {
  if (!selector) return 'nil';
  const labels = Object.entries(selector.matchLabels ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}: ${value},`);
  const expressions = (selector.matchExpressions ?? []).map(
    ({ key, operator, values = [] }) => `LabelSelectorRequirement{Key:${key},Operator:${operator},Values:[${values.join(' ')}],},`,
  );
  return `&LabelSelector{MatchLabels:map[string]string{${labels.join('')}},MatchExpressions:[]LabelSelectorRequirement{${expressions.join('')}},}`;
}
