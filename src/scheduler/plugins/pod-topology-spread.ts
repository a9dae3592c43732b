// Spreads Pods over nodes, zones and the like. Pods without constraints of their own are spread by default: see spread.ts.
import type { Pod } from '../../api/core/pod.ts';
import { matchesNode } from '../../machinery/node-affinity.ts';
import { tolerates } from '../../machinery/tolerations.ts';
import type { ClusterEvent } from '../events.ts';
import type { NodeInfo } from '../node-info.ts';
import { type Cycle, type FilterPlugin, MAX_SCORE, type ScorePlugin } from '../plugin.ts';
import { HOSTNAME, ownSpreads, type PodGroup, type Spread } from '../spread.ts';

const REASON = "node(s) didn't match pod topology spread constraints";

export const podTopologySpread: FilterPlugin & ScorePlugin = {
  name: 'PodTopologySpread',
  wokenBy: ['node', 'pod-added', 'pod-deleted', 'pod-updated'],
  wokenByOwn: ['labels', 'tolerations'],
  helps: (event, pod) => mayHelp(event, pod),
  passes: ({ facts }) => facts.spreads.every(({ constraint }) => constraint.whenUnsatisfiable !== 'DoNotSchedule'),
  filter(cycle, { labels }) {
    for (const { constraint, counts, least, self } of cycle.memo('PodTopologySpread/filter', () => hardSpreads(cycle))) {
      const value = labels[constraint.topologyKey];
      if (value === undefined) return { reasons: [`${REASON} (missing required label)`], unresolvable: true };
      if ((counts.get(value) ?? 0) + self - least > constraint.maxSkew) return { reasons: [REASON] };
    }
    return undefined;
  },
  skip: ({ facts }) => facts.spreads.every(({ constraint }) => constraint.whenUnsatisfiable === 'DoNotSchedule'),
  preScore: (cycle, nodes) => void cycle.memo('PodTopologySpread/score', () => softSpreads(cycle, nodes)),
  score(cycle, node) {
    const spreads = softOf(cycle);
    if (isIgnored(spreads, node)) return 0;
    let sum = 0;
    for (const { constraint, group, counts, weight } of spreads) {
      const value = node.labels[constraint.topologyKey];
      if (value === undefined) continue;
      const count = constraint.topologyKey === HOSTNAME ? podsOn(cycle, group, node.name) : (counts.get(value) ?? 0);
      sum += count * weight + (constraint.maxSkew - 1);
    }
    return Math.round(sum);
  },
  normalize(scores, cycle, nodes) {
    const spreads = softOf(cycle);
    const ignored = nodes.map((node) => isIgnored(spreads, node));
    let most = 0;
    let least = Number.POSITIVE_INFINITY;
    for (let i = 0; i < scores.length; i++) {
      const score = scores[i] ?? 0;
      if (ignored[i]) continue;
      if (score > most) most = score;
      if (score < least) least = score;
    }
    return scores.map((score, i) => {
      if (ignored[i]) return 0;
      return most === 0 ? MAX_SCORE : Math.trunc((MAX_SCORE * (most + least - score)) / most);
    });
  },
};

interface Counted extends Spread {
  /** Matching Pods by topology value. */
  counts: Map<string, number>;
}

function hardSpreads(cycle: Cycle): (Counted & { least: number; self: number })[] {
  const spreads = cycle.facts.spreads.filter(({ constraint }) => constraint.whenUnsatisfiable === 'DoNotSchedule');
  return spreads.map((spread) => {
    const counts = new Map<string, number>();
    for (const node of cycle.nodes) {
      const value = node.labels[spread.constraint.topologyKey];
      if (value === undefined || !hasKeys(spreads, node) || !isEligible(cycle.pod, spread, node)) continue;
      counts.set(value, (counts.get(value) ?? 0) + podsOn(cycle, spread.group, node.name));
    }
    let least = counts.size > 0 && counts.size >= (spread.constraint.minDomains ?? 1) ? Number.POSITIVE_INFINITY : 0;
    for (const count of counts.values()) if (count < least) least = count;
    return { ...spread, counts, least, self: spread.group.matches(cycle.pod) ? 1 : 0 };
  });
}

