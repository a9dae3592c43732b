import type { Stored } from '../../machinery/object.ts';
import { defineKind } from '../define.ts';
import type { V2HorizontalPodAutoscaler } from '../generated/types.ts';

export type HorizontalPodAutoscaler = Stored<V2HorizontalPodAutoscaler>;

export const HorizontalPodAutoscaler = defineKind<HorizontalPodAutoscaler>({
  group: 'autoscaling',
  version: 'v2',
  kind: 'HorizontalPodAutoscaler',
});
