// What scheduler, controllers, kubelet and network have in common: a loop that is told a key, looks at the world, and makes it true.
import type { Duration, Instant } from './clock.ts';
import type { KubeObject } from './object.ts';

/**
 * Why something will happen later. `progress`: pull, start, stop, bind, roll out. `process`: a simulated process acts.
 * `recurrence`: cron, back-off, failing probe, retry. `deadline`: a time-out that may never matter.
 * At clock `max` a command waits for all progress and for ten virtual minutes of processes, never for the other two.
 */
export type WakeUpClass = 'progress' | 'process' | 'recurrence' | 'deadline';

/** A change of one object, as a watch delivers it. `old` is the object before, for MODIFIED and DELETED. */
export interface ObjectEvent<T = KubeObject> {
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  object: T;
  old?: T | undefined;
}

/** Look again after `requeueAfter`, unless something else wakes the key before; nothing means: when told. */
export interface ReconcileResult {
  requeueAfter: Duration;
  class: WakeUpClass;
}

/** The resource of a watch that sees the objects of every custom resource. */
export const CUSTOM_RESOURCES = '*';

/** One watched resource (`pods`, `replicasets.apps`, {@link CUSTOM_RESOURCES}) and the keys that a change of it queues in the loop. */
export interface LoopWatch {
  resource: string;
  keys(event: ObjectEvent, resource: string): Iterable<string>;
}

/**
 * A level-triggered loop. The host gives each loop a queue without duplicates, in order of arrival, and at most one wake-up per
 * key: a result of `reconcile` sets or (when void) clears it. A second reconcile of the same key changes nothing.
 */
export interface Loop {
  /** Unique; also the owner of its wake-ups: `replicaset-controller`. */
  readonly name: string;
  readonly watches: readonly LoopWatch[];
  reconcile(key: string): Promise<ReconcileResult | undefined>;
}

/** For loops that need several wake-ups or set one outside `reconcile`; a due wake-up queues `key` in the loop `owner`. */
export interface WakeUps {
  /** Replaces an earlier wake-up of the same owner and key. */
  set(owner: string, key: string, at: Instant, cls: WakeUpClass): void;
  clear(owner: string, key: string): void;
}
