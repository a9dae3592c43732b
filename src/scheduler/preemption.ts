// Plays DefaultPreemption: finds the node on which evicting the least of lower priority makes room. The scheduler evicts.

import { holdsResources } from '../api/core/pod/footprint.ts';
import type { Pod } from '../api/core/pod.ts';
import type { PodDisruptionBudget } from '../api/policy/poddisruptionbudget.ts';
import { selects } from '../machinery/label-selector.ts';
import { type Diagnosis, firstRejection, fitError, type Profile, withChanged } from './cycle.ts';
import type { NodeInfo } from './node-info.ts';
import type { Cycle, Placed, Rejection } from './plugin.ts';

export interface Nomination {
  node: string;
  victims: readonly Pod[];
}

/** `keeps`: room was made before, and the Pod still waits for it. */
export interface NoNomination {
  message: string;
  keeps: boolean;
}

interface Candidate extends Nomination {
  violations: number;
}

/** What preemption reads when it needs it. */
export interface PreemptionSources {
  podsOn(node: string): Promise<readonly Pod[]>;
  budgets(): Promise<readonly PodDisruptionBudget[]>;
}

const NOT_HELPFUL: Rejection = { reasons: ['Preemption is not helpful for scheduling'] };
const NO_VICTIMS: Rejection = { reasons: ['No preemption victims found for incoming pod'] };

/** At least these many nodes are tried, or this part of them: the best of the first that would do is taken. */
const FEWEST_CANDIDATES = 100;
const CANDIDATES_PERCENT = 10;

/**
 * Where to make room, or the sentence that says why nowhere.
 * @param draw 32 random bits; says where the search begins
 */
export async function preempt(
  cycle: Cycle,
  diagnosis: Diagnosis,
  profile: Profile,
  sources: PreemptionSources,
  draw: number,
): Promise<Nomination | NoNomination> {
  const { pod, nodes } = cycle;
  const refusal = await ineligible(pod, diagnosis, sources);
  if (refusal) return { message: `preemption: ${refusal}`, keeps: true };

  const rejections = new Map<string, Rejection>();
  const potential: NodeInfo[] = [];
  for (const node of nodes) {
    if (diagnosis.preFilter !== undefined || diagnosis.rejections.get(node.name)?.unresolvable) rejections.set(node.name, NOT_HELPFUL);
    else if ((node.lowestPriority ?? Number.POSITIVE_INFINITY) >= priorityOf(pod)) rejections.set(node.name, NO_VICTIMS);
    else potential.push(node);
  }
  const candidates: Candidate[] = [];
  const enough = Math.max(FEWEST_CANDIDATES, Math.trunc((potential.length * CANDIDATES_PERCENT) / 100));
  const budgets = potential.length > 0 ? await sources.budgets() : [];
  for (let i = 0; i < potential.length && candidates.length < enough; i++) {
    const node = potential[(draw + i) % potential.length];
    if (!node) continue;
    const found = victimsOn(cycle, node, (await sources.podsOn(node.name)).filter(holdsResources), profile, budgets);
    if ('reasons' in found) rejections.set(node.name, found);
    else candidates.push(found);
  }
  return pick(candidates) ?? { message: `preemption: ${fitError({ nodeCount: nodes.length, rejections }, '')}`, keeps: false };
}

/** Room that was made already comes first. */
async function ineligible(pod: Pod, diagnosis: Diagnosis, { podsOn }: PreemptionSources): Promise<string | undefined> {
  if (pod.spec.preemptionPolicy === 'Never') return 'not eligible due to preemptionPolicy=Never.';
  const nominated = pod.status?.nominatedNodeName;
  if (!nominated || diagnosis.rejections.get(nominated)?.unresolvable) return undefined;
  const isLeaving = (await podsOn(nominated)).some(
    (other) => other.metadata.deletionTimestamp && priorityOf(other) < priorityOf(pod) && isVictim(other),
  );
  return isLeaving ? 'not eligible due to a terminating pod on the nominated node.' : undefined;
}

const isVictim = ({ status }: Pod): boolean =>
  status?.conditions?.some(({ type, reason }) => type === 'DisruptionTarget' && reason === 'PreemptionByScheduler') ?? false;

/** Without all lower Pods first; then as many as possible may stay, the most important first. */
function victimsOn(
  cycle: Cycle,
  node: NodeInfo,
  pods: readonly Pod[],
  { filters }: Profile,
  budgets: readonly PodDisruptionBudget[],
): Candidate | Rejection {
  const { pod } = cycle;
  const lower = pods.filter((other) => priorityOf(other) < priorityOf(pod));
  if (lower.length === 0) return NO_VICTIMS;
  const gone = new Map<string, Placed>(lower.map((other) => [other.metadata.uid, { pod: other, node: node.name }]));
  const rejection = (): Rejection | undefined => {
    const changed = node.with(
      [...gone.values()].map((each) => each.pod),
      -1,
    );
    return firstRejection(withChanged(cycle, node, changed, [], gone), changed, filters);
  };
  const still = rejection();
  if (still) return { reasons: still.reasons };

  const ordered = lower.sort(byImportance);
  const protectedPods = violating(ordered, budgets);
  const victims: Pod[] = [];
  let violations = 0;
  for (const other of [...ordered.filter((each) => protectedPods.has(each)), ...ordered.filter((each) => !protectedPods.has(each))]) {
    gone.delete(other.metadata.uid);
    if (!rejection()) continue;
    gone.set(other.metadata.uid, { pod: other, node: node.name });
    victims.push(other);
    if (protectedPods.has(other)) violations++;
  }
  return { node: node.name, victims: victims.sort(byImportance), violations };
}

/** Pods whose eviction a budget does not allow; those that it has let go already are not counted twice. */
function violating(pods: readonly Pod[], budgets: readonly PodDisruptionBudget[]): Set<Pod> {
  const allowed = new Map(budgets.map((budget) => [budget, budget.status?.disruptionsAllowed ?? 0]));
  const found = new Set<Pod>();
  for (const pod of pods) {
    if (!pod.metadata.labels || Object.keys(pod.metadata.labels).length === 0) continue;
    for (const [budget, left] of allowed) {
      const { selector } = budget.spec ?? {};
      const isEmpty = !selector?.matchExpressions?.length && Object.keys(selector?.matchLabels ?? {}).length === 0;
      if (budget.metadata.namespace !== pod.metadata.namespace || isEmpty || !selects(selector, pod.metadata.labels)) continue;
      if (budget.status?.disruptedPods?.[pod.metadata.name]) continue;
      allowed.set(budget, left - 1);
      if (left - 1 < 0) found.add(pod);
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
/** Shifted so that even the lowest priority counts: fewer victims of negative priority must not look worse than more. */
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
