// Pods that want to be near other Pods or away from them, by node, zone or any other label of nodes. What already runs has a say too.

import type { Pod } from '../../api/core/pod.ts';
import type { V1PodAffinityTerm } from '../../api/generated/types.ts';
import { selects } from '../../machinery/label-selector.ts';
import type { NodeInfo } from '../node-info.ts';
import { type Cycle, type FilterPlugin, MAX_SCORE, type ScorePlugin } from '../plugin.ts';

/** What a required affinity of a running Pod counts when nodes are scored. */
const HARD_WEIGHT = 1;

export const interPodAffinity: FilterPlugin & ScorePlugin = {
  name: 'InterPodAffinity',
  wokenBy: ['node', 'pod-added', 'pod-deleted', 'pod-labels', 'namespace'],
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
    if ([...repelled.keys()].some((key) => has(repelled, key, node))) {
      return { reasons: ["node(s) didn't satisfy existing pods anti-affinity rules"] };
    }
    return undefined;
  },
  skip: (cycle) => isIndifferent(cycle),
  score(cycle, node) {
    let sum = 0;
    for (const [key, values] of cycle.memo('InterPodAffinity/score', () => wishes(cycle))) sum += values.get(node.labels[key] ?? '') ?? 0;
    return sum;
  },
  normalize(scores) {
    const least = Math.min(...scores);
    const range = Math.max(...scores) - least;
    return scores.map((score) => (range === 0 ? 0 : Math.trunc((MAX_SCORE * (score - least)) / range)));
  },
};

/** Neither the Pod nor any that runs has something to say. */
const isIndifferent = (cycle: Cycle): boolean =>
  cycle.memo('InterPodAffinity/indifferent', () => {
    const { affinity } = cycle.pod.spec;
    return !affinity?.podAffinity && !affinity?.podAntiAffinity && !cycle.nodes.some(({ hasAffinePods }) => hasAffinePods);
  });

/** Counts by topology key and value. */
type Counts = Map<string, Map<string, number>>;

interface Survey {
  near: Counts;
  away: Counts;
  repelled: Counts;
  /** No Pod anywhere matches the required affinity. */
  nobodyMatches: boolean;
}

function survey(cycle: Cycle): Survey {
  const result: Survey = { near: new Map(), away: new Map(), repelled: new Map(), nobodyMatches: true };
  const { pod } = cycle;
  const wanted = required(pod, 'podAffinity');
  const unwanted = required(pod, 'podAntiAffinity');
  for (const node of cycle.nodes) {
    for (const { pod: other } of heard(pod, node)) {
      if (wanted.length > 0 && wanted.every((term) => matches(term, pod, other, cycle))) {
        for (const term of wanted) if (count(result.near, term, node, 1)) result.nobodyMatches = false;
      }
      for (const term of unwanted) if (matches(term, pod, other, cycle)) count(result.away, term, node, 1);
      for (const term of required(other, 'podAntiAffinity')) if (matches(term, other, pod, cycle)) count(result.repelled, term, node, 1);
    }
  }
  return result;
}

function wishes(cycle: Cycle): Counts {
  const counts: Counts = new Map();
  const { pod } = cycle;
  for (const node of cycle.nodes) {
    for (const { pod: other } of heard(pod, node)) {
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
  }
  return counts;
}

/** A Pod without wishes of its own hears only those of others. */
const heard = ({ spec }: Pod, node: NodeInfo) =>
  spec.affinity?.podAffinity || spec.affinity?.podAntiAffinity ? node.pods : node.affinePods;

type Direction = 'podAffinity' | 'podAntiAffinity';
const required = ({ spec }: Pod, kind: Direction): readonly V1PodAffinityTerm[] =>
  spec.affinity?.[kind]?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
const preferred = ({ spec }: Pod, kind: Direction) => spec.affinity?.[kind]?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
const topologyOf = ({ topologyKey }: V1PodAffinityTerm, node: NodeInfo): string | undefined => node.labels[topologyKey];

/** Does the term of `owner` speak of `other`? Without namespaces it means the owner's own. */
function matches(term: V1PodAffinityTerm, owner: Pod, other: Pod, { namespaces }: Cycle): boolean {
  const { namespace } = other.metadata;
  const named = term.namespaces ?? [];
  const isMeant =
    named.length === 0 && !term.namespaceSelector
      ? namespace === owner.metadata.namespace
      : named.includes(namespace ?? '') ||
        selects(term.namespaceSelector, namespaces.find(({ metadata }) => metadata.name === namespace)?.metadata.labels);
  return isMeant && selects(term.labelSelector, other.metadata.labels);
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
