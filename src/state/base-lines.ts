// The lines that a file starts with, in order of keys, as Lines asks for them. A line is a number that means something to its base only.

export interface BaseLines {
  readonly count: number;
  /** The first line at or behind `key`; {@link NO_LINE} when there is none. */
  seek(key: string): number;
  /** The line behind `line`; {@link NO_LINE} behind the last. */
  next(line: number): number;
  keyOf(line: number): string;
  /** A line's bytes, comma and newline included. */
  bytesOf(line: number): Buffer;
  /** How many lines come before `key`. */
  rank(key: string): number;
  /** For a fold: the lines in runs, in order. */
  runs(): Iterable<Run>;
}

/** Some lines of a base in a row: those whose keys come before `until`, or the rest. */
export interface Run {
  readonly first: number;
  readonly until: string | undefined;
  /** All its bytes, if they may be copied as they are: a block, which is sound. */
  whole(): WholeBlock | undefined;
}

export interface WholeBlock {
  readonly bytes: Buffer;
  readonly lines: number;
  readonly checksum: number;
  /** Key of its first line. */
  readonly key: string;
}

export const NO_LINE = -1;

export const NO_LINES: BaseLines = {
  count: 0,
  seek: () => NO_LINE,
  next: () => NO_LINE,
  keyOf: () => '',
  bytesOf: () => Buffer.alloc(0),
  rank: () => 0,
  runs: () => [],
};

/** The line of exactly this key. */
export function findLine(base: BaseLines, key: string): number {
  if (base.count === 0) return NO_LINE;
  const line = base.seek(key);
  return line !== NO_LINE && base.keyOf(line) === key ? line : NO_LINE;
}

/** Lines numbered from `first` on: `count` of them, each of which can be looked at by itself. */
export function numberedLines(count: number, first: number, at: { keyOf(line: number): string; bytesOf(line: number): Buffer }): BaseLines {
  const rank = (key: string): number => {
    let low = 0;
    let high = count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (at.keyOf(first + middle) < key) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const line = (n: number): number => (n < count ? first + n : NO_LINE);
  return {
    count,
    seek: (key) => line(rank(key)),
    next: (before) => line(before - first + 1),
    keyOf: at.keyOf,
    bytesOf: at.bytesOf,
    rank,
    runs: () => (count > 0 ? [{ first, until: undefined, whole: () => undefined }] : []),
  };
}
