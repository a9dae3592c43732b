// TARGETS of a HorizontalPodAutoscaler: for each metric what was measured and what is wanted.
import { firstFew } from '../columns/columns.ts';
import type { V2MetricSpec, V2MetricStatus, V2MetricTarget, V2MetricValueStatus } from '../generated/types.ts';

export function targetsText(metrics: readonly V2MetricSpec[] | undefined, current: readonly V2MetricStatus[] | undefined): string {
  if (!metrics?.length) return '<none>';
  return firstFew(
    metrics.map((metric, i) => targetText(metric, current?.[i])),
    2,
    ', ',
  );
}

function targetText(metric: V2MetricSpec, status: V2MetricStatus | undefined): string {
  switch (metric.type) {
    case 'Resource':
      return `${metric.resource?.name}: ${resourceText(metric.resource?.target, status?.resource?.current)}`;
    case 'ContainerResource':
      return `${metric.containerResource?.name}: ${resourceText(metric.containerResource?.target, status?.containerResource?.current)}`;
    case 'Pods':
      return `${status?.pods?.current.averageValue ?? '<unknown>'}/${metric.pods?.target.averageValue ?? '<auto>'}`;
    case 'Object':
      return valueText(metric.object?.target, status?.object?.current);
    case 'External':
      return valueText(metric.external?.target, status?.external?.current);
    default:
      return '<unknown type>';
  }
}

function resourceText(target: V2MetricTarget | undefined, current: V2MetricValueStatus | undefined): string {
  if (target?.averageValue !== undefined) return `${current?.averageValue ?? '<unknown>'}/${target.averageValue}`;
  const measured = current?.averageUtilization === undefined ? '<unknown>' : `${current.averageUtilization}%`;
  return `${measured}/${target?.averageUtilization === undefined ? '<auto>' : `${target.averageUtilization}%`}`;
}

function valueText(target: V2MetricTarget | undefined, current: V2MetricValueStatus | undefined): string {
  if (target?.averageValue !== undefined) return `${current?.averageValue ?? '<unknown>'}/${target.averageValue} (avg)`;
  return `${current?.value ?? '<unknown>'}/${target?.value ?? '<auto>'}`;
}
