import type { Stored } from '../../machinery/object.ts';
import { age, name } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V2HorizontalPodAutoscaler } from '../generated/types.ts';
import { defaultAutoscaler } from './defaults.ts';
import { targetsText } from './metrics.ts';

export type HorizontalPodAutoscaler = Stored<V2HorizontalPodAutoscaler>;

export const HorizontalPodAutoscaler = defineKind<HorizontalPodAutoscaler>({
  group: 'autoscaling',
  version: 'v2',
  kind: 'HorizontalPodAutoscaler',
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
