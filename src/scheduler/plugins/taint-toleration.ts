// NoSchedule and NoExecute taints keep Pods away that do not tolerate them; PreferNoSchedule ones cost points.
import type { Node } from '../../api/core/node.ts';
import type { Pod } from '../../api/core/pod.ts';
import { tolerates } from '../../machinery/tolerations.ts';
import { type FilterPlugin, proportional, type ScorePlugin } from '../plugin.ts';

export const taintToleration: FilterPlugin & ScorePlugin = {
  name: 'TaintToleration',
  wokenBy: ['node'],
  wokenByOwn: ['tolerations'],
  filter({ pod }, { hardTaints }) {
    if (hardTaints.length === 0 || hardTaints.every((taint) => tolerates(pod.spec.tolerations, taint))) return undefined;
    return { reasons: ['node(s) had untolerated taint(s)'], unresolvable: true };
  },
  helps: (event, pod) => event.kind !== 'node' || (isTolerated(pod, event.object) && (!event.old || !isTolerated(pod, event.old))),
  score({ pod }, { softTaints }) {
    return softTaints.length === 0 ? 0 : softTaints.filter((taint) => !tolerates(pod.spec.tolerations, taint)).length;
  },
  normalize: (scores) => proportional(scores, true),
};

const isTolerated = ({ spec }: Pod, node: Node): boolean =>
  (node.spec.taints ?? []).every((taint) => taint.effect === 'PreferNoSchedule' || tolerates(spec.tolerations, taint));
