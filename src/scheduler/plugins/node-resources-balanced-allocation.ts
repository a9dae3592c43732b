// Prefers nodes on which CPU and memory would be used in equal shares.
import { footprintOf } from '../../api/core/pod/footprint.ts';
import type { NodeInfo } from '../node-info.ts';
import { MAX_SCORE, type ScorePlugin } from '../plugin.ts';

export const nodeResourcesBalancedAllocation: ScorePlugin = {
  name: 'NodeResourcesBalancedAllocation',
  // Otherwise Pods that request nothing would all go to one node.
  skip: ({ pod }) => !footprintOf(pod).requests.cpu && !footprintOf(pod).requests.memory,
  score({ pod }, node) {
    const { requests } = footprintOf(pod);
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
