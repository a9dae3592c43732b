// Prefers nodes on which CPU and memory would be used in equal shares.
import { podInfo } from '../node-info.ts';
import { MAX_SCORE, type ScorePlugin } from '../plugin.ts';

export const nodeResourcesBalancedAllocation: ScorePlugin = {
  name: 'NodeResourcesBalancedAllocation',
  skip: ({ pod }) => !podInfo(pod).requests.cpu && !podInfo(pod).requests.memory,
  score({ pod }, node) {
    const { requests } = podInfo(pod);
    const shares = ['cpu', 'memory']
      .filter((name) => (node.allocatable[name] ?? 0) > 0)
      .map((name) => Math.min(1, (node.used(name) + (requests[name] ?? 0)) / (node.allocatable[name] ?? 1)));
    const [cpu, memory] = shares;
    const deviation = cpu === undefined || memory === undefined ? 0 : Math.abs(cpu - memory) / 2;
    return Math.trunc((1 - deviation) * MAX_SCORE);
  },
};
