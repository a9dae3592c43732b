import type { Stored } from '../../machinery/object.ts';
import { age, name } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V1PodDisruptionBudget } from '../generated/types.ts';

export type PodDisruptionBudget = Stored<V1PodDisruptionBudget>;

export const PodDisruptionBudget = defineKind<PodDisruptionBudget>({
  group: 'policy',
  version: 'v1',
  kind: 'PodDisruptionBudget',
  setDefaults(pdb) {
    pdb.spec ??= {};
  },
  prepareForCreate(pdb) {
    pdb.status = { currentHealthy: 0, desiredHealthy: 0, disruptionsAllowed: 0, expectedPods: 0 };
  },
  columns: [
    name,
    { header: 'MIN AVAILABLE', cell: (pdb) => String(pdb.spec.minAvailable ?? 'N/A') },
    { header: 'MAX UNAVAILABLE', cell: (pdb) => String(pdb.spec.maxUnavailable ?? 'N/A') },
    { header: 'ALLOWED DISRUPTIONS', type: 'integer', cell: (pdb) => pdb.status?.disruptionsAllowed ?? 0 },
    age,
  ],
});
