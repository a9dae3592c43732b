// Plays the scheduling queue: which Pods were found unschedulable, how often and when, and which change may help which of them.
// It lies in the state, as the real one lies in the scheduler's memory; what has changed since the last look lies in memory only.
import type { Pod } from '../api/core/pod.ts';
import { type Duration, type Instant, minutes, seconds } from '../machinery/clock.ts';
import type { Store } from '../machinery/store.ts';
import type { ClusterEvent, EventKind, OwnChange } from './events.ts';
import type { FilterPlugin } from './plugin.ts';

interface Waiting {
  attempts: number;
  /** When the last attempt failed. */
  at: Instant;
  /** The plugins that rejected the Pod; none when there was no node at all, or an error. */
  plugins: readonly string[];
  priority: number;
  message: string;
  uid: string;
  /** Something has happened that may help: it is tried when its back-off is over. */
  woken?: true;
  /** It is tried again after {@link FLUSH} whatever happens. */
  flushed?: true;
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

/** Pods and the nodes where they are to be, in the state and in memory. */
class Places {
  private nodes: Map<string, string> | undefined;

  constructor(
    private readonly store: Store,
    private readonly prefix: string,
  ) {}

  private get known(): Map<string, string> {
    this.nodes ??= new Map([...this.store.range<string>(this.prefix)].map(([key, node]) => [key.slice(this.prefix.length), node]));
    return this.nodes;
  }

  get(key: string): string | undefined {
    return this.known.get(key);
  }

  all(): Iterable<readonly [key: string, node: string]> {
    return this.known;
  }

  set(key: string, node: string | undefined): void {
    if (this.known.get(key) === node) return;
    if (node === undefined) {
      this.known.delete(key);
      this.store.delete(this.prefix + key);
    } else {
      this.known.set(key, node);
      this.store.put(this.prefix + key, node);
    }
  }
}

export class SchedulingQueue {
  private readonly plugins: ReadonlyMap<string, FilterPlugin>;
  private readonly store: Store;
  /** Where preemption makes room for Pods; where Pods have their places and wait for their volumes. */
  private readonly nominated: Places;
  private readonly reserved: Places;
  /** What the store has, and which Pods a kind of change may help, the most important first. */
  private entries: Map<string, Waiting> | undefined;
  private readonly listeners = new Map<EventKind, readonly string[]>();
  private readonly news = new Map<string, ClusterEvent[]>();
  private readonly own = new Map<string, readonly OwnChange[]>();

  constructor(store: Store, filters: readonly FilterPlugin[]) {
    this.store = store;
    this.nominated = new Places(store, 'nominated/');
    this.reserved = new Places(store, 'reserved/');
    this.plugins = new Map(filters.map((plugin) => [plugin.name, plugin]));
  }

  /** How long the Pod still has to wait before it may be tried; 0 when it may. */
  backoff(key: string, now: Instant): Duration {
    const waiting = this.waiting.get(key);
    if (!waiting) return 0;
    const length = Math.min(FIRST_BACKOFF * 2 ** Math.min(waiting.attempts - 1, 10), LONGEST_BACKOFF);
    return Math.max(0, waiting.at + length - now);
  }

  /** True when nothing has changed since an attempt so long ago that the Pod would have been tried again and again since. */
  failed(key: string, now: Instant, { nominated, ...failure }: Failure): boolean {
    const before = this.waiting.get(key);
    const repeats = nominated === undefined && before?.message === failure.message && now - before.at >= FLUSH;
    this.put(key, { ...failure, attempts: (before?.attempts ?? 0) + 1, at: now, ...(repeats ? {} : { flushed: true }) });
    this.nominated.set(key, nominated);
    return repeats;
  }

  /** The uid of a Pod that has been found unschedulable. */
  uidOf(key: string): string | undefined {
    return this.waiting.get(key)?.uid;
  }

  get nominations(): Places {
    return this.nominated;
  }

  /** Pods that have their nodes and wait for their volumes. */
  get reservations(): Places {
    return this.reserved;
  }

  forget(key: string): void {
    this.news.delete(key);
    this.own.delete(key);
    this.reserved.set(key, undefined);
    this.nominated.set(key, undefined);
    if (!this.waiting.delete(key)) return;
    this.listeners.clear();
    this.store.delete(PREFIX + key);
  }

  /** Pods that a change of this kind could help; whether it does is asked of {@link isHelped}. */
  told(event: ClusterEvent): readonly string[] {
    const keys = this.listening(event.kind);
    for (const key of keys) {
      const news = this.news.get(key);
      if (news) news.push(event);
      else this.news.set(key, [event]);
    }
    return keys;
  }

  /** The waiting Pod itself has changed. */
  toldOf(key: string, changes: readonly OwnChange[]): void {
    if (this.waiting.has(key)) this.own.set(key, [...(this.own.get(key) ?? []), ...changes]);
  }

  /**
   * Is it worth while to try the Pod? It is for a Pod that does not wait, whose time has come, or that a change may have helped.
   * Otherwise: how long until its time comes, if it ever does.
   */
  isHelped(key: string, pod: Pod, now: Instant): true | Duration | undefined {
    const news = this.news.get(key);
    const own = this.own.get(key);
    this.news.delete(key);
    this.own.delete(key);
    const waiting = this.waiting.get(key);
    if (!waiting || !(news || own) || waiting.woken || now - waiting.at >= FLUSH) return true;
    if (this.helps(waiting, news ?? [], own ?? [], pod)) {
      this.put(key, { ...waiting, woken: true });
      return true;
    }
    return waiting.flushed ? waiting.at + FLUSH - now : undefined;
  }

  private helps({ plugins }: Waiting, news: readonly ClusterEvent[], own: readonly OwnChange[], pod: Pod): boolean {
    if (plugins.length === 0) return true;
    return plugins.some((name) => {
      const plugin = this.plugins.get(name);
      if (!plugin) return true;
      if (own.some((change) => plugin.wokenByOwn?.includes(change))) return true;
      return news.some((event) => plugin.wokenBy.includes(event.kind) && (plugin.helps?.(event, pod) ?? true));
    });
  }

  private listening(kind: EventKind): readonly string[] {
    const known = this.listeners.get(kind);
    if (known) return known;
    const found = [...this.waiting].filter(
      ([, { plugins }]) => plugins.length === 0 || plugins.some((name) => this.plugins.get(name)?.wokenBy.includes(kind) ?? true),
    );
    const keys = found.sort(([, a], [, b]) => b.priority - a.priority || a.at - b.at).map(([key]) => key);
    this.listeners.set(kind, keys);
    return keys;
  }

  private get waiting(): Map<string, Waiting> {
    this.entries ??= new Map([...this.store.range<Waiting>(PREFIX)].map(([key, waiting]) => [key.slice(PREFIX.length), waiting]));
    return this.entries;
  }

  private put(key: string, waiting: Waiting): void {
    const before = this.waiting.get(key);
    const isAlike = before && before.priority === waiting.priority && before.at === waiting.at && before.plugins === waiting.plugins;
    if (!isAlike) this.listeners.clear();
    this.waiting.set(key, waiting);
    this.store.put(PREFIX + key, waiting);
  }
}

const PREFIX = 'unschedulable/';
