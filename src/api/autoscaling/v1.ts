// autoscaling/v1, kept in etcd as v2: what v1 has no fields for travels in annotations, as in the real conversion.
import type { KubeObject, Stored } from '../../machinery/object.ts';
import { blank } from '../blank.ts';
import { defineKind } from '../define.ts';
import type { V1HorizontalPodAutoscaler, V2MetricSpec, V2MetricStatus } from '../generated/types.ts';
import { HorizontalPodAutoscaler } from './horizontalpodautoscaler.ts';

export type HorizontalPodAutoscalerV1 = Stored<V1HorizontalPodAutoscaler>;

const PREFIX = 'autoscaling.alpha.kubernetes.io/';
const FIELDS = ['metrics', 'behavior', 'conditions', 'current-metrics'];

export const HorizontalPodAutoscalerV1 = defineKind<HorizontalPodAutoscalerV1>({
  group: 'autoscaling',
  version: 'v1',
  kind: 'HorizontalPodAutoscaler',
  columns: (HorizontalPodAutoscaler.strategy.columns ?? []).map((column) => ({
    ...column,
    cell: (hpa, now) => column.cell(toStored(hpa) as HorizontalPodAutoscaler, now),
  })),
  storedAs: { kind: HorizontalPodAutoscaler, toStored, fromStored },
});

const isCpu = (metric: V2MetricSpec): boolean =>
  metric.type === 'Resource' && metric.resource?.name === 'cpu' && metric.resource.target.averageUtilization !== undefined;

function toStored({ metadata, spec = blank(), status }: HorizontalPodAutoscalerV1): KubeObject {
  const annotations = { ...metadata.annotations };
  const parked = <T>(field: string): T | undefined => {
    const text = annotations[PREFIX + field];
    delete annotations[PREFIX + field];
    return text === undefined ? undefined : parsed<T>(text);
  };
  const [metrics = [], behavior, conditions, currentMetrics] = [
    parked<V2MetricSpec[]>('metrics'),
    parked<object>('behavior'),
    parked<object[]>('conditions'),
    parked<V2MetricStatus[]>('current-metrics'),
  ];
  const { targetCPUUtilizationPercentage: target, ...kept } = spec;
  const cpu: V2MetricSpec[] =
    target === undefined
      ? []
      : [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: target } } }];
  const { currentCPUUtilizationPercentage: _, ...counts } = status ?? {};
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { ...metadata, annotations: Object.keys(annotations).length ? annotations : undefined },
    spec: { ...kept, ...(cpu.length || metrics.length ? { metrics: [...cpu, ...metrics] } : {}), ...(behavior ? { behavior } : {}) },
    ...(status ? { status: { ...counts, ...(conditions ? { conditions } : {}), ...(currentMetrics ? { currentMetrics } : {}) } } : {}),
  };
}

function fromStored(stored: KubeObject): HorizontalPodAutoscalerV1 {
  const { metadata, spec, status } = stored as HorizontalPodAutoscaler;
  const { metrics = [], behavior, ...kept } = spec;
  const cpu = metrics.find(isCpu);
  const { conditions, currentMetrics, ...counts } = status ?? { desiredReplicas: 0 };
  const parked: Record<string, unknown> = {
    metrics: metrics.filter((metric) => metric !== cpu),
    behavior,
    conditions,
    'current-metrics': currentMetrics,
  };
  const annotations = { ...metadata.annotations };
  for (const field of FIELDS) {
    const value = parked[field];
    if (value && (!Array.isArray(value) || value.length)) annotations[PREFIX + field] = JSON.stringify(value);
  }
  const current = currentMetrics?.find(({ resource }) => resource?.name === 'cpu')?.resource?.current.averageUtilization;
  return {
    apiVersion: 'autoscaling/v1',
    kind: 'HorizontalPodAutoscaler',
    metadata: { ...metadata, annotations: Object.keys(annotations).length ? annotations : undefined },
    spec: { ...kept, ...(cpu ? { targetCPUUtilizationPercentage: cpu.resource?.target.averageUtilization } : {}) },
    status: {
      ...counts,
      currentReplicas: counts.currentReplicas ?? 0,
      ...(current === undefined ? {} : { currentCPUUtilizationPercentage: current }),
    },
  };
}

/** An annotation that does not parse is dropped, as the real conversion drops it. */
function parsed<T>(text: string): T | undefined {
  try {
    return JSON.parse(text) as T;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
