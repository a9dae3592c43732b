// Plays DefaultPreemption: finds the node on which evicting the least of lower priority makes room. Pure; the scheduler evicts.

import type { Pod } from '../api/core/pod.ts';
import type { PodDisruptionBudget } from '../api/policy/poddisruptionbudget.ts';
import { selects } from '../machinery/label-selector.ts';
import { type Diagnosis, firstRejection, fitError, newCycle, type Profile } from './cycle.ts';
import { type NodeInfo, podInfo } from './node-info.ts';
import type { Cycle, Rejection } from './plugin.ts';

export interface Nomination {
  node: string;
  victims: readonly Pod[];
}

interface Candidate extends Nomination {
  violations: number;
}

const NOT_HELPFUL: Rejection = { reasons: ['Preemption is not helpful for scheduling'] };
const NO_VICTIMS: Rejection = { reasons: ['No preemption victims found for incoming pod'] };

/** Where to make room, or the sentence that says why nowhere. */
export function preempt(
  cycle: Cycle,
  diagnosis: Diagnosis,
  profile: Profile,
  budgets: readonly PodDisruptionBudget[],
): Nomination | { message: string } {
  const { pod, nodes } = cycle;
  const refusal = ineligible(pod, nodes);
  if (refusal) return { message: `preemption: ${refusal}` };

  const candidates: Candidate[] = [];
  const rejections = new Map<string, Rejection>();
  for (const node of nodes) {
    if (diagnosis.preFilter !== undefined || diagnosis.rejections.get(node.name)?.unresolvable) {
      rejections.set(node.name, NOT_HELPFUL);
      continue;
    }
    const found = victimsOn(cycle, node, profile, budgets);
    if ('reasons' in found) rejections.set(node.name, found);
    else candidates.push(found);
  }
  const best = pick(candidates);
  return best ?? { message: `preemption: ${fitError({ nodeCount: nodes.length, rejections, plugins: [] }, '')}` };
}

function ineligible(pod: Pod, nodes: readonly NodeInfo[]): string | undefined {
  if (pod.spec.preemptionPolicy === 'Never') return 'not eligible due to preemptionPolicy=Never.';
  const nominated = nodes.find(({ name }) => name === pod.status?.nominatedNodeName);
  const isLeaving = [...(nominated?.pods ?? [])].some(
    ({ pod: other }) => other.metadata.deletionTimestamp && priorityOf(other) < priorityOf(pod),
  );
  return isLeaving ? 'not eligible due to a terminating pod on the nominated node.' : undefined;
}

/** Without all lower Pods first; then as many as possible may stay, the most important first. */
function victimsOn(cycle: Cycle, node: NodeInfo, { filters }: Profile, budgets: readonly PodDisruptionBudget[]): Candidate | Rejection {
  const { pod } = cycle;
  if ((node.lowestPriority ?? Number.POSITIVE_INFINITY) >= priorityOf(pod)) return NO_VICTIMS;
  const lower = [...node.pods].map((info) => info.pod).filter((other) => priorityOf(other) < priorityOf(pod));
  const gone = new Set(lower.map(({ metadata }) => metadata.uid));
  const fits = (): Rejection | undefined => {
    const changed = node.with(({ metadata }) => !gone.has(metadata.uid));
    const nodes = cycle.nodes.map((each) => (each === node ? changed : each));
    return firstRejection(newCycle(pod, nodes, cycle.namespaces, cycle.volumes), changed, filters);
  };
  const rejection = fits();
  if (rejection) return { reasons: rejection.reasons };

  const ordered = lower.sort(byImportance);
  const protectedPods = violating(ordered, budgets);
  const victims: Pod[] = [];
  let violations = 0;
  for (const other of [...ordered.filter((each) => protectedPods.has(each)), ...ordered.filter((each) => !protectedPods.has(each))]) {
    gone.delete(other.metadata.uid);
    if (!fits()) continue;
    gone.add(other.metadata.uid);
    victims.push(other);
    if (protectedPods.has(other)) violations++;
  }
  return { node: node.name, victims: victims.sort(byImportance), violations };
}

/** Pods whose eviction a budget does not allow. */
function violating(pods: readonly Pod[], budgets: readonly PodDisruptionBudget[]): Set<Pod> {
  const allowed = new Map(budgets.map((budget) => [budget, budget.status?.disruptionsAllowed ?? 0]));
  const found = new Set<Pod>();
  for (const pod of pods) {
    for (const [budget, left] of allowed) {
      if (budget.metadata.namespace !== pod.metadata.namespace || !selects(budget.spec?.selector, pod.metadata.labels)) continue;
      if (left <= 0) found.add(pod);
      allowed.set(budget, left - 1);
    }
  }
  return found;
}

/** Fewest broken budgets, then the least important victims, the smallest sum, the fewest, the ones that started last. */
function pick(candidates: readonly Candidate[]): Nomination | undefined {
  return [...candidates].sort(
    (a, b) =>
      a.violations - b.violations ||
      highest(a) - highest(b) ||
      sum(a) - sum(b) ||
      a.victims.length - b.victims.length ||
      (earliest(a) > earliest(b) ? -1 : earliest(a) < earliest(b) ? 1 : 0),
  )[0];
}

const highest = ({ victims }: Candidate): number => (victims[0] ? priorityOf(victims[0]) : Number.NEGATIVE_INFINITY);
const sum = ({ victims }: Candidate): number => victims.reduce((total, pod) => total + priorityOf(pod) + 2 ** 31, 0);
const earliest = (candidate: Candidate): string =>
  candidate.victims
    .filter((pod) => priorityOf(pod) === highest(candidate))
    .map(startOf)
    .sort()[0] ?? '';

export const priorityOf = ({ spec }: Pod): number => spec.priority ?? 0;
const startOf = ({ status, metadata }: Pod): string => status?.startTime ?? metadata.creationTimestamp;
const byImportance = (a: Pod, b: Pod): number =>
  priorityOf(b) - priorityOf(a) || (startOf(a) < startOf(b) ? -1 : startOf(a) > startOf(b) ? 1 : 0);

/** A Pod that is to come to a node: room is made for it, or (reserved) it has the place and waits for its volumes. */
export interface Nominee {
  pod: Pod;
  node: string;
  isReserved: boolean;
}

/** Nodes as they will be when Pods for which room was made have come: those count that are at least as important as `pod`. */
export function withNominated(nodes: readonly NodeInfo[], pod: Pod, nominated: readonly Nominee[]): readonly NodeInfo[] {
  const others = nominated.filter(
    (each) => each.pod.metadata.uid !== pod.metadata.uid && (each.isReserved || priorityOf(each.pod) >= priorityOf(pod)),
  );
  if (others.length === 0) return nodes;
  return nodes.map((node) => {
    const coming = others.filter((each) => each.node === node.name).map((each) => podInfo(each.pod));
    return coming.length > 0 ? node.with(() => true, coming) : node;
  });
}
