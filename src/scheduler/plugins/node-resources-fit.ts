// A node needs room for what the Pod requests; the emptier it would be left, the better (LeastAllocated).
import { type NodeInfo, podInfo } from '../node-info.ts';
import { type FilterPlugin, MAX_SCORE, type ScorePlugin } from '../plugin.ts';

const SCORED = ['cpu', 'memory'];

export const nodeResourcesFit: FilterPlugin & ScorePlugin = {
  name: 'NodeResourcesFit',
  wokenBy: ['node', 'pod-deleted'],
  filter({ pod }, node) {
    const { asked } = podInfo(pod);
    const tooMany = node.podCount + 1 > (node.allocatable.pods ?? 0);
    let lacks = false;
    for (const [name, amount] of asked) if (amount > free(node, name)) lacks = true;
    if (!tooMany && !lacks) return undefined;
    const lacking = asked.filter(([name, amount]) => amount > free(node, name));
    return {
      reasons: [...(tooMany ? ['Too many pods'] : []), ...lacking.map(([name]) => `Insufficient ${name}`)],
      unresolvable: lacking.some(([name, amount]) => amount > (node.allocatable[name] ?? 0)),
    };
  },
  score({ pod }, node) {
    const { nonZero } = podInfo(pod);
    let sum = 0;
    let weights = 0;
    for (const name of SCORED) {
      const total = node.allocatable[name] ?? 0;
      if (total === 0) continue;
      const used = node.usedNonZero(name) + (nonZero[name] ?? 0);
      sum += used > total ? 0 : Math.trunc(((total - used) * MAX_SCORE) / total);
      weights++;
    }
    return weights === 0 ? 0 : Math.trunc(sum / weights);
  },
};

const free = (node: NodeInfo, name: string): number => (node.allocatable[name] ?? 0) - node.used(name);
