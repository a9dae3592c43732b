// The keyspace in memory, alone or in front of a file. Entries that came with a file stay unread lines until somebody asks.
import { deepFreeze } from '../machinery/freeze.ts';
import { BLOCKS_KEY, keyText, LOG_KEY, MARKER_KEY, parseLine, registryText } from './format.ts';
import type { Change, Compare, Keyspace, KeyValue } from './keyspace.ts';
import { Lines } from './lines.ts';
import { Texts } from './texts.ts';

/** How many revisions back {@link Keyspace.changesSince} reaches: a function of revisions alone, whoever looks and whenever. */
export const HISTORY_WINDOW = 1000;

/** An empty store's revision, as in etcd. */
export const FIRST_REVISION = 1;

/** Where the entries of a keyspace came from. */
export interface Origin {
  readonly revision: number;
  readonly compacted: number;
  /** Which line holds a key. The keyspace takes it over and changes it. */
  readonly lines: Lines;
  /** @param isShared the entry is kept and so must be frozen */
  load(key: string, line: number, isShared: boolean): KeyValue;
  /** Every change from `compacted` (exclusive) to `revision`, in order. */
  history(): Change[];
}

/** What a commit has to write. */
export interface Pending {
  /** Changes of `/registry/` in order of revision. Of what has left the history window, each key's last change only. */
  readonly changes: readonly Change[];
  /** Keys under `/kubemu/` that were written or deleted. */
  readonly plain: ReadonlySet<string>;
}

export const isRegistry = (key: string): boolean => key.startsWith('/registry/');

/** Keys that the line format itself uses. */
export const RESERVED: ReadonlySet<string> = new Set(['/kubemu/format', LOG_KEY, BLOCKS_KEY, MARKER_KEY]);

/** An empty keyspace that lives in memory only. */
export function createKeyspace(): Keyspace {
  return new MemoryKeyspace();
}

/** So many entries that were only read are kept, and as many that were read before them. */
const MOST_READ = 16_384;
/** Of a longer range only the first entries are kept: who reads so many wants to see each once. */
const SHORT_RANGE = 12_000;

export class MemoryKeyspace implements Keyspace {
  readonly #entries: Lines;
  readonly #origin: Origin | undefined;
  /** Entries that were read and not changed, by line: those of late, and those before. */
  #read = new Map<number, KeyValue>();
  #readBefore = new Map<number, KeyValue>();
  #revision: number;
  #written: number;
  #compacted: number;
  /** One change per revision, without gaps, up to the current one. */
  #changes: Change[] = [];
  /** Uncommitted changes that the history window has passed: the last of each key. */
  #passed = new Map<string, Change>();
  #plain = new Set<string>();
  #historyRead: boolean;
  #distrusted = false;
  /** Lines of {@link putText}; their numbers are negative. */
  readonly #texts = new Texts();
  readonly #listeners = new Set<(change: Change) => void>();
  #listenerList: readonly ((change: Change) => void)[] | undefined;
  readonly #plainListeners = new Set<{ prefix: string; listener: (key: string) => void }>();
  /** What all their prefixes begin with: most writes interest nobody. */
  #plainStart: string | undefined;
  readonly #untold: Change[] = [];
  #telling = false;

  constructor(origin?: Origin) {
    this.#origin = origin;
    this.#entries = origin?.lines ?? new Lines();
    this.#revision = this.#written = origin?.revision ?? FIRST_REVISION;
    this.#compacted = origin?.compacted ?? 0;
    this.#historyRead = origin === undefined;
  }

  get revision(): number {
    return this.#revision;
  }

