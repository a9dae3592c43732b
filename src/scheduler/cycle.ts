// Plays one scheduling cycle: filter, score, choose. Pure: what it sees and decides are arguments and results.
import type { Namespace } from '../api/core/namespace.ts';
import type { Pod } from '../api/core/pod.ts';
import type { NodeInfo } from './node-info.ts';
import type { Cycle, FilterPlugin, PodVolumes, Rejection, WeighedScore } from './plugin.ts';

export interface Profile {
  filters: readonly FilterPlugin[];
  scores: readonly WeighedScore[];
}

/** Why a Pod fits nowhere. */
export interface Diagnosis {
  nodeCount: number;
  /** Of the Pod as a whole, by a PreFilter. */
  preFilter?: string;
  rejections: ReadonlyMap<string, Rejection>;
  /** Names of the plugins that rejected it. */
  plugins: readonly string[];
}

/** The node, and what each that would do has scored. */
export type Decision = { node: string; feasible: readonly NodeInfo[]; totals: readonly number[] } | { diagnosis: Diagnosis };

const NO_VOLUMES: PodVolumes = { claims: [], volumes: [], classes: [] };

export function newCycle(
  pod: Pod,
  nodes: readonly NodeInfo[],
  namespaces: readonly Namespace[] = [],
  volumes: PodVolumes = NO_VOLUMES,
): Cycle {
  const memory = new Map<string, unknown>();
  return {
    pod,
    nodes,
    namespaces,
    volumes,
    memo<T>(plugin: string, compute: () => T): T {
      if (!memory.has(plugin)) memory.set(plugin, compute());
      return memory.get(plugin) as T;
    },
  };
}

/** @param draw 32 random bits; says which of equally good nodes it is, and where the search begins */
export function decide(cycle: Cycle, { filters, scores }: Profile, draw: number): Decision {
  const { nodes } = cycle;
  const rejections = new Map<string, Rejection>();
  const plugins = new Set<string>();
  let candidates = nodes;
  for (const plugin of filters) {
    const result = plugin.preFilter?.(cycle);
    if (!result) continue;
    if ('only' in result) {
      const { only } = result;
      for (const { name } of candidates.filter(({ name }) => !only.has(name))) {
        rejections.set(name, { reasons: [`node(s) didn't satisfy plugin(s) [${plugin.name}]`], unresolvable: true });
      }
      if (candidates.some(({ name }) => !only.has(name))) plugins.add(plugin.name);
      candidates = candidates.filter(({ name }) => only.has(name));
      continue;
    }
    for (const { name } of nodes) rejections.set(name, result);
    return { diagnosis: { nodeCount: nodes.length, preFilter: result.reasons.join(', '), rejections, plugins: [plugin.name] } };
  }

  const feasible: NodeInfo[] = [];
  const asked = filters.filter((plugin) => !plugin.passes?.(cycle));
  const enough = nodesToFind(candidates.length);
  const start = candidates.length > 0 && enough < candidates.length ? draw % candidates.length : 0;
  for (let i = 0; i < candidates.length && feasible.length < enough; i++) {
    const node = candidates[(start + i) % candidates.length];
    if (!node) continue;
    const rejection = firstRejection(cycle, node, asked);
    if (!rejection) feasible.push(node);
    else {
      rejections.set(node.name, rejection);
      plugins.add(rejection.plugin);
    }
  }
  if (feasible.length === 0) return { diagnosis: { nodeCount: nodes.length, rejections, plugins: [...plugins] } };
  const totals = scoreAll(cycle, feasible, scores);
  return { node: best(feasible, totals, draw), feasible, totals };
}

/** The first filter that rejects the node, as the real framework stops there. */
export function firstRejection(
  cycle: Cycle,
  node: NodeInfo,
  filters: readonly FilterPlugin[],
): (Rejection & { plugin: string }) | undefined {
  for (const plugin of filters) {
    const rejection = plugin.filter(cycle, node);
    if (rejection) return { ...rejection, plugin: plugin.name };
  }
  return undefined;
}

function scoreAll(cycle: Cycle, nodes: readonly NodeInfo[], scores: readonly WeighedScore[]): number[] {
  const sums = nodes.map(() => 0);
  for (const { plugin, weight } of scores) {
    if (nodes.length === 1) break;
    if (plugin.skip?.(cycle)) continue;
    const raw = nodes.map((node) => plugin.score(cycle, node));
    const normal = plugin.normalize?.(raw, cycle, nodes) ?? raw;
    for (let i = 0; i < sums.length; i++) sums[i] = (sums[i] ?? 0) + weight * (normal[i] ?? 0);
  }
  return sums;
}

function best(nodes: readonly NodeInfo[], totals: readonly number[], draw: number): string {
  let most = Number.NEGATIVE_INFINITY;
  let ties = 0;
  for (const total of totals) {
    if (total > most) ties = 0;
    if (total >= most) ties++;
    if (total > most) most = total;
  }
  let left = draw % ties;
  for (let i = 0; i < totals.length; i++) if (totals[i] === most && left-- === 0) return nodes[i]?.name ?? '';
  return '';
}

/** Beyond a hundred nodes it is enough to find some: half of them less 1% per 125 nodes, at least 5% and at least 100. */
function nodesToFind(count: number): number {
  if (count < 100) return count;
  const percent = Math.max(5, 50 - Math.trunc(count / 125));
  return Math.max(100, Math.trunc((count * percent) / 100));
}

/** FitError.Error: every node counted under each of its reasons, then the PostFilter's words. */
export function fitError({ nodeCount, preFilter, rejections }: Diagnosis, postFilter: string): string {
  const reasons = preFilter ?? [...histogram(rejections.values())].join(', ');
  return [`0/${nodeCount} nodes are available:`, ...(reasons ? [`${reasons}.`] : []), ...(postFilter ? [postFilter] : [])].join(' ');
}

function histogram(rejections: Iterable<Rejection>): string[] {
  const counts = new Map<string, number>();
  for (const { reasons } of rejections) for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts].map(([reason, count]) => `${count} ${reason}`).sort();
}
