import type { Stored } from '../../machinery/object.ts';
import { defineKind } from '../define.ts';
import type { V1PodDisruptionBudget } from '../generated/types.ts';

export type PodDisruptionBudget = Stored<V1PodDisruptionBudget>;

export const PodDisruptionBudget = defineKind<PodDisruptionBudget>({
  group: 'policy',
  version: 'v1',
  kind: 'PodDisruptionBudget',
});
