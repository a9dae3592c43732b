// Which line or entry a key has: what has been touched is kept in a map, in front of the lines that the file starts with (base-lines.ts),
// which are only looked at when somebody asks for them.
import { type BaseLines, findLine, NO_LINE, NO_LINES } from './base-lines.ts';
import { Folders } from './folders.ts';
import type { KeyValue } from './keyspace.ts';
import { behind, SortedKeys, startOf } from './sorted-keys.ts';

/** A whole entry, or the line that holds it. */
export type Entry = KeyValue | number;

export class Lines {
  /** Undefined: deleted. */
  readonly #top = new Map<string, Entry | undefined>();
  readonly base: BaseLines;
  /** Keys of the map that are not deleted; made when somebody first asks for keys in order. */
  #present: Folders | undefined;
  /** What the map changes in the number of keys; made when somebody first counts. */
  #difference: Difference | undefined;

  constructor(base: BaseLines = NO_LINES) {
    this.base = base;
  }

  get(key: string): Entry | undefined {
    const known = this.#top.get(key);
    if (known !== undefined || this.base.count === 0 || this.#top.has(key)) return known;
    const line = findLine(this.base, key);
    return line === NO_LINE ? undefined : line;
  }

  /** {@link get}, of what stands in front of the base only. */
  getTouched(key: string): Entry | undefined {
    return this.#top.get(key);
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  set(key: string, entry: Entry): void {
    if (this.#present && this.#top.get(key) === undefined) this.#present.add(key);
    this.#difference?.touch(key);
    this.#top.set(key, entry);
  }

  /** {@link set} of one of many: who asks for order or numbers afterwards pays for all of them at once. */
  setMany(key: string, entry: Entry): void {
    this.#present = undefined;
    this.#difference = undefined;
    this.#top.set(key, entry);
  }

  delete(key: string): void {
    this.hide(key);
    if (findLine(this.base, key) === NO_LINE) this.#top.delete(key);
  }

  /** {@link delete}, without looking whether there is such a key. */
  hide(key: string): void {
    if (this.#top.get(key) !== undefined) this.#present?.delete(key);
    this.#difference?.touch(key);
    this.#top.set(key, undefined);
  }

  /** What differs from the base, in order of keys; undefined for what has been deleted. */
  touched(): [key: string, entry: Entry | undefined][] {
    const keys = this.#present ? [...this.#present.scan('')] : [];
    for (const [key, entry] of this.#top) if (!this.#present || entry === undefined) keys.push(key);
    return keys.sort().map((key) => [key, this.#top.get(key)]);
  }

  count(prefix: string, after?: string): number {
    if (this.base.count === 0) return this.#keys().count(prefix, after);
    this.#difference ??= new Difference(this.#top, this.base);
    const end = prefix === '' ? this.base.count : this.base.rank(behind(prefix));
    const inBase = Math.max(0, end - this.base.rank(startOf(prefix, after)));
    return inBase + this.#difference.count(prefix, after);
  }

  /** Keys in order. They may change while this runs; what is added or deleted ahead of the current key is seen. */
  scan(prefix: string, after?: string): Iterable<string> {
    return this.base.count === 0 ? this.#keys().scan(prefix, after) : this.#merged(prefix, after);
  }

  *#merged(prefix: string, after?: string): Iterable<string> {
    const { base } = this;
    const present = this.#keys();
    const keyAt = (line: number): string | undefined => {
      const key = line === NO_LINE ? undefined : base.keyOf(line);
      return key?.startsWith(prefix) ? key : undefined;
    };
    let last = after;
    let line = base.seek(after !== undefined && after >= prefix ? `${after}\0` : prefix);
    let key = keyAt(line);
    let others = present.scan(prefix, last);
    let other = others.next().value as string | undefined;
    let seen = present.version;
    for (;;) {
      if (present.version !== seen) {
        others = present.scan(prefix, last);
        other = others.next().value as string | undefined;
        seen = present.version;
      }
      if (key === undefined && other === undefined) return;
      if (key !== undefined && (other === undefined || key <= other)) {
        const current = key;
        line = base.next(line);
        key = keyAt(line);
        if (this.#top.has(current)) continue; // deleted, or to come from the map
        last = current;
        yield current;
      } else {
        const current = other as string;
        last = current;
        other = others.next().value as string | undefined;
        yield current;
      }
    }
  }

  #keys(): Folders {
    if (!this.#present) {
      const keys: string[] = [];
      for (const [key, entry] of this.#top) if (entry !== undefined) keys.push(key);
      this.#present = new Folders(keys.sort());
    }
    return this.#present;
  }
}

/** How the number of keys differs from the base's. Whether the base has a key is only found out for keys that are counted. */
class Difference {
  readonly #added = new SortedKeys();
  readonly #gone = new SortedKeys();
  readonly #unsure: SortedKeys;

  constructor(
    readonly top: ReadonlyMap<string, Entry | undefined>,
    readonly base: BaseLines,
  ) {
    this.#unsure = new SortedKeys([...top.keys()].sort());
  }

  touch(key: string): void {
    this.#added.delete(key);
    this.#gone.delete(key);
    this.#unsure.delete(key);
    this.#unsure.add(key);
  }

  count(prefix: string, after?: string): number {
    for (const key of this.#unsure.scan(prefix)) {
      this.#unsure.delete(key);
      const isPresent = this.top.get(key) !== undefined;
      const isInBase = findLine(this.base, key) !== NO_LINE;
      if (isPresent && !isInBase) this.#added.add(key);
      if (!isPresent && isInBase) this.#gone.add(key);
    }
    return this.#added.count(prefix, after) - this.#gone.count(prefix, after);
  }
}
