// Spreads Pods over nodes, zones and the like. Pods without constraints of their own that belong to a workload are spread by default.
// The default looks at the Pods of the same controller, not at Services.
import type { Pod } from '../../api/core/pod.ts';
import type { V1LabelSelector, V1TopologySpreadConstraint } from '../../api/generated/types.ts';
import { selects } from '../../machinery/label-selector.ts';
import { matchesNode } from '../../machinery/node-affinity.ts';
import { tolerates } from '../../machinery/tolerations.ts';
import type { NodeInfo } from '../node-info.ts';
import { type Cycle, type FilterPlugin, MAX_SCORE, type ScorePlugin } from '../plugin.ts';

const HOSTNAME = 'kubernetes.io/hostname';
const ZONE = 'topology.kubernetes.io/zone';
const REASON = "node(s) didn't match pod topology spread constraints";

export const podTopologySpread: FilterPlugin & ScorePlugin = {
  name: 'PodTopologySpread',
  wokenBy: ['node', 'pod-added', 'pod-deleted', 'pod-labels'],
  passes: ({ pod }) => !pod.spec.topologySpreadConstraints?.length,
  filter(cycle, node) {
    for (const { constraint, counts, least, selfMatch } of cycle.memo('PodTopologySpread/filter', () => hardSpreads(cycle))) {
      const value = node.labels[constraint.topologyKey];
      if (value === undefined) return { reasons: [`${REASON} (missing required label)`], unresolvable: true };
      if ((counts.get(value) ?? 0) + selfMatch - least > constraint.maxSkew) return { reasons: [REASON] };
    }
    return undefined;
  },
  skip: (cycle) => softConstraints(cycle).length === 0,
  score(cycle, node) {
    let sum = 0;
    for (const { constraint, counts, weight } of cycle.memo('PodTopologySpread/score', () => softSpreads(cycle))) {
      const value = node.labels[constraint.topologyKey];
      if (value === undefined) continue;
      const count = constraint.topologyKey === HOSTNAME ? matching(cycle.pod, constraint, node) : (counts.get(value) ?? 0);
      sum += count * weight + (constraint.maxSkew - 1);
    }
    return Math.round(sum);
  },
  normalize(scores) {
    const most = Math.max(...scores);
    const least = Math.min(...scores);
    return scores.map((score) => (most === 0 ? MAX_SCORE : Math.trunc((MAX_SCORE * (most + least - score)) / most)));
  },
};

/** Undefined selector: the Pods of the same controller. */
type Constraint = Pick<
  V1TopologySpreadConstraint,
  'maxSkew' | 'topologyKey' | 'minDomains' | 'nodeAffinityPolicy' | 'nodeTaintsPolicy' | 'matchLabelKeys'
> & {
  labelSelector: V1LabelSelector | 'controller';
};

interface Spread {
  constraint: Constraint;
  /** Matching Pods by topology value. */
  counts: Map<string, number>;
}

function own(pod: Pod, whenUnsatisfiable: string): Constraint[] {
  return (pod.spec.topologySpreadConstraints ?? [])
    .filter((each) => each.whenUnsatisfiable === whenUnsatisfiable)
    .map((each) => ({ ...each, labelSelector: withLabelKeys(each, pod) }));
}

/** matchLabelKeys narrow the selector to the Pod's own values. */
function withLabelKeys({ labelSelector, matchLabelKeys = [] }: V1TopologySpreadConstraint, { metadata }: Pod): V1LabelSelector {
  const values = matchLabelKeys.flatMap((key) => {
    const value = metadata.labels?.[key];
    return value === undefined ? [] : [[key, value] as const];
  });
  return { ...labelSelector, matchLabels: { ...labelSelector?.matchLabels, ...Object.fromEntries(values) } };
}

