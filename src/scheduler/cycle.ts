// Plays one scheduling cycle: filter, score, choose. Pure: what it sees and decides are arguments and results.

import { footprintOf } from '../api/core/pod/footprint.ts';
import type { Pod } from '../api/core/pod.ts';
import { NO_FACTS } from './facts.ts';
import { askOf, type NodeInfo } from './node-info.ts';
import type { Cycle, Facts, FilterPlugin, Placed, Rejection, WeighedScore } from './plugin.ts';

export interface Profile {
  filters: readonly FilterPlugin[];
  scores: readonly WeighedScore[];
}

export type RejectionBy = Rejection & { plugin: string };

/** Why a Pod fits nowhere. */
export interface Diagnosis {
  nodeCount: number;
  /** Of the Pod as a whole, by a PreFilter. */
  preFilter?: string;
  rejections: ReadonlyMap<string, RejectionBy>;
  /** Names of the plugins that rejected it. */
  plugins: readonly string[];
  /** Names of the filters that were asked, in order; the others had nothing to say about the Pod. */
  filters: readonly string[];
}

/** What one score plugin said of each node that would do, in their order. */
export interface Scored {
  plugin: string;
  weight: number;
  raw: readonly number[];
  normal: readonly number[];
}

/** The node, what the others said, and what each that would do has scored. A single node that would do is not scored. */
export interface Choice {
  node: string;
  feasible: readonly NodeInfo[];
  totals: readonly number[];
  scores: readonly Scored[];
  rejections: ReadonlyMap<string, RejectionBy>;
  filters: readonly string[];
}

export type Decision = Choice | { diagnosis: Diagnosis };

const NOBODY: ReadonlyMap<string, Placed> = new Map();

export function newCycle(
  pod: Pod,
  nodes: readonly NodeInfo[],
  facts: Facts = NO_FACTS,
  coming: readonly Placed[] = [],
  gone: ReadonlyMap<string, Placed> = NOBODY,
): Cycle {
  const memory = new Map<string, unknown>();
  return {
    pod,
    footprint: footprintOf(pod),
    ask: askOf(pod),
    nodes,
    facts,
    coming,
    gone,
    memo<T>(plugin: string, compute: () => T): T {
      if (!memory.has(plugin)) memory.set(plugin, compute());
      return memory.get(plugin) as T;
    },
  };
}

/**
 * @param draw 32 random bits; says which of equally good nodes it is, and where the search begins
 * @param expected Pods for which room was made on a node: there the Pod must fit with and without them
 */
export function decide(cycle: Cycle, { filters, scores }: Profile, draw: number, expected: readonly Placed[] = []): Decision {
  const { nodes } = cycle;
  const rejections = new Map<string, RejectionBy>();
  const plugins = new Set<string>();
  let candidates = nodes;
  for (const plugin of filters) {
    const result = plugin.preFilter?.(cycle);
    if (!result) continue;
    if (!('only' in result)) {
      for (const { name } of nodes) rejections.set(name, { ...result, plugin: plugin.name });
      const preFilter = result.reasons.join(', ');
      return { diagnosis: { nodeCount: nodes.length, preFilter, rejections, plugins: [plugin.name], filters: [plugin.name] } };
    }
    const rejection = { reasons: [`node(s) didn't satisfy plugin(s) [${plugin.name}]`], unresolvable: true, plugin: plugin.name };
    for (const { name } of candidates) {
      if (result.only.has(name)) continue;
      rejections.set(name, rejection);
      plugins.add(plugin.name);
    }
    candidates = candidates.filter(({ name }) => result.only.has(name));
  }

  const feasible: NodeInfo[] = [];
  const asked = filters.filter((plugin) => !plugin.passes?.(cycle));
  const enough = nodesToFind(candidates.length);
  const start = candidates.length > 0 && enough < candidates.length ? draw % candidates.length : 0;
  for (let i = 0; i < candidates.length && feasible.length < enough; i++) {
    const node = candidates[(start + i) % candidates.length];
    if (!node) continue;
    const rejection = (expected.length > 0 && withExpected(cycle, node, filters, expected)) || firstRejection(cycle, node, asked);
    if (!rejection) feasible.push(node);
    else {
      rejections.set(node.name, rejection);
      plugins.add(rejection.plugin);
    }
  }
  const names = asked.map(({ name }) => name);
  if (feasible.length === 0) return { diagnosis: { nodeCount: nodes.length, rejections, plugins: [...plugins], filters: names } };
  const scored = feasible.length > 1 ? scoreAll(cycle, feasible, scores) : [];
  const totals = new Array<number>(feasible.length).fill(0);
  for (const { weight, normal } of scored) for (let i = 0; i < totals.length; i++) totals[i] = (totals[i] ?? 0) + weight * (normal[i] ?? 0);
  return { node: best(feasible, totals, draw), feasible, totals, scores: scored, rejections, filters: names };
}

