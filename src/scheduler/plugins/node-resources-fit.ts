// A node needs room for what the Pod requests; the emptier it would be left, the better (LeastAllocated).
import type { Node } from '../../api/core/node.ts';
import { measure } from '../../api/core/pod/requests.ts';
import type { Pod } from '../../api/core/pod.ts';
import { isScaledDown } from '../events.ts';
import { type Asked, askedOf } from '../node-info.ts';
import { type FilterPlugin, MAX_SCORE, type ScorePlugin } from '../plugin.ts';

export const nodeResourcesFit: FilterPlugin & ScorePlugin = {
  name: 'NodeResourcesFit',
  wokenBy: ['node', 'pod-deleted', 'pod-updated'],
  wokenByOwn: ['requests'],
  filter({ pod, asked }, node) {
    const { allocatable, totals } = node;
    const tooMany = node.podCount + 1 > (allocatable.pods ?? 0);
    let lacks = false;
    for (let i = 0; i < asked.length; i++) {
      const { resource, amount } = asked[i] as Asked;
      if (amount > (allocatable[resource] ?? 0) - (totals.requested[resource] ?? 0)) lacks = true;
    }
    if (!tooMany && !lacks) return undefined;
    const lacking = node.lacks(pod);
    return {
      reasons: [...(tooMany ? ['Too many pods'] : []), ...lacking.map((name) => `Insufficient ${name}`)],
      // Even without any Pod the node would be too small.
      unresolvable: asked.some(({ resource, amount }) => lacking.includes(resource) && amount > (allocatable[resource] ?? 0)),
    };
  },
  helps(event, pod) {
    if (event.kind === 'node') return isFit(pod, event.object) && (!event.old || hasMore(pod, event.old, event.object));
    return event.kind !== 'pod-updated' || (event.old !== undefined && isScaledDown(event.old, event.object));
  },
  score({ footprint: { nonZero } }, { totals: { nonZero: used }, allocatable: { cpu = 0, memory = 0 } }) {
    return averageOf(leastAllocated(used[0] + nonZero[0], cpu), leastAllocated(used[1] + nonZero[1], memory));
  },
};

/** Undefined when the node has none of the resource. */
function leastAllocated(used: number, total: number): number | undefined {
  if (total === 0) return undefined;
  return used > total ? 0 : Math.trunc(((total - used) * MAX_SCORE) / total);
}

function averageOf(cpu: number | undefined, memory: number | undefined): number {
  if (cpu === undefined) return memory ?? 0;
  return memory === undefined ? cpu : Math.trunc((cpu + memory) / 2);
}

/** Would the Pod fit if the node were empty? */
function isFit(pod: Pod, node: Node): boolean {
  const allocatable = measure(node.status?.allocatable);
  return (allocatable.pods ?? 0) >= 1 && askedOf(pod).every(({ resource, amount }) => amount <= (allocatable[resource] ?? 0));
}

function hasMore(pod: Pod, old: Node, node: Node): boolean {
  const before = measure(old.status?.allocatable);
  const after = measure(node.status?.allocatable);
  return (after.pods ?? 0) > (before.pods ?? 0) || askedOf(pod).some(({ resource }) => (after[resource] ?? 0) > (before[resource] ?? 0));
}
