// Prefers nodes on which CPU and memory would be used in equal shares.
import { MAX_SCORE, type ScorePlugin } from '../plugin.ts';

export const nodeResourcesBalancedAllocation: ScorePlugin = {
  name: 'NodeResourcesBalancedAllocation',
  // Otherwise Pods that request nothing would all go to one node.
  skip: ({ footprint: { requests } }) => !requests.cpu && !requests.memory,
  score({ footprint: { requests } }, { totals: { requested }, allocatable }) {
    const cpu = share((requested.cpu ?? 0) + (requests.cpu ?? 0), allocatable.cpu ?? 0);
    const memory = share((requested.memory ?? 0) + (requests.memory ?? 0), allocatable.memory ?? 0);
    const deviation = cpu === undefined || memory === undefined ? 0 : Math.abs(cpu - memory) / 2;
    return Math.trunc((1 - deviation) * MAX_SCORE);
  },
};

/** Undefined when the node has none. */
const share = (used: number, total: number): number | undefined => (total > 0 ? Math.min(1, used / total) : undefined);
