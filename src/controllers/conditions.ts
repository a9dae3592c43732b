// Conditions of a status: one per type, whose transition time moves only when its status does.
import { type Instant, rfc3339 } from '../machinery/clock.ts';

export interface Condition {
  type: string;
  status: string;
  reason?: string | undefined;
  message?: string | undefined;
  lastTransitionTime?: string | undefined;
}

/** The list with `next` in place of its type's condition, or at its end. */
export function withCondition<C extends Condition>(
  conditions: readonly C[] | undefined,
  next: Omit<C, 'lastTransitionTime'>,
  now: Instant,
): C[] {
  const all = conditions ?? [];
  const current = all.find(({ type }) => type === next.type);
  const lastTransitionTime = current?.status === next.status ? current?.lastTransitionTime : rfc3339(now);
  const condition = { ...next, lastTransitionTime } as C;
  return current ? all.map((each) => (each === current ? condition : each)) : [...all, condition];
}

export function withoutCondition<C extends Condition>(conditions: readonly C[] | undefined, type: string): C[] {
  return (conditions ?? []).filter((each) => each.type !== type);
}

export function conditionOf<C extends Condition>(conditions: readonly C[] | undefined, type: string): C | undefined {
  return conditions?.find((each) => each.type === type);
}
