// Pods that want to be near other Pods or away from them, by node, zone or any other label of nodes. What already runs has a say too.
import type { Pod } from '../../api/core/pod.ts';
import type { V1PodAffinityTerm } from '../../api/generated/types.ts';
import { type Labels, selects } from '../../machinery/label-selector.ts';
import type { ClusterEvent } from '../events.ts';
import { type NodeInfo, nodeNamed } from '../node-info.ts';
import { type Cycle, type FilterPlugin, MAX_SCORE, type Placed, type ScorePlugin } from '../plugin.ts';

/** What a required affinity of a running Pod counts when nodes are scored. */
const HARD_WEIGHT = 1;

export const interPodAffinity: FilterPlugin & ScorePlugin = {
  name: 'InterPodAffinity',
  wokenBy: ['node', 'pod-added', 'pod-deleted', 'pod-updated', 'namespace'],
  wokenByOwn: ['labels'],
  helps: (event, pod) => mayHelp(event, pod),
  passes: (cycle) => isIndifferent(cycle),
  filter(cycle, node) {
    const { near, away, repelled, nobodyMatches } = cycle.memo('InterPodAffinity/filter', () => survey(cycle));
    const { pod } = cycle;
    const wanted = required(pod, 'podAffinity');
    const isNear = wanted.every(({ topologyKey }) => topologyKey in node.labels && has(near, topologyKey, node));
    // The first Pod of a group that wants to be together may go anywhere.
    const isFirst = nobodyMatches && wanted.every((term) => topologyOf(term, node) !== undefined && matches(term, pod, pod, cycle));
    if (!isNear && !isFirst) return { reasons: ["node(s) didn't match pod affinity rules"], unresolvable: true };
    if (required(pod, 'podAntiAffinity').some(({ topologyKey }) => has(away, topologyKey, node))) {
      return { reasons: ["node(s) didn't match pod anti-affinity rules"] };
    }
    for (const key of repelled.keys()) {
      if (has(repelled, key, node)) return { reasons: ["node(s) didn't satisfy existing pods anti-affinity rules"] };
    }
    return undefined;
  },
  skip: (cycle) => isIndifferent(cycle) || cycle.memo('InterPodAffinity/score', () => wishes(cycle)).size === 0,
  score(cycle, node) {
    let sum = 0;
    for (const [key, values] of cycle.memo('InterPodAffinity/score', () => wishes(cycle))) sum += values.get(node.labels[key] ?? '') ?? 0;
    return sum;
  },
  normalize(scores) {
    let least = Number.POSITIVE_INFINITY;
    let most = Number.NEGATIVE_INFINITY;
    for (const score of scores) {
      if (score < least) least = score;
      if (score > most) most = score;
    }
    const range = most - least;
    return scores.map((score) => (range > 0 ? Math.trunc((MAX_SCORE * (score - least)) / range) : 0));
  },
};

/** Neither the Pod nor any that runs has something to say. */
const isIndifferent = ({ facts, coming, pod: { spec } }: Cycle): boolean =>
  facts.placed.length === 0 && coming.length === 0 && !spec.affinity?.podAffinity && !spec.affinity?.podAntiAffinity;

/** Counts by topology key and value. */
type Counts = Map<string, Map<string, number>>;

interface Survey {
  near: Counts;
  away: Counts;
  repelled: Counts;
  /** No Pod anywhere matches the required affinity. */
  nobodyMatches: boolean;
}

/** The Pods that matter with the nodes that they are on; those that are imagined to come, not those imagined to be gone. */
function* others(cycle: Cycle): Iterable<[Pod, NodeInfo]> {
  const present = function* (): Iterable<Placed> {
    for (const one of cycle.facts.placed) if (!cycle.gone.has(one.pod.metadata.uid)) yield one;
    yield* cycle.coming;
  };
  for (const { pod, node: name } of present()) {
    const node = nodeNamed(cycle.nodes, name);
    if (node) yield [pod, node];
  }
}

function survey(cycle: Cycle): Survey {
  const result: Survey = { near: new Map(), away: new Map(), repelled: new Map(), nobodyMatches: true };
  const { pod } = cycle;
  const wanted = required(pod, 'podAffinity');
  const unwanted = required(pod, 'podAntiAffinity');
  for (const [other, node] of others(cycle)) {
    if (wanted.length > 0 && wanted.every((term) => matches(term, pod, other, cycle))) {
      for (const term of wanted) if (count(result.near, term, node, 1)) result.nobodyMatches = false;
    }
    for (const term of unwanted) if (matches(term, pod, other, cycle)) count(result.away, term, node, 1);
    for (const term of required(other, 'podAntiAffinity')) if (matches(term, other, pod, cycle)) count(result.repelled, term, node, 1);
  }
  return result;
}

