// pkg/apis/autoscaling/v2/defaults.go: one CPU metric, and the rules of scaling when a behaviour is given at all.
import { blank } from '../blank.ts';
import type { V2HorizontalPodAutoscalerSpec } from '../generated/types.ts';
import type { HorizontalPodAutoscaler } from './horizontalpodautoscaler.ts';

export function defaultAutoscaler(hpa: HorizontalPodAutoscaler): void {
  hpa.spec ??= blank<V2HorizontalPodAutoscalerSpec>();
  const { spec } = hpa;
  spec.minReplicas ??= 1;
  if (!spec.metrics?.length) {
    spec.metrics = [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } }];
  }
  if (!spec.behavior) return;
  spec.behavior.scaleUp ??= {};
  spec.behavior.scaleUp.stabilizationWindowSeconds ??= 0;
  spec.behavior.scaleUp.selectPolicy ??= 'Max';
  spec.behavior.scaleUp.policies ??= [
    { type: 'Pods', value: 4, periodSeconds: 15 },
    { type: 'Percent', value: 100, periodSeconds: 15 },
  ];
  spec.behavior.scaleDown ??= {};
  spec.behavior.scaleDown.selectPolicy ??= 'Max';
  spec.behavior.scaleDown.policies ??= [{ type: 'Percent', value: 100, periodSeconds: 15 }];
}
