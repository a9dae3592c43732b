// Plays the scheduling queue: which Pods were found unschedulable, how often and when, and which change may help which of them.
// It lies in the state, as the real one lies in the scheduler's memory.
import { type Duration, type Instant, minutes, seconds } from '../machinery/clock.ts';
import type { Store } from '../machinery/store.ts';
import type { FilterPlugin, WakingEvent } from './plugin.ts';

interface Waiting {
  attempts: number;
  /** When the last attempt failed. */
  at: Instant;
  /** The plugins that rejected the Pod. */
  plugins: readonly string[];
  priority: number;
  message: string;
  uid: string;
}

/** What came of an attempt. */
export type Failure = Pick<Waiting, 'plugins' | 'priority' | 'message' | 'uid'> & {
  /** Where preemption makes room for it. */
  nominated?: string | undefined;
};

const FIRST_BACKOFF: Duration = seconds(1);
const LONGEST_BACKOFF: Duration = seconds(10);
/** Unschedulable Pods are tried again after this, whatever happens. When that changes nothing, only what can help has them tried again. */
export const FLUSH: Duration = minutes(5);

export class SchedulingQueue {
  private readonly wokenBy: ReadonlyMap<string, readonly WakingEvent[]>;
  private readonly store: Store;

  constructor(store: Store, filters: readonly FilterPlugin[]) {
    this.store = store;
    this.wokenBy = new Map(filters.map(({ name, wokenBy }) => [name, wokenBy]));
  }

  /** How long the Pod still has to wait before it may be tried; 0 when it may. */
  backoff(key: string, now: Instant): Duration {
    const waiting = this.store.get<Waiting>(entry(key));
    if (!waiting) return 0;
    const length = Math.min(FIRST_BACKOFF * 2 ** Math.min(waiting.attempts - 1, 10), LONGEST_BACKOFF);
    return Math.max(0, waiting.at + length - now);
  }

  /** True when nothing has changed since an attempt so long ago that the Pod would have been tried again and again since. */
  failed(key: string, now: Instant, { nominated, ...failure }: Failure): boolean {
    const before = this.store.get<Waiting>(entry(key));
    this.store.put(entry(key), { ...failure, attempts: (before?.attempts ?? 0) + 1, at: now } satisfies Waiting);
    if (this.nomination(key) !== nominated) {
      if (nominated === undefined) this.store.delete(NOMINATED + key);
      else this.store.put(NOMINATED + key, nominated);
    }
    return nominated === undefined && before?.message === failure.message && now - before.at >= FLUSH;
  }

  /** The uid of a Pod that has been found unschedulable. */
  waiting(key: string): string | undefined {
    return this.store.get<Waiting>(entry(key))?.uid;
  }

  nomination(key: string): string | undefined {
    return this.store.get<string>(NOMINATED + key);
  }

  nominations(): { key: string; node: string }[] {
    return [...this.store.range<string>(NOMINATED)].map(([key, node]) => ({ key: key.slice(NOMINATED.length), node }));
  }

  /** The Pod has its node and waits for its volumes. */
  reserve(key: string, node: string): void {
    if (this.reservation(key) !== node) this.store.put(RESERVED + key, node);
  }

  reservation(key: string): string | undefined {
    return this.store.get<string>(RESERVED + key);
  }

  reservations(): { key: string; node: string }[] {
    return [...this.store.range<string>(RESERVED)].map(([key, node]) => ({ key: key.slice(RESERVED.length), node }));
  }

  forget(key: string): void {
    if (this.reservation(key) !== undefined) this.store.delete(RESERVED + key);
    if (this.nomination(key) !== undefined) this.store.delete(NOMINATED + key);
    if (this.store.get(entry(key)) !== undefined) this.store.delete(entry(key));
  }

  /** Pods that this kind of change may help: the most important first, then who has waited longest. */
  woken(by: WakingEvent): string[] {
    const ready: { key: string; waiting: Waiting }[] = [];
    for (const [key, waiting] of this.store.range<Waiting>(PREFIX)) {
      const helps = waiting.plugins.length === 0 || waiting.plugins.some((plugin) => this.wokenBy.get(plugin)?.includes(by) ?? true);
      if (helps) ready.push({ key: key.slice(PREFIX.length), waiting });
    }
    return ready.sort((a, b) => b.waiting.priority - a.waiting.priority || a.waiting.at - b.waiting.at).map(({ key }) => key);
  }
}

const RESERVED = 'reserved/';
const NOMINATED = 'nominated/';
const PREFIX = 'unschedulable/';
const entry = (key: string): string => PREFIX + key;
