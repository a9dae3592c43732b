// A cordoned node takes only Pods that tolerate its taint.
import type { FilterPlugin } from '../plugin.ts';
import { tolerates } from '../tolerations.ts';

const TAINT = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };

export const nodeUnschedulable: FilterPlugin = {
  name: 'NodeUnschedulable',
  wokenBy: ['node'],
  filter({ pod }, { node }) {
    if (!node.spec.unschedulable || tolerates(pod.spec.tolerations, TAINT)) return undefined;
    return { reasons: ['node(s) were unschedulable'], unresolvable: true };
  },
};
