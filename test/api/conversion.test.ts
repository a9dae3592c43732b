import { expect, test } from 'vitest';
import { HorizontalPodAutoscalerV1 } from '../../src/api/autoscaling/v1.ts';
import { EventV1 } from '../../src/api/events/event.ts';
import type { Kind } from '../../src/api/kind.ts';
import type { KubeObject } from '../../src/machinery/object.ts';
import { stored } from './objects.ts';

const hpa = HorizontalPodAutoscalerV1.storedAs as NonNullable<Kind<HorizontalPodAutoscalerV1>['storedAs']>;

test('the CPU target of autoscaling/v1 is a metric of v2, and comes back', () => {
  const spec = { scaleTargetRef: { kind: 'Deployment', name: 'w' }, maxReplicas: 5, targetCPUUtilizationPercentage: 60 };
  const v2 = hpa.toStored(stored<HorizontalPodAutoscalerV1>('autoscaling/v1', 'HorizontalPodAutoscaler', { spec }));
  expect(v2).toMatchObject({
    apiVersion: 'autoscaling/v2',
    spec: { metrics: [{ resource: { name: 'cpu', target: { averageUtilization: 60 } } }] },
  });
  expect(hpa.fromStored(v2)).toMatchObject({ apiVersion: 'autoscaling/v1', spec });
});

test('what autoscaling/v1 has no field for travels in annotations', () => {
  const metrics = [{ type: 'Resource', resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '1Gi' } } }];
  const v2 = stored<KubeObject>('autoscaling/v2', 'HorizontalPodAutoscaler', {
    spec: { scaleTargetRef: { kind: 'Deployment', name: 'w' }, maxReplicas: 5, metrics },
  });
  const v1 = hpa.fromStored(v2);
  expect(v1.metadata.annotations).toEqual({ 'autoscaling.alpha.kubernetes.io/metrics': JSON.stringify(metrics) });
  expect(hpa.toStored(v1)).toMatchObject({ spec: { metrics }, metadata: { annotations: undefined } });
});

test('an Event of events.k8s.io is a core Event under other names', () => {
  const { toStored, fromStored } = EventV1.storedAs as NonNullable<Kind<EventV1>['storedAs']>;
  const event = stored<EventV1>('events.k8s.io/v1', 'Event', {
    regarding: { kind: 'Pod', name: 'p' },
    note: 'hello',
    reportingController: 'kubelet',
    deprecatedCount: 2,
  });
  const core = toStored(event);
  expect(core).toMatchObject({
    apiVersion: 'v1',
    involvedObject: { name: 'p' },
    message: 'hello',
    reportingComponent: 'kubelet',
    count: 2,
  });
  expect(fromStored(core)).toEqual(event);
});