/** As if the Pods that are expected on the node had come. */
function withExpected(
  cycle: Cycle,
  node: NodeInfo,
  filters: readonly FilterPlugin[],
  expected: readonly Placed[],
): RejectionBy | undefined {
  const coming = expected.filter((each) => each.node === node.name);
  if (coming.length === 0) return undefined;
  const changed = node.with(
    coming.map(({ pod }) => pod),
    1,
  );
  return firstRejection(withChanged(cycle, node, changed, coming, NOBODY), changed, filters);
}

/** The cycle with one node changed. */
export function withChanged(
  { pod, nodes, facts, coming: alreadyComing }: Cycle,
  node: NodeInfo,
  changed: NodeInfo,
  coming: readonly Placed[],
  gone: ReadonlyMap<string, Placed>,
): Cycle {
  const others = nodes.slice();
  others[others.indexOf(node)] = changed;
  return newCycle(pod, others, facts, [...alreadyComing, ...coming], gone);
}

/** The first filter that rejects the node, as the real framework stops there. */
export function firstRejection(cycle: Cycle, node: NodeInfo, filters: readonly FilterPlugin[]): RejectionBy | undefined {
  for (let i = 0; i < filters.length; i++) {
    const plugin = filters[i] as FilterPlugin;
    const rejection = plugin.filter(cycle, node);
    if (rejection) return { reasons: rejection.reasons, unresolvable: rejection.unresolvable ?? false, plugin: plugin.name };
  }
  return undefined;
}

function scoreAll(cycle: Cycle, nodes: readonly NodeInfo[], scores: readonly WeighedScore[]): Scored[] {
  return scores.flatMap(({ plugin, weight }) => {
    if (plugin.skip?.(cycle)) return [];
    plugin.preScore?.(cycle, nodes);
    const raw = new Array<number>(nodes.length);
    for (let i = 0; i < nodes.length; i++) raw[i] = plugin.score(cycle, nodes[i] as NodeInfo);
    return [{ plugin: plugin.name, weight, raw, normal: plugin.normalize?.(raw, cycle, nodes) ?? raw }];
  });
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
export function nodesToFind(count: number): number {
  if (count < 100) return count;
  const percent = Math.max(5, 50 - Math.trunc(count / 125));
  return Math.min(count, Math.max(100, Math.trunc((count * percent) / 100)));
}

/** FitError.Error: every node counted under each of its reasons, then the PostFilter's words. */
export function fitError(
  { nodeCount, preFilter, rejections }: Pick<Diagnosis, 'nodeCount' | 'preFilter'> & { rejections: ReadonlyMap<string, Rejection> },
  postFilter: string,
): string {
  const reasons = preFilter ?? histogram(rejections.values()).join(', ');
  return [`0/${nodeCount} nodes are available:`, ...(reasons ? [`${reasons}.`] : []), ...(postFilter ? [postFilter] : [])].join(' ');
}

function histogram(rejections: Iterable<Rejection>): string[] {
  const counts = new Map<string, number>();
  for (const { reasons } of rejections) for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts].map(([reason, count]) => `${count} ${reason}`).sort();
}
