// Prefers nodes on which CPU and memory would be used in equal shares.
import { MAX_SCORE, type ScorePlugin } from '../plugin.ts';

export const nodeResourcesBalancedAllocation: ScorePlugin = {
  name: 'NodeResourcesBalancedAllocation',
  // Otherwise Pods that request nothing would all go to one node.
  skip: ({ ask }) => ask.cpu === 0 && ask.memory === 0,
  score({ ask }, node) {
    const cpu = share(node.cpu.used + ask.cpu, node.cpu.total);
    const memory = share(node.memory.used + ask.memory, node.memory.total);
    const deviation = cpu === undefined || memory === undefined ? 0 : Math.abs(cpu - memory) / 2;
    return Math.trunc((1 - deviation) * MAX_SCORE);
  },
};

/** Undefined when the node has none. */
const share = (used: number, total: number): number | undefined => (total > 0 ? Math.min(1, used / total) : undefined);
