// An ordered set of keys: short sorted runs in order, so that one more key among 150,000 moves a few hundred entries at most.

const RUN = 512;

export class SortedKeys {
  #runs: string[][] = [];
  #version = 0;

  /** Differs after every change. */
  get version(): number {
    return this.#version;
  }

  /** @param sorted distinct keys in order of their UTF-16 code units, as `sort()` leaves them */
  constructor(sorted: readonly string[] = []) {
    for (let i = 0; i < sorted.length; i += RUN) this.#runs.push(sorted.slice(i, i + RUN));
  }

  add(key: string): void {
    this.#version++;
    const r = Math.max(0, this.#runAt(key));
    const run = this.#runs[r];
    if (!run) {
      this.#runs.push([key]);
      return;
    }
    run.splice(lowerBound(run, key), 0, key);
    if (run.length > 2 * RUN) this.#runs.splice(r + 1, 0, run.splice(RUN));
  }

  delete(key: string): void {
    const r = this.#runAt(key);
    const run = this.#runs[r];
    const i = run ? lowerBound(run, key) : 0;
    if (run?.[i] !== key) return;
    this.#version++;
    run.splice(i, 1);
    if (run.length === 0) this.#runs.splice(r, 1);
  }

  count(prefix: string, after?: string): number {
    const end = prefix === '' ? this.#runs.reduce((sum, run) => sum + run.length, 0) : this.#rank(behind(prefix));
    const start = startOf(prefix, after);
    return Math.max(0, end - (start === '' ? 0 : this.#rank(start))); // `after` may lie behind them all
  }

  /** The set may change while this runs; what is added or deleted ahead of the current key is seen. */
  *scan(prefix: string, after?: string): Generator<string> {
    let start = after !== undefined && after >= prefix ? `${after}\0` : prefix;
    for (;;) {
      const seen = this.#version;
      let r = Math.max(0, this.#runAt(start));
      let i = lowerBound(this.#runs[r] ?? [], start);
      while (this.#version === seen) {
        const run = this.#runs[r];
        if (!run) return;
        const key = run[i];
        if (key === undefined) {
          r++;
          i = 0;
          continue;
        }
        if (!key.startsWith(prefix)) return;
        yield key;
        start = `${key}\0`;
        i++;
      }
    }
  }

  /** The last run that starts at or before `key`; -1 when none does. */
  #runAt(key: string): number {
    let low = 0;
    let high = this.#runs.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#runs[middle]?.[0] ?? '') <= key) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /** How many keys come before `key`. */
  #rank(key: string): number {
    const r = this.#runAt(key);
    let rank = lowerBound(this.#runs[r] ?? [], key);
    for (let i = 0; i < r; i++) rank += this.#runs[i]?.length ?? 0;
    return rank;
  }
}

function lowerBound(run: readonly string[], key: string): number {
  let low = 0;
  let high = run.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((run[middle] ?? '') < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Where keys with a prefix behind `after` begin. */
export const startOf = (prefix: string, after: string | undefined): string =>
  after !== undefined && after >= prefix ? `${after}\0` : prefix;

/** The first text behind everything that starts with `prefix`. */
export function behind(prefix: string): string {
  const last = prefix.length - 1;
  return prefix.slice(0, last) + String.fromCharCode(prefix.charCodeAt(last) + 1);
}
