// What repeats by itself, in closed form: kept as start and period instead of one write each time. The API server shows the object
// as of now when it is read, without a revision of its own; whoever ends the recurrence writes the final value.
import type { Duration, Instant } from './clock.ts';

/**
 * `lease`: spec.renewTime. `heartbeat`: lastHeartbeatTime of a Node's conditions. `event`: count and lastTimestamp of an Event.
 */
export interface Recurrence {
  kind: 'lease' | 'heartbeat' | 'event';
  /** The last occurrence that is written in the object itself. */
  from: Instant;
  period: Duration;
  /** No occurrence after this instant. */
  until?: Instant;
}

export interface Recurrences {
  /** `key` is the object's key in etcd, without `/registry/`: `leases/kube-node-lease/node01`. Replaces an earlier one. */
  start(key: string, recurrence: Recurrence): void;
  stop(key: string): void;
  current(key: string): Recurrence | undefined;
}

/** How often a recurrence has happened by `now`, and when last. */
export function occurrences({ from, period, until }: Recurrence, now: Instant): { count: number; last: Instant } {
  const end = until === undefined ? now : Math.min(now, until);
  const count = end < from ? 0 : Math.floor((end - from) / period);
  return { count, last: from + count * period };
}
