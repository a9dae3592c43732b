// A cordoned node takes only Pods that tolerate its taint.
import { tolerates } from '../../machinery/tolerations.ts';
import type { FilterPlugin } from '../plugin.ts';

const TAINT = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };

export const nodeUnschedulable: FilterPlugin = {
  name: 'NodeUnschedulable',
  wokenBy: ['node'],
  wokenByOwn: ['tolerations'],
  filter({ pod }, { node }) {
    if (!node.spec.unschedulable || tolerates(pod.spec.tolerations, TAINT)) return undefined;
    return { reasons: ['node(s) were unschedulable'], unresolvable: true };
  },
  helps: (event) => event.kind !== 'node' || (!event.object.spec.unschedulable && (!event.old || event.old.spec.unschedulable === true)),
};