  get compacted(): number {
    return Math.max(this.#compacted, this.#revision - HISTORY_WINDOW);
  }

  /** Forgets all history: what `etcdctl compact` does, up to now. */
  compact(): void {
    this.#compacted = this.#revision;
  }

  get dirty(): boolean {
    return this.#revision !== this.#written || this.#plain.size > 0 || this.#distrusted;
  }

  get<T = unknown>(key: string): KeyValue<T> | undefined {
    return this.#get(key, true) as KeyValue<T> | undefined;
  }

  #get(key: string, isKept: boolean): KeyValue | undefined {
    const entry = this.#entries.get(key);
    return typeof entry === 'number' ? (this.#read.get(entry) ?? this.#load(key, entry, isKept)) : entry;
  }

  value<T = unknown>(key: string): T | undefined {
    return this.get<T>(key)?.value;
  }

  put<T = unknown>(key: string, value: T): KeyValue<T> {
    check(key, value);
    deepFreeze(value);
    const known = this.#entries.has(key);
    if (!isRegistry(key)) {
      const entry: KeyValue<T> = Object.freeze({ key, create: 0, mod: 0, version: 0, value });
      this.#entries.set(key, entry);
      this.#tellPlain(key);
      return entry;
    }
    const before = known ? this.get(key) : undefined;
    const mod = ++this.#revision;
    const after: KeyValue<T> = Object.freeze({ key, create: before?.create ?? mod, mod, version: (before?.version ?? 0) + 1, value });
    this.#entries.set(key, after);
    this.#tell(before ? { revision: mod, key, after, before } : { revision: mod, key, after });
    return after;
  }

  delete(key: string): KeyValue | undefined {
    const before = this.get(key);
    if (!before) return undefined;
    this.#entries.delete(key);
    if (isRegistry(key)) this.#tell({ revision: ++this.#revision, key, before });
    else this.#tellPlain(key);
    return before;
  }

  /**
   * Puts many new keys at once, their values as JSON text: kept as text, without history, told to nobody, and dirty until everything
   * is written anew, which fails if there were such keys in the file. `text` gets the revision, for keys under `/registry/`.
   */
  putText(key: string, text: (revision: number) => string): void {
    if (this.#entries.getTouched(key) !== undefined) throw new Error(`${key} exists`);
    const line = isRegistry(key) ? registryText(key, ++this.#revision, text(this.#revision)) : `${keyText(key)}${text(0)}\n`;
    this.#entries.setMany(key, -1 - this.#texts.add(line));
    this.#distrusted = true;
  }

  /** The line that {@link putText} has made, by its number. */
  textLine(line: number): Buffer {
    return this.#texts.get(-line - 1);
  }

  keys(prefix: string, after?: string): Iterable<string> {
    return this.#entries.scan(prefix, after);
  }

  *range<T = unknown>(prefix: string, after?: string): Iterable<KeyValue<T>> {
    let n = 0;
    for (const key of this.keys(prefix, after)) {
      const entry = this.#get(key, n++ < SHORT_RANGE);
      if (entry) yield entry as KeyValue<T>;
    }
  }

  count(prefix: string, after?: string): number {
    return this.#entries.count(prefix, after);
  }

  holds(compares: readonly Compare[]): boolean {
    return compares.every(({ key, mod }) => (this.get(key)?.mod ?? 0) === mod);
  }

  changesSince(revision: number): readonly Change[] | undefined {
    if (revision < this.compacted) return undefined;
    if (revision >= this.#revision) return [];
    const first = this.#changes[0]?.revision ?? this.#revision + 1;
    if (revision + 1 < first) this.#readHistory();
    return this.#changes.slice(Math.max(0, revision + 1 - (this.#changes[0]?.revision ?? 0)));
  }

  watch(listener: (change: Change) => void): () => void {
    const own = (change: Change): void => listener(change);
    this.#listeners.add(own);
    this.#listenerList = undefined;
    return () => {
      this.#listeners.delete(own);
      this.#listenerList = undefined;
    };
  }

  watchPlain(prefix: string, listener: (key: string) => void): () => void {
    const own = { prefix, listener };
    this.#plainListeners.add(own);
    this.#plainStart = commonStart([...this.#plainListeners].map((one) => one.prefix));
    return () => void this.#plainListeners.delete(own);
  }

  /** What has been written since the last {@link written}. */
  pending(): Pending {
    this.#forget();
    const recent = this.#changes.filter((change) => change.revision > this.#written);
    const passed = [...this.#passed.values()].sort((a, b) => a.revision - b.revision);
    return { changes: [...passed, ...recent], plain: this.#plain };
  }

  /** Everything up to now is in the file. */
  written(): void {
    this.#written = this.#revision;
    this.#passed.clear();
    this.#plain.clear();
    this.#distrusted = false;
  }

  /** What is in the file is not what it should be: dirty until all of it has been written. */
  distrust(): void {
    this.#distrusted = true;
  }

  /** Which line or entry each key has, for who writes them to a file. */
  get lines(): Lines {
    return this.#entries;
  }

  #load(key: string, line: number, isKept: boolean): KeyValue | undefined {
    const entry =
      this.#readBefore.get(line) ?? (line < 0 ? parseLine(key, this.textLine(line).toString()) : this.#origin?.load(key, line, isKept));
    if (!entry || !isKept) return entry;
    if (this.#read.size >= MOST_READ) {
      this.#readBefore = this.#read;
      this.#read = new Map();
    }
    this.#read.set(line, entry);
    return entry;
  }

  #readHistory(): void {
    if (this.#historyRead) return;
    this.#historyRead = true;
    const read = this.#origin?.history() ?? [];
    const first = this.#changes[0]?.revision ?? Number.POSITIVE_INFINITY;
    this.#changes = [...read.filter((change) => change.revision < first), ...this.#changes];
  }

  /** Drops what has left the window, all of it; called now and then, so that a write costs the same however many there were. */
  #forget(): void {
    const kept = this.#changes.findIndex((change) => change.revision > this.compacted);
    for (const change of this.#changes.splice(0, kept < 0 ? this.#changes.length : kept)) {
      if (change.revision > this.#written) this.#passed.set(change.key, change);
    }
  }

  #tell(change: Change): void {
    this.#changes.push(Object.freeze(change));
    if (this.#changes.length > 2 * HISTORY_WINDOW) this.#forget();
    if (this.#listeners.size === 0) return;
    this.#untold.push(change);
    if (this.#telling) return; // a listener wrote: everybody hears of its change after this one
    this.#telling = true;
    try {
      for (let next = this.#untold.shift(); next; next = this.#untold.shift()) for (const listener of this.#listenersNow()) listener(next);
    } finally {
      this.#telling = false;
    }
  }

  /** Those there are now: one that is added meanwhile hears of the next change. */
  #listenersNow(): readonly ((change: Change) => void)[] {
    this.#listenerList ??= [...this.#listeners];
    return this.#listenerList;
  }

  #tellPlain(key: string): void {
    this.#plain.add(key);
    if (this.#plainStart === undefined || key.startsWith(this.#plainStart)) {
      for (const { prefix, listener } of this.#plainListeners) if (key.startsWith(prefix)) listener(key);
    }
  }
}

function commonStart([first = '', ...others]: readonly string[]): string {
  let length = first.length;
  for (const other of others) while (!other.startsWith(first.slice(0, length))) length--;
  return first.slice(0, length);
}

function check(key: string, value: unknown): void {
  if (!isValue(value)) throw new TypeError(`${key}: ${String(value)} is no value that JSON keeps; to delete the key, delete it`);
  if (isRegistry(key)) return;
  if (!key.startsWith('/kubemu/')) throw new TypeError(`${key}: keys start with /registry/ or /kubemu/`);
  if (RESERVED.has(key)) throw new TypeError(`${key} belongs to the state file's format`);
}

/** What reads the same from the file. Inside objects, undefined members are left out; the rest is the callers' honour. */
function isValue(value: unknown): boolean {
  switch (typeof value) {
    case 'object':
      return value !== null;
    case 'number':
      return Number.isFinite(value);
    default:
      return typeof value === 'string' || typeof value === 'boolean';
  }
}
