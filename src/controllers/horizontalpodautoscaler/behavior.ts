// How fast an autoscaler may go: stabilisation over recent recommendations, policies per period, and the bounds. Pure.
import type { HorizontalPodAutoscaler } from '../../api/autoscaling/horizontalpodautoscaler.ts';
import type { V2HPAScalingRules } from '../../api/generated/types.ts';
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

export function limit(
  { spec }: HorizontalPodAutoscaler,
  current: number,
  proposed: number,
  { recommendations, changes }: Memory,
  now: Instant,
): Limited {
  const { behavior, minReplicas = 1, maxReplicas } = spec;
  const windowOf = (rules: V2HPAScalingRules | undefined, otherwise: number): number =>
    rules?.stabilizationWindowSeconds === undefined ? otherwise : seconds(rules.stabilizationWindowSeconds);
  const recent = (window: number): number[] => recommendations.filter(({ at }) => at > now - window).map(({ replicas }) => replicas);
  const down = Math.max(proposed, ...recent(windowOf(behavior?.scaleDown, DOWN_WINDOW)));
  const up = Math.min(proposed, ...recent(windowOf(behavior?.scaleUp, 0)));
  let desired =
    proposed < current
      ? Math.min(Math.max(down, proposed), current)
      : proposed > current
        ? Math.max(Math.min(up, proposed), current)
        : current;
  const result: Limited = { desired };
  if (desired !== proposed) {
    result.stabilized =
      proposed < current
        ? {
            reason: 'ScaleDownStabilized',
            message: 'recent recommendations were higher than current one, applying the highest recent recommendation',
          }
        : {
            reason: 'ScaleUpStabilized',
            message: 'recent recommendations were lower than current one, applying the lowest recent recommendation',
          };
  }
  if (desired > current) {
    const rate = behavior ? upLimit(behavior.scaleUp, current, changes, now) : Math.max(2 * current, 4);
    if (desired > Math.min(rate, maxReplicas)) {
      result.limited =
        maxReplicas <= rate
          ? TOO_MANY
          : { reason: 'ScaleUpLimit', message: 'the desired replica count is increasing faster than the maximum scale rate' };
      desired = Math.min(rate, maxReplicas);
    }
  } else if (desired < current) {
    const rate = behavior ? downLimit(behavior.scaleDown, current, changes, now) : 0;
    if (desired < Math.max(rate, minReplicas)) {
      result.limited =
        minReplicas >= rate
          ? TOO_FEW
          : { reason: 'ScaleDownLimit', message: 'the desired replica count is decreasing faster than the maximum scale rate' };
      desired = Math.max(rate, minReplicas);
    }
  }
  if (desired > maxReplicas) return { ...result, desired: maxReplicas, limited: TOO_MANY };
  if (desired < minReplicas) return { ...result, desired: minReplicas, limited: TOO_FEW };
  return { ...result, desired };
}

const TOO_MANY = { reason: 'TooManyReplicas', message: 'the desired replica count is more than the maximum replica count' };
const TOO_FEW = { reason: 'TooFewReplicas', message: 'the desired replica count is less than the minimum replica count' };

function upLimit(rules: V2HPAScalingRules | undefined, current: number, changes: Memory['changes'], now: Instant): number {
  if (rules?.selectPolicy === 'Disabled') return current;
  const limits = (rules?.policies ?? []).map(({ type, value, periodSeconds }) => {
    const start = current - changed(changes, now - seconds(periodSeconds), 1);
    return type === 'Pods' ? start + value : Math.ceil(start * (1 + value / 100));
  });
  return rules?.selectPolicy === 'Min' ? Math.min(...limits) : Math.max(...limits);
}

function downLimit(rules: V2HPAScalingRules | undefined, current: number, changes: Memory['changes'], now: Instant): number {
  if (rules?.selectPolicy === 'Disabled') return current;
  const limits = (rules?.policies ?? []).map(({ type, value, periodSeconds }) => {
    const start = current + changed(changes, now - seconds(periodSeconds), -1);
    return type === 'Pods' ? start - value : Math.trunc(start * (1 - value / 100));
  });
  return rules?.selectPolicy === 'Min' ? Math.max(...limits) : Math.min(...limits);
}

const changed = (changes: Memory['changes'], since: Instant, sign: 1 | -1): number =>
  changes.filter(({ at, by }) => at > since && Math.sign(by) === sign).reduce((sum, { by }) => sum + Math.abs(by), 0);

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
