// Many lines in memory as bytes, in large pieces: a hundred megabytes of small strings or buffers would keep the garbage collector busy.

const SLAB = 4 * 2 ** 20;
/** UTF-8 has no more bytes than this for a UTF-16 code unit. */
const MOST_PER_UNIT = 3;

export class Texts {
  readonly #slabs: Buffer[] = [];
  /** Slab, start and end of each line, one after the other. */
  readonly #places: number[] = [];
  #used = SLAB;

  /** Returns the line's number, counted from 0. */
  add(line: string): number {
    const most = line.length * MOST_PER_UNIT;
    if (this.#used + most > (this.#slabs.at(-1)?.length ?? 0)) {
      this.#slabs.push(Buffer.allocUnsafeSlow(Math.max(SLAB, most)));
      this.#used = 0;
    }
    const slab = this.#slabs.length - 1;
    const end = this.#used + (this.#slabs[slab]?.write(line, this.#used) ?? 0);
    this.#places.push(slab, this.#used, end);
    this.#used = end;
    return this.#places.length / 3 - 1;
  }

  get(line: number): Buffer {
    const [slab = 0, start, end] = this.#places.slice(line * 3, line * 3 + 3);
    return this.#slabs[slab]?.subarray(start, end) ?? Buffer.alloc(0);
  }
}
