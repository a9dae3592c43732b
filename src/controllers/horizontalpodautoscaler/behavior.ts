// How fast an autoscaler may go: stabilisation over recent recommendations, policies per period, and the bounds. Pure.
import type { HorizontalPodAutoscaler } from '../../api/autoscaling/horizontalpodautoscaler.ts';
import type { V2HorizontalPodAutoscalerBehavior, V2HPAScalingRules } from '../../api/generated/types.ts';
import { type Instant, minutes, seconds } from '../../machinery/clock.ts';

/** What the autoscaler remembers: its recommendations and what it has done. */
export interface Memory {
  recommendations: readonly { at: Instant; replicas: number }[];
  /** Changes of size, up and down. */
  changes: readonly { at: Instant; by: number }[];
}

export interface Limited {
  desired: number;
  /** The AbleToScale condition's reason, when a window held back. */
  stabilized?: { reason: string; message: string };
  limited?: { reason: string; message: string };
}

const DOWN_WINDOW = minutes(5);
/** The longest window and period there may be. */
const LONGEST = minutes(60);

export function limit(hpa: HorizontalPodAutoscaler, current: number, proposed: number, memory: Memory, now: Instant): Limited {
  const { behavior, minReplicas = 1, maxReplicas } = hpa.spec;
  const stabilized = behavior ? withinWindows(behavior, current, proposed, memory, now) : highestOf(proposed, memory, now, DOWN_WINDOW);
  const result: Limited = { desired: stabilized };
  if (stabilized !== proposed) result.stabilized = behavior && proposed >= current ? HELD_UP : HELD_DOWN;

  const upRate = behavior ? Math.max(current, upLimit(behavior.scaleUp, current, memory.changes, now)) : Math.max(2 * current, 4);
  const downRate = behavior ? Math.min(current, downLimit(behavior.scaleDown, current, memory.changes, now)) : 0;
  // with a behavior a rate is for the way it goes; without, for any
  if (stabilized > current || !behavior) {
    const most = Math.min(upRate, maxReplicas);
    if (stabilized > most) return { ...result, desired: most, limited: maxReplicas > upRate ? TOO_FAST_UP : TOO_MANY };
  }
  if (stabilized < current || !behavior) {
    const least = Math.max(downRate, minReplicas);
    if (stabilized < least) return { ...result, desired: least, limited: minReplicas < downRate ? TOO_FAST_DOWN : TOO_FEW };
  }
  return result;
}

const recent = ({ recommendations }: Memory, now: Instant, window: number): number[] =>
  recommendations.filter(({ at }) => at > now - window).map(({ replicas }) => replicas);

const highestOf = (proposed: number, memory: Memory, now: Instant, window: number): number =>
  Math.max(proposed, ...recent(memory, now, window));

/** Not above the lowest of one window, nor below the highest of the other. */
function withinWindows(
  { scaleUp, scaleDown }: V2HorizontalPodAutoscalerBehavior,
  current: number,
  proposed: number,
  memory: Memory,
  now: Instant,
): number {
  const windowOf = (rules: V2HPAScalingRules | undefined, otherwise: number): number =>
    rules?.stabilizationWindowSeconds === undefined ? otherwise : seconds(rules.stabilizationWindowSeconds);
  const lowest = Math.min(proposed, ...recent(memory, now, windowOf(scaleUp, 0)));
  const highest = highestOf(proposed, memory, now, windowOf(scaleDown, DOWN_WINDOW));
  return Math.min(Math.max(current, lowest), highest);
}

const HELD_DOWN = {
  reason: 'ScaleDownStabilized',
  message: 'recent recommendations were higher than current one, applying the highest recent recommendation',
};
const HELD_UP = {
  reason: 'ScaleUpStabilized',
  message: 'recent recommendations were lower than current one, applying the lowest recent recommendation',
};
const TOO_FAST_UP = { reason: 'ScaleUpLimit', message: 'the desired replica count is increasing faster than the maximum scale rate' };
const TOO_FAST_DOWN = { reason: 'ScaleDownLimit', message: 'the desired replica count is decreasing faster than the maximum scale rate' };
const TOO_MANY = { reason: 'TooManyReplicas', message: 'the desired replica count is more than the maximum replica count' };
const TOO_FEW = { reason: 'TooFewReplicas', message: 'the desired replica count is less than the minimum replica count' };

function upLimit(rules: V2HPAScalingRules | undefined, current: number, changes: Memory['changes'], now: Instant): number {
  if (rules?.selectPolicy === 'Disabled') return current;
  const limits = (rules?.policies ?? []).map(({ type, value, periodSeconds }) => {
    const start = current - grownSince(changes, now - seconds(periodSeconds));
    return type === 'Pods' ? start + value : Math.ceil(start * (1 + value / 100));
  });
  return rules?.selectPolicy === 'Min' ? Math.min(...limits) : Math.max(...limits);
}

function downLimit(rules: V2HPAScalingRules | undefined, current: number, changes: Memory['changes'], now: Instant): number {
  if (rules?.selectPolicy === 'Disabled') return current;
  const limits = (rules?.policies ?? []).map(({ type, value, periodSeconds }) => {
    const start = current - grownSince(changes, now - seconds(periodSeconds));
    return type === 'Pods' ? start - value : Math.trunc(start * (1 - value / 100));
  });
  return rules?.selectPolicy === 'Min' ? Math.max(...limits) : Math.min(...limits);
}

/** By how much the target is larger than at the start of a period. */
const grownSince = (changes: Memory['changes'], since: Instant): number =>
  changes.filter(({ at }) => at > since).reduce((sum, { by }) => sum + by, 0);

/** The memory with one more look, without what is too old to matter. */
export function remembered(memory: Memory, now: Instant, replicas: number, by: number): Memory {
  const isRecent = ({ at }: { at: Instant }): boolean => at > now - LONGEST;
  const last = memory.recommendations.at(-1);
  return {
    recommendations: [
      ...memory.recommendations.filter((each) => isRecent(each) && each !== (last?.at === now ? last : undefined)),
      { at: now, replicas },
    ],
    changes: [...memory.changes.filter(isRecent), ...(by === 0 ? [] : [{ at: now, by }])],
  };
}
