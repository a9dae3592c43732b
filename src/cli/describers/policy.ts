// `describe` of disruption budgets, autoscalers and priority classes.
import type {
  V1PodDisruptionBudget,
  V1PriorityClass,
  V2HorizontalPodAutoscaler,
  V2HPAScalingRules,
  V2MetricSpec,
  V2MetricStatus,
  V2MetricTarget,
  V2MetricValueStatus,
} from '../../api/generated/types.ts';
import { selectorText } from '../../machinery/label-selector.ts';
import type { Describe } from './describer.ts';
import { Description, longTime, pairs } from './description.ts';
import { describeEvents } from './events.ts';

export const describePodDisruptionBudget: Describe = async (object, around) => {
  const { metadata = {}, spec, status } = object as unknown as V1PodDisruptionBudget;
  const out = new Description();
  out.line(0, `Name:\t${metadata.name ?? ''}`);
  out.line(0, `Namespace:\t${metadata.namespace ?? ''}`);
  if (spec?.minAvailable !== undefined) out.line(0, `Min available:\t${spec.minAvailable}`);
  else if (spec?.maxUnavailable !== undefined) out.line(0, `Max unavailable:\t${spec.maxUnavailable}`);
  out.line(0, `Selector:\t${spec?.selector ? selectorText(spec.selector) || '<none>' : '<unset>'}`);
  out.line(0, 'Status:');
  out.line(2, `Allowed disruptions:\t${status?.disruptionsAllowed ?? 0}`);
  out.line(2, `Current:\t${status?.currentHealthy ?? 0}`);
  out.line(2, `Desired:\t${status?.desiredHealthy ?? 0}`);
  out.line(2, `Total:\t${status?.expectedPods ?? 0}`);
  describeEvents(out, await around.events(), around.now());
  return out.toString();
};

export const describePriorityClass: Describe = async (object, around) => {
  const {
    metadata = {},
    value,
    globalDefault = false,
    preemptionPolicy = 'PreemptLowerPriority',
    description = '',
  } = object as unknown as V1PriorityClass;
  const out = new Description();
  out.line(0, `Name:\t${metadata.name ?? ''}`);
  out.line(0, `Value:\t${value}`);
  out.line(0, `GlobalDefault:\t${globalDefault}`);
  out.line(0, `PreemptionPolicy:\t${preemptionPolicy}`);
  out.line(0, `Description:\t${description}`);
  out.line(0, `Annotations:\t${pairs(metadata.annotations)}`);
  describeEvents(out, await around.events(), around.now());
  return out.toString();
};

export const describeHorizontalPodAutoscaler: Describe = async (object, around) => {
  const { metadata = {}, spec, status } = object as unknown as V2HorizontalPodAutoscaler;
  const out = new Description();
  out.line(0, `Name:\t${metadata.name ?? ''}`);
  out.line(0, `Namespace:\t${metadata.namespace ?? ''}`);
  out.labels('Labels', metadata.labels);
  out.annotations(metadata.annotations);
  out.line(0, `CreationTimestamp:\t${longTime(metadata.creationTimestamp)}`);
  const target = spec?.scaleTargetRef;
  out.line(0, `Reference:\t${target?.kind ?? ''}/${target?.name ?? ''}`);
  out.line(0, 'Metrics:\t( current / target )');
  (spec?.metrics ?? []).forEach((metric, i) => {
    out.line(1, metricLine(metric, status?.currentMetrics?.[i]));
  });
  out.line(0, `Min replicas:\t${spec?.minReplicas ?? '<unset>'}`);
  out.line(0, `Max replicas:\t${spec?.maxReplicas ?? 0}`);
  if (spec?.behavior) {
    out.line(0, 'Behavior:');
    describeRules(out, 'Scale Up', spec.behavior.scaleUp);
    describeRules(out, 'Scale Down', spec.behavior.scaleDown);
  }
  out.line(0, `${target?.kind ?? ''} pods:\t${status?.currentReplicas ?? 0} current / ${status?.desiredReplicas ?? 0} desired`);
  if (status?.conditions?.length) {
    out.line(0, 'Conditions:');
    out.line(1, 'Type\tStatus\tReason\tMessage');
    out.line(1, '----\t------\t------\t-------');
    for (const { type, status: value, reason = '', message = '' } of status.conditions)
      out.line(1, `${type}\t${value}\t${reason}\t${message}`);
  }
  describeEvents(out, await around.events(), around.now());
  return out.toString();
};

function describeRules(out: Description, direction: string, rules: V2HPAScalingRules | undefined): void {
  if (!rules) return;
  out.line(1, `${direction}:`);
  if (rules.stabilizationWindowSeconds !== undefined) out.line(2, `Stabilization Window: ${rules.stabilizationWindowSeconds} seconds`);
  if (!rules.policies?.length) return;
  out.line(2, `Select Policy: ${rules.selectPolicy ?? 'Max'}`);
  out.line(2, 'Policies:');
  for (const { type, value, periodSeconds } of rules.policies)
    out.line(3, `- Type: ${type}\tValue: ${value}\tPeriod: ${periodSeconds} seconds`);
}

function metricLine(
  { type, resource, containerResource, pods, object, external }: V2MetricSpec,
  current: V2MetricStatus | undefined,
): string {
  if (external) return `"${external.metric.name}" ${amounts(external.target, current?.external?.current)}`;
  if (pods)
    return `"${pods.metric.name}" on pods:\t${current?.pods?.current.averageValue ?? '<unknown>'} / ${pods.target.averageValue ?? ''}`;
  if (object) {
    const { metric, describedObject, target } = object;
    return `"${metric.name}" on ${describedObject.kind}/${describedObject.name} ${amounts(target, current?.object?.current)}`;
  }
  if (resource) return `resource ${resource.name} on pods${usage(resource.target, current?.resource?.current)}`;
  if (!containerResource) return `<unknown metric type "${type}">`;
  const { name, container, target } = containerResource;
  return `resource ${name} of container "${container}" on pods${usage(target, current?.containerResource?.current)}`;
}

function amounts({ averageValue, value }: V2MetricTarget, now: V2MetricValueStatus | undefined): string {
  if (averageValue !== undefined) return `(target average value):\t${now?.averageValue ?? '<unknown>'} / ${averageValue}`;
  return `(target value):\t${now?.value ?? '<unknown>'} / ${value ?? ''}`;
}

function usage({ averageValue, averageUtilization }: V2MetricTarget, now: V2MetricValueStatus | undefined): string {
  if (averageValue !== undefined) return `:\t${now?.averageValue ?? '<unknown>'} / ${averageValue}`;
  const used = now?.averageUtilization === undefined ? '<unknown>' : `${now.averageUtilization}% (${now.averageValue ?? ''})`;
  return `  (as a percentage of request):\t${used} / ${averageUtilization ?? 0}%`;
}
