// NoSchedule and NoExecute taints keep Pods away that do not tolerate them; PreferNoSchedule ones cost points.

import { tolerates } from '../../machinery/tolerations.ts';
import { type FilterPlugin, proportional, type ScorePlugin } from '../plugin.ts';

export const taintToleration: FilterPlugin & ScorePlugin = {
  name: 'TaintToleration',
  wokenBy: ['node'],
  filter({ pod }, { node }) {
    const hard = (node.spec.taints ?? []).filter(({ effect }) => effect === 'NoSchedule' || effect === 'NoExecute');
    if (hard.every((taint) => tolerates(pod.spec.tolerations, taint))) return undefined;
    return { reasons: ['node(s) had untolerated taint(s)'], unresolvable: true };
  },
  score({ pod }, { node }) {
    const soft = (node.spec.taints ?? []).filter(({ effect }) => effect === 'PreferNoSchedule');
    return soft.filter((taint) => !tolerates(pod.spec.tolerations, taint)).length;
  },
  normalize: (scores) => proportional(scores, true),
};