function hardSpreads(cycle: Cycle): (Spread & { least: number; selfMatch: number })[] {
  const constraints = own(cycle.pod, 'DoNotSchedule');
  return constraints.map((constraint) => {
    const counts = countPods(cycle, constraint, constraints);
    const enough = counts.size >= (constraint.minDomains ?? 1);
    const least = enough ? Math.min(...counts.values()) : 0;
    return { constraint, counts, least: Number.isFinite(least) ? least : 0, selfMatch: isMatch(cycle.pod, constraint, cycle.pod) ? 1 : 0 };
  });
}

function softConstraints({ pod }: Cycle): Constraint[] {
  if (pod.spec.topologySpreadConstraints?.length) return own(pod, 'ScheduleAnyway');
  if (!pod.metadata.ownerReferences?.some(({ controller }) => controller)) return [];
  return [
    { maxSkew: 3, topologyKey: HOSTNAME, labelSelector: 'controller' },
    { maxSkew: 5, topologyKey: ZONE, labelSelector: 'controller' },
  ];
}

function softSpreads(cycle: Cycle): (Spread & { weight: number })[] {
  const constraints = softConstraints(cycle);
  return constraints.map((constraint) => {
    // Nodes are their own domains; each is counted when it is scored.
    const counts =
      constraint.topologyKey === HOSTNAME
        ? new Map<string, number>()
        : countPods(cycle, constraint, constraint.labelSelector === 'controller' ? [] : constraints);
    const domains = constraint.topologyKey === HOSTNAME ? cycle.nodes.length : counts.size;
    return { constraint, counts, weight: Math.log(domains + 2) };
  });
}

/** Nodes that lack a key of any constraint, or that the Pod could not go to anyway, do not count. */
function countPods({ pod, nodes }: Cycle, constraint: Constraint, all: readonly Constraint[]): Map<string, number> {
  const counts = new Map<string, number>();
  const anywhere = !pod.spec.nodeSelector && !pod.spec.affinity?.nodeAffinity && constraint.nodeTaintsPolicy !== 'Honor';
  for (const node of nodes) {
    const value = node.labels[constraint.topologyKey];
    if (
      value === undefined ||
      all.some(({ topologyKey }) => !(topologyKey in node.labels)) ||
      !(anywhere || isEligible(pod, constraint, node))
    )
      continue;
    counts.set(value, (counts.get(value) ?? 0) + matching(pod, constraint, node));
  }
  return counts;
}

function isEligible(pod: Pod, { nodeAffinityPolicy, nodeTaintsPolicy }: Constraint, { node }: NodeInfo): boolean {
  if (nodeAffinityPolicy !== 'Ignore' && !matchesNode(pod.spec, node)) return false;
  if (nodeTaintsPolicy !== 'Honor') return true;
  return (node.spec.taints ?? []).every((taint) => taint.effect === 'PreferNoSchedule' || tolerates(pod.spec.tolerations, taint));
}

const questions = new WeakMap<Constraint, string>();

/** Names the Pods that a constraint counts: the answer of a node stays the same until its Pods change. */
function questionOf(pod: Pod, constraint: Constraint): string {
  const known = questions.get(constraint);
  if (known !== undefined) return known;
  const { labelSelector } = constraint;
  const what = labelSelector === 'controller' ? `of ${controllerUid(pod)}` : JSON.stringify(labelSelector);
  const question = `${pod.metadata.namespace}/${what}`;
  questions.set(constraint, question);
  return question;
}

function matching(pod: Pod, constraint: Constraint, node: NodeInfo): number {
  return node.count(questionOf(pod, constraint), (other) => !other.metadata.deletionTimestamp && isMatch(pod, constraint, other));
}

function isMatch(pod: Pod, { labelSelector }: Constraint, other: Pod): boolean {
  if (other.metadata.namespace !== pod.metadata.namespace) return false;
  if (labelSelector !== 'controller') return selects(labelSelector, other.metadata.labels);
  const owner = controllerUid(pod);
  return owner !== undefined && controllerUid(other) === owner;
}

const controllerUid = ({ metadata }: Pod): string | undefined => metadata.ownerReferences?.find(({ controller }) => controller)?.uid;
