// A node needs room for what the Pod requests; the emptier it would be left, the better (LeastAllocated).
import { type NodeInfo, podInfo } from '../node-info.ts';
import { type FilterPlugin, MAX_SCORE, type ScorePlugin } from '../plugin.ts';

const SCORED = ['cpu', 'memory'];

export const nodeResourcesFit: FilterPlugin & ScorePlugin = {
  name: 'NodeResourcesFit',
  wokenBy: ['node', 'pod-deleted'],
  filter({ pod }, node) {
    const { requests } = podInfo(pod);
    const tooMany = node.podCount + 1 > (node.allocatable.pods ?? 0);
    const lacking = ordered(Object.keys(requests)).filter((name) => (requests[name] ?? 0) > free(node, name) && (requests[name] ?? 0) > 0);
    if (!tooMany && lacking.length === 0) return undefined;
    return {
      reasons: [...(tooMany ? ['Too many pods'] : []), ...lacking.map((name) => `Insufficient ${name}`)],
      unresolvable: lacking.some((name) => (requests[name] ?? 0) > (node.allocatable[name] ?? 0)),
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

/** cpu, memory, ephemeral-storage, then the rest by name. */
function ordered(names: readonly string[]): string[] {
  const first = ['cpu', 'memory', 'ephemeral-storage'];
  return [...first.filter((name) => names.includes(name)), ...names.filter((name) => !first.includes(name)).sort()];
}
