// Which line or entry a key has. The first section of a folded file stands in order of keys, so its lines are found by halving and their
// keys stay unread; only what is not in that order, or has been touched, is kept in a map.
import type { KeyValue } from './keyspace.ts';

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
    this.#top.set(key, entry);
  }

  delete(key: string): void {
    if (this.#sorted.count > 0 && this.#find(key) >= 0) this.#top.set(key, undefined);
    else this.#top.delete(key);
  }

  /** In no order that counts. */
  keys(): string[] {
    const keys: string[] = [];
    const { count, keyOf } = this.#sorted;
    for (let line = 0; line < count; line++) {
      const key = keyOf(line);
      if (this.#top.size === 0 || !this.#top.has(key)) keys.push(key);
    }
    for (const [key, entry] of this.#top) if (entry !== undefined) keys.push(key);
    return keys;
  }

  /** The sorted line of a key; -1 for none. */
  #find(key: string): number {
    const { count, keyOf } = this.#sorted;
    let low = 0;
    let high = count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (keyOf(middle) < key) low = middle + 1;
      else high = middle;
    }
    return low < count && keyOf(low) === key ? low : -1;
  }
}
