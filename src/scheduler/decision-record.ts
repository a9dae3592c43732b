// What the scheduler decided about a Pod and why, for the ring of records: the verdict of each filter and the score of each plugin, node by
// node. Scores are one line of text, and of large clusters only the first nodes are named; nothing is worked out before it is needed.
import { type DecisionRecord, LazyDetails, type NewRecord } from '../machinery/records.ts';
import type { Choice, Diagnosis, RejectionBy } from './cycle.ts';

/** Nodes that are named for each reason, and nodes whose scores are kept. The chosen one is always among them. */
const MOST_NODES = 32;

/** As it is kept. */
interface Details {
  nodes: number;
  /** Filters that were asked, in order, separated by blanks. */
  filters: string;
  rejected: readonly { plugin: string; reasons: readonly string[]; count: number; nodes: string }[];
  feasible?: number;
  /** `TaintToleration*3 NodeAffinity*2` */
  plugins?: string;
  /** `node01 460 0/100 50/50;node02 …`: total, then raw and normalized score of each plugin. */
  scores?: string;
  /** Where room is made, and of whom. */
  nominated?: string;
  victims?: string;
}

const about = (key: string): string => `pods ${key}`;

export function bindingRecord(component: string, key: string, choice: Choice, nodeCount: number): NewRecord {
  const details = new LazyDetails(() => bindingDetails(choice, nodeCount));
  return { type: 'decision', component, about: about(key), outcome: `node ${choice.node}`, details };
}

function bindingDetails({ node, feasible, totals, scores, rejections, filters }: Choice, nodeCount: number): Details {
  const details: Details = { nodes: nodeCount, filters: filters.join(' '), rejected: rejected(rejections), feasible: feasible.length };
  if (scores.length > 0) {
    details.plugins = scores.map(({ plugin, weight }) => `${plugin}*${weight}`).join(' ');
    const line = (i: number): string => {
      let text = `${feasible[i]?.name} ${totals[i]}`;
      for (const { raw, normal } of scores) text += ` ${raw[i]}/${normal[i]}`;
      return text;
    };
    const kept = Math.min(feasible.length, MOST_NODES);
    let text = line(0);
    for (let i = 1; i < kept; i++) text += `;${line(i)}`;
    const chosen = feasible.findIndex(({ name }) => name === node);
    details.scores = chosen < kept ? text : `${text};${line(chosen)}`;
  }
  return details;
}

export function failureRecord(
  component: string,
  key: string,
  { nodeCount, rejections, filters }: Diagnosis,
  message: string,
  nomination?: { node: string; victims: readonly string[] },
): NewRecord {
  const details = new LazyDetails(
    (): Details => ({
      nodes: nodeCount,
      filters: filters.join(' '),
      rejected: rejected(rejections),
      ...(nomination ? { nominated: nomination.node, victims: nomination.victims.join(' ') } : {}),
    }),
  );
  return { type: 'decision', component, about: about(key), outcome: `unschedulable: ${message}`, details };
}

/** Nodes under the plugin and the reasons that rejected them, all counted, the first named. */
function rejected(rejections: ReadonlyMap<string, RejectionBy>): Details['rejected'] {
  const groups = new Map<string, { plugin: string; reasons: readonly string[]; count: number; nodes: string }>();
  for (const [node, { plugin, reasons }] of rejections) {
    const id = reasons.length === 1 ? plugin + reasons[0] : plugin + reasons.join();
    const group = groups.get(id);
    if (!group) groups.set(id, { plugin, reasons, count: 1, nodes: node });
    else if (group.count++ < MOST_NODES) group.nodes += ` ${node}`;
  }
  return [...groups.values()];
}

export interface NodeExplanation {
  node: string;
  /** The filter that rejected it, with its words; absent for a node that would do. */
  rejectedBy?: { plugin: string; reasons: readonly string[] };
  /** What each filter said, up to the one that rejected. */
  filters: readonly { plugin: string; passed: boolean }[];
  total?: number;
  scores?: readonly { plugin: string; weight: number; raw: number; normalized: number; weighted: number }[];
}

export interface Explanation {
  /** `default/web` */
  pod: string;
  outcome: string;
  nodeCount: number;
  feasible: number;
  /** All nodes that were rejected, counted under the reasons. */
  reasons: readonly { plugin: string; reasons: readonly string[]; count: number }[];
  nodes: readonly NodeExplanation[];
  nominated?: { node: string; victims: readonly string[] };
}

/** Reads a decision back; undefined for records of other components. */
export function explain({ component, about: what, outcome, details }: DecisionRecord): Explanation | undefined {
  if (component !== 'default-scheduler') return undefined;
  const { nodes: nodeCount, filters, rejected: groups, feasible = 0, plugins = '', scores = '', nominated, victims } = details as Details;
  const asked = words(filters);
  const weights = words(plugins).map((each) => {
    const star = each.indexOf('*');
    return { plugin: each.slice(0, star), weight: Number(each.slice(star + 1)) };
  });
  const nodes: NodeExplanation[] = groups.flatMap(({ plugin, reasons, nodes: names }) =>
    words(names).map((node) => ({ node, rejectedBy: { plugin, reasons }, filters: upTo(asked, plugin) })),
  );
  for (const line of scores.split(';').filter(Boolean)) {
    const [node = '', total, ...pairs] = words(line);
    nodes.push({
      node,
      filters: asked.map((plugin) => ({ plugin, passed: true })),
      total: Number(total),
      scores: weights.map(({ plugin, weight }, i) => {
        const [raw = 0, normalized = 0] = (pairs[i] ?? '').split('/').map(Number);
        return { plugin, weight, raw, normalized, weighted: weight * normalized };
      }),
    });
  }
  const [, only] = /^node (.*)$/.exec(outcome) ?? [];
  if (feasible === 1 && only) nodes.push({ node: only, filters: asked.map((plugin) => ({ plugin, passed: true })) });
  return {
    pod: what.slice('pods '.length),
    outcome,
    nodeCount,
    feasible,
    reasons: groups.map(({ plugin, reasons, count }) => ({ plugin, reasons, count })),
    nodes: nodes.sort((a, b) => (a.node < b.node ? -1 : 1)),
    ...(nominated ? { nominated: { node: nominated, victims: words(victims ?? '') } } : {}),
  };
}

/** A PreFilter may reject a node before any filter is asked. */
function upTo(asked: readonly string[], plugin: string): NodeExplanation['filters'] {
  const at = asked.indexOf(plugin);
  const before = at < 0 ? [] : asked.slice(0, at);
  return [...before.map((each) => ({ plugin: each, passed: true })), { plugin, passed: false }];
}

const words = (text: string): string[] => text.split(' ').filter(Boolean);
