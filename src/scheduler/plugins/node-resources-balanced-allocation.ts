// Prefers nodes on which CPU and memory would be used in equal shares.
import { type NodeInfo, podInfo } from '../node-info.ts';
import { MAX_SCORE, type ScorePlugin } from '../plugin.ts';

export const nodeResourcesBalancedAllocation: ScorePlugin = {
  name: 'NodeResourcesBalancedAllocation',
  skip: ({ pod }) => !podInfo(pod).requests.cpu && !podInfo(pod).requests.memory,
  score({ pod }, node) {
    const { requests } = podInfo(pod);
    const cpu = share(node, 'cpu', requests.cpu ?? 0);
    const memory = share(node, 'memory', requests.memory ?? 0);
    const deviation = cpu === undefined || memory === undefined ? 0 : Math.abs(cpu - memory) / 2;
    return Math.trunc((1 - deviation) * MAX_SCORE);
  },
};

/** Undefined when the node has none. */
function share(node: NodeInfo, resource: string, request: number): number | undefined {
  const total = node.allocatable[resource] ?? 0;
  return total > 0 ? Math.min(1, (node.used(resource) + request) / total) : undefined;
}