type Soft = Counted & { weight: number };

const softOf = (cycle: Cycle): readonly Soft[] => cycle.memo('PodTopologySpread/score', () => softSpreads(cycle, cycle.nodes));

/** Domains are those of the nodes that are scored; their Pods are counted on all nodes. Nodes as domains are counted when they are scored. */
function softSpreads(cycle: Cycle, scored: readonly NodeInfo[]): Soft[] {
  const spreads = cycle.facts.spreads.filter(({ constraint }) => constraint.whenUnsatisfiable !== 'DoNotSchedule');
  const domains = spreads.map(() => new Map<string, number>());
  let counted = 0;
  for (const node of scored) {
    if (isIgnored(spreads, node)) continue;
    counted++;
    for (const [i, { constraint }] of spreads.entries()) {
      const value = node.labels[constraint.topologyKey];
      if (constraint.topologyKey !== HOSTNAME && value !== undefined) domains[i]?.set(value, 0);
    }
  }
  return spreads.map((spread, i) => {
    const counts = domains[i] ?? new Map<string, number>();
    if (counts.size > 0) {
      for (const node of cycle.nodes) {
        const value = node.labels[spread.constraint.topologyKey];
        const count = value === undefined ? undefined : counts.get(value);
        if (value === undefined || count === undefined || isIgnored(spreads, node) || !isEligible(cycle.pod, spread, node)) continue;
        counts.set(value, count + podsOn(cycle, spread.group, node.name));
      }
    }
    const size = spread.constraint.topologyKey === HOSTNAME ? counted : counts.size;
    return { ...spread, counts, weight: Math.log(size + 2) };
  });
}

/** A node that lacks a key of any of the Pod's own constraints is no domain of any of them. */
const isIgnored = (spreads: readonly Spread[], node: NodeInfo): boolean => spreads.some(({ isOwn }) => isOwn) && !hasKeys(spreads, node);

const hasKeys = (spreads: readonly Spread[], { labels }: NodeInfo): boolean =>
  spreads.every(({ constraint }) => constraint.topologyKey in labels);

/** Nodes that the Pod could not go to anyway do not count. */
function isEligible(pod: Pod, { constraint: { nodeAffinityPolicy, nodeTaintsPolicy } }: Spread, { node, hardTaints }: NodeInfo): boolean {
  const isPicky = pod.spec.nodeSelector || pod.spec.affinity?.nodeAffinity;
  if (isPicky && nodeAffinityPolicy !== 'Ignore' && !matchesNode(pod.spec, node)) return false;
  return nodeTaintsPolicy !== 'Honor' || hardTaints.every((taint) => tolerates(pod.spec.tolerations, taint));
}

/** With those that are imagined to come, without those that are imagined to be gone. */
function podsOn(cycle: Cycle, group: PodGroup, node: string): number {
  let count = group.on(node);
  if (cycle.gone.size > 0) {
    for (const one of cycle.gone.values()) if (one.node === node && !one.pod.metadata.deletionTimestamp && group.matches(one.pod)) count--;
  }
  for (const one of cycle.coming) if (one.node === node && group.matches(one.pod)) count++;
  return count;
}

function mayHelp(event: ClusterEvent, pod: Pod): boolean {
  const spreads = ownSpreads(pod);
  if (event.kind === 'node') {
    const keys = spreads.map(({ constraint }) => constraint.topologyKey);
    const values = (labels: Readonly<Record<string, string>> | undefined): string => keys.map((key) => labels?.[key]).join();
    const hasAll = (labels: Readonly<Record<string, string>> | undefined): boolean => keys.every((key) => labels?.[key] !== undefined);
    const { old, object } = event;
    if (!old) return hasAll(object.metadata.labels);
    return values(old.metadata.labels) !== values(object.metadata.labels) || old.spec.taints !== object.spec.taints;
  }
  if (event.kind !== 'pod-added' && event.kind !== 'pod-deleted' && event.kind !== 'pod-updated') return true;
  const { old, object } = event;
  return spreads.some(({ question }) => question.matches(object) || (old !== undefined && question.matches(old)));
}
