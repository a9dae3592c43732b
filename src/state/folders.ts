// The keys of a keyspace in order, in folders: what lies below the same two words (`/registry/pods/`). Most of what is written is never
// asked for in order, so a folder only puts its new keys in order when somebody looks into it.
import { SortedKeys } from './sorted-keys.ts';

interface Folder {
  sorted: SortedKeys;
  fresh: Set<string>;
}

/** More new keys than this fraction of a folder's are sorted together with all others. */
const MANY = 4;

export class Folders {
  readonly #folders = new Map<string, Folder>();
  readonly #names: SortedKeys;
  #version = 0;

  /** Differs after every change. */
  get version(): number {
    return this.#version;
  }

  /** @param sorted distinct keys in order */
  constructor(sorted: readonly string[] = []) {
    const names: string[] = [];
    for (let from = 0; from < sorted.length; ) {
      const name = nameOf(sorted[from] as string);
      let to = from + 1;
      while (to < sorted.length && nameOf(sorted[to] as string) === name) to++;
      names.push(name);
      this.#folders.set(name, { sorted: new SortedKeys(sorted.slice(from, to)), fresh: new Set() });
      from = to;
    }
    this.#names = new SortedKeys(names);
  }

  /** The key is not there yet. */
  add(key: string): void {
    this.#version++;
    const name = nameOf(key);
    let folder = this.#folders.get(name);
    if (!folder) {
      folder = { sorted: new SortedKeys(), fresh: new Set() };
      this.#folders.set(name, folder);
      this.#names.add(name);
    }
    folder.fresh.add(key);
  }

  delete(key: string): void {
    const folder = this.#folders.get(nameOf(key));
    if (!folder) return;
    this.#version++;
    if (!folder.fresh.delete(key)) folder.sorted.delete(key);
  }

  count(prefix: string, after?: string): number {
    let count = 0;
    for (const name of this.#namesFor(prefix, after))
      count += this.#ordered(name).count(prefix.length > name.length ? prefix : name, after);
    return count;
  }

  /** The set may change while this runs; what is added or deleted ahead of the current key is seen. */
  *scan(prefix: string, after?: string): Generator<string> {
    for (const name of this.#namesFor(prefix, after)) {
      let last = after;
      for (;;) {
        const keys = this.#ordered(name).scan(prefix, last);
        let isWhole = true;
        for (const key of keys) {
          yield key;
          last = key;
          if ((this.#folders.get(name)?.fresh.size ?? 0) > 0) {
            isWhole = false; // new keys may belong here
            break;
          }
        }
        if (isWhole) break;
      }
    }
  }

  /** The folders that hold keys with this prefix. */
  *#namesFor(prefix: string, after?: string): Iterable<string> {
    const end = endOfName(prefix);
    if (end > 0) {
      const name = prefix.slice(0, end);
      if (this.#folders.has(name)) yield name;
      return;
    }
    const first = after === undefined ? undefined : nameOf(after);
    for (const one of this.#names.scan(prefix)) if (first === undefined || one >= first) yield one;
  }

  #ordered(name: string): SortedKeys {
    const folder = this.#folders.get(name) as Folder;
    const { fresh } = folder;
    if (fresh.size === 0) return folder.sorted;
    if (fresh.size > 16 && fresh.size * MANY > folder.sorted.count('')) {
      folder.sorted = new SortedKeys([...folder.sorted.scan(''), ...fresh].sort());
    } else for (const key of fresh) folder.sorted.add(key);
    fresh.clear();
    return folder.sorted;
  }
}

/** `/registry/pods/`; of shorter keys the whole. */
function nameOf(key: string): string {
  const end = endOfName(key);
  return end > 0 ? key.slice(0, end) : key;
}

/** Behind the third slash; 0 when there is none. */
function endOfName(key: string): number {
  const second = key.indexOf('/', 1);
  return second < 0 ? 0 : key.indexOf('/', second + 1) + 1;
}