function wishes(cycle: Cycle): Counts {
  const counts: Counts = new Map();
  const { pod } = cycle;
  for (const [other, node] of others(cycle)) {
    for (const [kind, sign] of [['podAffinity', 1] as const, ['podAntiAffinity', -1] as const]) {
      for (const { weight, podAffinityTerm } of preferred(pod, kind)) {
        if (matches(podAffinityTerm, pod, other, cycle)) count(counts, podAffinityTerm, node, sign * weight);
      }
      for (const { weight, podAffinityTerm } of preferred(other, kind)) {
        if (matches(podAffinityTerm, other, pod, cycle)) count(counts, podAffinityTerm, node, sign * weight);
      }
    }
    for (const term of required(other, 'podAffinity')) if (matches(term, other, pod, cycle)) count(counts, term, node, HARD_WEIGHT);
  }
  return counts;
}

type Direction = 'podAffinity' | 'podAntiAffinity';
const NONE: readonly never[] = [];
const required = ({ spec }: Pod, kind: Direction): readonly V1PodAffinityTerm[] =>
  spec.affinity?.[kind]?.requiredDuringSchedulingIgnoredDuringExecution ?? NONE;
const preferred = ({ spec }: Pod, kind: Direction) => spec.affinity?.[kind]?.preferredDuringSchedulingIgnoredDuringExecution ?? NONE;
const topologyOf = ({ topologyKey }: V1PodAffinityTerm, node: NodeInfo): string | undefined => node.labels[topologyKey];

/** Does the term of `owner` speak of `other`? Without namespaces it means the owner's own. */
function matches(term: V1PodAffinityTerm, owner: Pod, other: Pod, { facts }: Pick<Cycle, 'facts'>): boolean {
  return isMeant(term, owner, other, facts.namespaces) && selects(term.labelSelector, other.metadata.labels);
}

function isMeant(term: V1PodAffinityTerm, owner: Pod, other: Pod, namespaces: ReadonlyMap<string, Labels>): boolean {
  const { namespace = '' } = other.metadata;
  if (!term.namespaces?.length && !term.namespaceSelector) return namespace === owner.metadata.namespace;
  return Boolean(term.namespaces?.includes(namespace)) || selects(term.namespaceSelector, namespaces.get(namespace));
}

function count(counts: Counts, term: V1PodAffinityTerm, node: NodeInfo, amount: number): boolean {
  const value = topologyOf(term, node);
  if (value === undefined) return false;
  const values = counts.get(term.topologyKey) ?? new Map<string, number>();
  values.set(value, (values.get(value) ?? 0) + amount);
  counts.set(term.topologyKey, values);
  return true;
}

function has(counts: Counts, key: string, { labels }: NodeInfo): boolean {
  const value = labels[key];
  return value !== undefined && (counts.get(key)?.get(value) ?? 0) > 0;
}

/** A Pod that the terms speak of comes, goes or changes; a node gets other labels that the terms name. */
function mayHelp(event: ClusterEvent, pod: Pod): boolean {
  if (event.kind === 'node') {
    const keys = [...required(pod, 'podAffinity'), ...required(pod, 'podAntiAffinity')].map(({ topologyKey }) => topologyKey);
    if (!event.old || keys.length === 0) return true;
    return keys.some((key) => event.old?.metadata.labels?.[key] !== event.object.metadata.labels?.[key]);
  }
  if (event.kind !== 'pod-added' && event.kind !== 'pod-deleted' && event.kind !== 'pod-updated') return true;
  const others = event.old ? [event.old, event.object] : [event.object];
  const speaksOf = (term: V1PodAffinityTerm, owner: Pod, other: Pod): boolean =>
    // Which namespaces a selector means is not known here.
    (term.namespaceSelector !== undefined || isMeant(term, owner, other, NO_NAMESPACES)) &&
    selects(term.labelSelector, other.metadata.labels);
  const [wanted, unwanted] = [required(pod, 'podAffinity'), required(pod, 'podAntiAffinity')];
  if (event.kind !== 'pod-deleted' && wanted.some((term) => others.some((other) => speaksOf(term, pod, other)))) return true;
  if (event.kind === 'pod-added') return false;
  return (
    unwanted.some((term) => others.some((other) => speaksOf(term, pod, other))) ||
    others.some((other) => required(other, 'podAntiAffinity').some((term) => speaksOf(term, other, pod)))
  );
}

const NO_NAMESPACES: ReadonlyMap<string, Labels> = new Map();
