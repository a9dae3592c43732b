import type { Stored } from '../../machinery/object.ts';
import type { FieldError } from '../../machinery/status.ts';
import { invalidValue, notSupported, required } from '../../machinery/validation/field-error.ts';
import { age, name } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V2HorizontalPodAutoscaler, V2MetricSpec } from '../generated/types.ts';
import { defaultAutoscaler } from './defaults.ts';
import { targetsText } from './metrics.ts';

export type HorizontalPodAutoscaler = Stored<V2HorizontalPodAutoscaler>;

export const HorizontalPodAutoscaler = defineKind<HorizontalPodAutoscaler>({
  group: 'autoscaling',
  version: 'v2',
  kind: 'HorizontalPodAutoscaler',
  validate: validateAutoscaler,
  validateUpdate: (hpa, _old, subresource) => (subresource === 'status' ? [] : validateAutoscaler(hpa)),
  setDefaults: defaultAutoscaler,
  prepareForCreate(hpa) {
    hpa.status = { currentMetrics: null as unknown as undefined, desiredReplicas: 0 };
  },
  columns: [
    name,
    { header: 'REFERENCE', cell: ({ spec: { scaleTargetRef } }) => `${scaleTargetRef.kind}/${scaleTargetRef.name}` },
    { header: 'TARGETS', cell: (hpa) => targetsText(hpa.spec.metrics, hpa.status?.currentMetrics) },
    { header: 'MINPODS', cell: (hpa) => String(hpa.spec.minReplicas ?? '<unset>') },
    { header: 'MAXPODS', type: 'integer', cell: (hpa) => hpa.spec.maxReplicas },
    { header: 'REPLICAS', type: 'integer', cell: (hpa) => hpa.status?.currentReplicas ?? 0 },
    age,
  ],
});

function validateAutoscaler({ spec }: HorizontalPodAutoscaler): FieldError[] {
  const errors: FieldError[] = [];
  const { minReplicas, maxReplicas = 0, scaleTargetRef } = spec;
  if (minReplicas !== undefined && minReplicas < 1)
    errors.push(invalidValue('spec.minReplicas', minReplicas, 'must be greater than or equal to 1'));
  if (maxReplicas < 1) errors.push(invalidValue('spec.maxReplicas', maxReplicas, 'must be greater than 0'));
  if (minReplicas !== undefined && maxReplicas < minReplicas) {
    errors.push(invalidValue('spec.maxReplicas', maxReplicas, 'must be greater than or equal to `minReplicas`'));
  }
  if (!scaleTargetRef?.kind) errors.push(required('spec.scaleTargetRef.kind'));
  if (!scaleTargetRef?.name) errors.push(required('spec.scaleTargetRef.name'));
  for (const [i, metric] of (spec.metrics ?? []).entries()) errors.push(...validateMetric(metric, `spec.metrics[${i}]`));
  return errors;
}

const METRIC_TYPES = ['ContainerResource', 'External', 'Object', 'Pods', 'Resource'];

function validateMetric(metric: V2MetricSpec, at: string): FieldError[] {
  if (!metric.type) return [required(`${at}.type`, 'must specify a metric source type')];
  if (!METRIC_TYPES.includes(metric.type)) return [notSupported(`${at}.type`, metric.type, METRIC_TYPES)];
  const field = `${metric.type[0]?.toLowerCase()}${metric.type.slice(1)}` as
    | 'resource'
    | 'pods'
    | 'object'
    | 'external'
    | 'containerResource';
  const source = metric[field];
  if (!source) return [required(`${at}.${field}`, `must populate information for the given metric source`)];
  const { target } = source;
  const errors: FieldError[] = [];
  if (field === 'resource' && !metric.resource?.name) errors.push(required(`${at}.resource.name`, 'must specify a resource name'));
  if (!target?.type) errors.push(required(`${at}.${field}.target.type`, 'must specify a metric target type'));
  else if (!['Utilization', 'Value', 'AverageValue'].includes(target.type)) {
    errors.push(invalidValue(`${at}.${field}.target.type`, target.type, 'must be either Utilization, Value, or AverageValue'));
  }
  if (target?.averageUtilization !== undefined && target.averageUtilization < 1) {
    errors.push(invalidValue(`${at}.${field}.target.averageUtilization`, target.averageUtilization, 'must be greater than 0'));
  }
  if (
    (field === 'resource' || field === 'containerResource') &&
    target &&
    target.averageUtilization === undefined &&
    target.averageValue === undefined
  ) {
    errors.push(required(`${at}.${field}.target.averageUtilization`, 'must set either a target raw value or a target utilization'));
  }
  return errors;
}
