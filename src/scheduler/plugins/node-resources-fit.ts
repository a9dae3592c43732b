// A node needs room for what the Pod requests; the emptier it would be left, the better (LeastAllocated).
import type { Node } from '../../api/core/node.ts';
import { measure } from '../../api/core/pod/requests.ts';
import type { Pod } from '../../api/core/pod.ts';
import { isScaledDown } from '../events.ts';
import { askedOf } from '../node-info.ts';
import { type FilterPlugin, MAX_SCORE, type ScorePlugin } from '../plugin.ts';

export const nodeResourcesFit: FilterPlugin & ScorePlugin = {
  name: 'NodeResourcesFit',
  wokenBy: ['node', 'pod-deleted', 'pod-updated'],
  wokenByOwn: ['requests'],
  filter({ pod, ask }, node) {
    const { cpu, memory, others } = ask;
    const tooMany = node.freePlaces < 1;
    const isEnough =
      (cpu === 0 || cpu <= node.cpu.total - node.cpu.used) && (memory === 0 || memory <= node.memory.total - node.memory.used);
    if (!tooMany && isEnough && others.length === 0) return undefined;
    const lacking = node.lacks(pod);
    if (!tooMany && lacking.length === 0) return undefined;
    return {
      reasons: [...(tooMany ? ['Too many pods'] : []), ...lacking.map((name) => `Insufficient ${name}`)],
      // Even without any Pod the node would be too small.
      unresolvable: lacking.some(
        (name) => (askedOf(pod).find(({ resource }) => resource === name)?.amount ?? 0) > (node.allocatable[name] ?? 0),
      ),
    };
  },
  helps(event, pod) {
    if (event.kind === 'node') return isFit(pod, event.object) && (!event.old || hasMore(pod, event.old, event.object));
    return event.kind !== 'pod-updated' || (event.old !== undefined && isScaledDown(event.old, event.object));
  },
  score({ footprint: { nonZero } }, { cpu, memory }) {
    return averageOf(
      leastAllocated(cpu.usedNonZero + nonZero[0], cpu.total),
      leastAllocated(memory.usedNonZero + nonZero[1], memory.total),
    );
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
