// Which line or entry a key has. The first section of a folded file stands in order of keys, so its lines are found by halving and their
// keys stay unread; only what is not in that order, or has been touched, is kept in a map.
import type { KeyValue } from './keyspace.ts';
import { behind, SortedKeys } from './sorted-keys.ts';

/** The part of a file whose lines 0 to `count` stand in order of keys. */
export interface SortedLines {
  readonly count: number;
  keyOf(line: number): string;
}

const NOTHING: SortedLines = { count: 0, keyOf: () => '' };

export class Lines {
  /** Undefined: deleted since. */
  readonly #top = new Map<string, KeyValue | number | undefined>();
  readonly #sorted: SortedLines;
  /** Keys that no sorted line has; made when somebody first asks for keys in order. */
  #added: SortedKeys | undefined;
  /** Keys of sorted lines that have been deleted since. */
  readonly #gone = new SortedKeys();

  constructor(sorted: SortedLines = NOTHING) {
    this.#sorted = sorted;
  }

  get(key: string): KeyValue | number | undefined {
    const known = this.#top.get(key);
    if (known !== undefined || this.#sorted.count === 0 || this.#top.has(key)) return known;
    const line = this.#find(key);
    return line < 0 ? undefined : line;
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  set(key: string, entry: KeyValue | number): void {
    if (this.#top.get(key) === undefined) {
      if (this.#find(key) < 0) this.#added?.add(key);
      else if (this.#top.has(key)) this.#gone.delete(key);
    }
    this.#top.set(key, entry);
  }

  delete(key: string): void {
    if (!this.has(key)) return;
    if (this.#find(key) < 0) {
      this.#top.delete(key);
      this.#added?.delete(key);
    } else {
      this.#top.set(key, undefined);
      this.#gone.add(key);
    }
  }

  count(prefix: string): number {
    const sorted = prefix === '' ? this.#sorted.count : this.#from(behind(prefix)) - this.#from(prefix);
    return sorted - this.#gone.count(prefix) + this.#others().count(prefix);
  }

  /** Keys in order. They may change while this runs; what is added or deleted ahead of the current key is seen. */
  scan(prefix: string, after?: string): Iterable<string> {
    return this.#sorted.count === 0 ? this.#others().scan(prefix, after) : this.#merged(prefix, after);
  }

  *#merged(prefix: string, after?: string): Iterable<string> {
    const { count, keyOf } = this.#sorted;
    const added = this.#others();
    let last = after;
    let line = this.#from(after !== undefined && after >= prefix ? `${after}\0` : prefix);
    let others = added.scan(prefix, last);
    let other = others.next().value as string | undefined;
    let seen = added.version;
    for (;;) {
      let key = line < count ? keyOf(line) : undefined;
      if (key !== undefined && !key.startsWith(prefix)) key = undefined;
      if (added.version !== seen) {
        others = added.scan(prefix, last);
        other = others.next().value as string | undefined;
        seen = added.version;
      }
      if (key === undefined && other === undefined) return;
      if (key !== undefined && (other === undefined || key < other)) {
        line++;
        if (this.#top.size > 0 && this.#top.get(key) === undefined && this.#top.has(key)) continue;
        last = key;
        yield key;
      } else {
        last = other;
        const current = other as string;
        other = others.next().value as string | undefined;
        yield current;
      }
    }
  }

  #others(): SortedKeys {
    if (!this.#added) {
      const keys: string[] = [];
      for (const [key, entry] of this.#top) if (entry !== undefined && this.#find(key) < 0) keys.push(key);
      this.#added = new SortedKeys(keys.sort());
    }
    return this.#added;
  }

  /** The first sorted line at or behind `key`. */
  #from(key: string): number {
    const { count, keyOf } = this.#sorted;
    let low = 0;
    let high = count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (keyOf(middle) < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The sorted line of a key; -1 for none. */
  #find(key: string): number {
    const { count, keyOf } = this.#sorted;
    if (count === 0) return -1;
    const line = this.#from(key);
    return line < count && keyOf(line) === key ? line : -1;
  }
}
