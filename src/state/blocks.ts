// The blocks of a folded file: some 32 KiB of lines each, in order of keys, with a checksum in the directory. A block is read, and its
// checksum verified, when somebody asks for one of its lines. Where a block ends depends on the lines themselves and not on what came
// before, so that a fold may copy every block in which nothing has changed.
import { type BaseLines, NO_LINE, type Run, type WholeBlock } from './base-lines.ts';
import { BLOCKS_KEY, checksum, HEAD_LENGTH, keyAt, keyText } from './format.ts';
import { salvageLines } from './salvage.ts';
import type { Source } from './source.ts';

/** One entry for each block: its size, how many lines it has, its CRC-32, the key of its first line. */
export interface Directory {
  bytes: number[];
  lines: number[];
  checksums: number[];
  keys: string[];
}

/** What is wrong with a block: lines counted from 1 in the file, and how many of them could not be read. */
export interface BlockDamage {
  first: number;
  last: number;
  lost: number;
}

/** What blocks are meant to have, in bytes; those that are asked for have twice as much on average. */
const TARGET = 32 * 1024;
/** Bytes of blocks of a long file that stay in memory. */
const KEPT = 32 * 2 ** 20;
/** A line's number is its block's times this, plus its place in the block. */
const PER_BLOCK = 2 ** 20;
/** Lines before the first block. */
const HEAD_LINES = 2;

/** A block ends behind this line. The longer a line the more likely; which lines it is looks random, but is always the same. */
export const endsBlock = (key: string, size: number): boolean =>
  Math.imul(checksum(Buffer.from(key), 0), 0x9e3779b1) >>> 0 < (size / TARGET) * 2 ** 32;

export const directoryLine = (directory: Directory): string => `${keyText(BLOCKS_KEY)}${JSON.stringify(directory)}\n`;

/** Undefined when the line is not a directory of blocks that end where the log begins. */
export function parseDirectory(line: string, log: number): Directory | undefined {
  const start = keyText(BLOCKS_KEY);
  if (!line.startsWith(start)) return undefined;
  try {
    const directory = JSON.parse(line.slice(start.length)) as Directory;
    return directory.bytes.reduce((sum, bytes) => sum + bytes, HEAD_LENGTH) === log ? directory : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined;
    throw error;
  }
}

interface Block {
  bytes: Buffer;
  /** Where each line starts, and where the last one ends. */
  starts: number[];
  /** Keys that have been looked at, by place. */
  keys: (string | undefined)[];
  isSound: boolean;
}

export class Blocks implements BaseLines {
  /** Called once for each block whose checksum does not hold; what is left of its lines counts. */
  onDamage: (damage: BlockDamage) => void = () => {};
  readonly #loaded = new Map<number, Block>();
  #kept = 0;
  /** Where each block begins in the file. */
  readonly #offsets: number[] = [];
  /** How many lines come before each block. */
  #ranks: number[] = [];
  /** The block that was asked for last. */
  #current = NO_LINE;
  #block: Block = { bytes: Buffer.alloc(0), starts: [0], keys: [], isSound: true };

  constructor(
    readonly source: Source,
    readonly directory: Directory,
  ) {
    let offset = HEAD_LENGTH;
    for (const bytes of directory.bytes) {
      this.#offsets.push(offset);
      offset += bytes;
    }
    this.#count();
  }

  get count(): number {
    return this.#ranks.at(-1) ?? 0;
  }

  seek(key: string): number {
    const b = Math.max(0, this.#blockOf(key));
    return this.#line(b, this.#place(b, key));
  }

  next(line: number): number {
    return this.#line(Math.floor(line / PER_BLOCK), (line % PER_BLOCK) + 1);
  }

  keyOf(line: number): string {
    return keyIn(this.#load(Math.floor(line / PER_BLOCK)), line % PER_BLOCK);
  }

  bytesOf(line: number): Buffer {
    const { bytes, starts } = this.#load(Math.floor(line / PER_BLOCK));
    const n = line % PER_BLOCK;
    return bytes.subarray(starts[n], starts[n + 1]);
  }

  rank(key: string): number {
    const b = Math.max(0, this.#blockOf(key));
    const place = this.#place(b, key);
    return (this.#ranks[b] ?? 0) + place;
  }

  *runs(): Iterable<Run> {
    const { keys } = this.directory;
    for (let b = 0; b < keys.length; b++) {
      yield { first: b * PER_BLOCK, until: keys[b + 1], whole: () => this.#whole(b) };
    }
  }

  /** Reads every block, so that whatever is wrong with one becomes known. */
  verify(): void {
    for (let b = 0; b < this.directory.keys.length; b++) this.#load(b);
  }

  #whole(b: number): WholeBlock | undefined {
    const { bytes, isSound } = this.#load(b);
    const { lines, checksums, keys } = this.directory;
    return isSound ? { bytes, lines: lines[b] ?? 0, checksum: checksums[b] ?? 0, key: keys[b] ?? '' } : undefined;
  }

  /** The line at a place of a block; places behind its last are the next block's. */
  #line(b: number, place: number): number {
    for (; b < this.directory.keys.length; b++, place = 0) {
      if (place < this.#load(b).starts.length - 1) return b * PER_BLOCK + place;
    }
    return NO_LINE;
  }

  /** The last block that begins at or before `key`; -1 when none does. */
  #blockOf(key: string): number {
    const { keys } = this.directory;
    let low = 0;
    let high = keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((keys[middle] ?? '') <= key) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /** How many lines of a block come before `key`. */
  #place(b: number, key: string): number {
    if (b >= this.directory.keys.length) return 0;
    const block = this.#load(b);
    let low = 0;
    let high = block.starts.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (keyIn(block, middle) < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #load(b: number): Block {
    if (b === this.#current) return this.#block;
    const block = this.#loaded.get(b) ?? this.#read(b);
    this.#current = b;
    this.#block = block;
    return block;
  }

  #read(b: number): Block {
    const { source, directory } = this;
    const offset = this.#offsets[b] ?? 0;
    const bytes = source.read(offset, offset + (directory.bytes[b] ?? 0));
    const starts = [0];
    for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) starts.push(at + 1);
    const block: Block = { bytes, starts, keys: [], isSound: checksum(bytes, 0) === directory.checksums[b] };
    this.#keep(b, block);
    return block.isSound ? block : this.#salvaged(b, block);
  }

  #keep(b: number, block: Block): void {
    if (!this.source.isWhole) {
      this.#kept += block.bytes.length;
      for (const [old, { bytes, isSound }] of this.#loaded) {
        if (this.#kept <= KEPT) break;
        if (!isSound) continue;
        this.#loaded.delete(old);
        this.#kept -= bytes.length;
      }
    }
    this.#loaded.set(b, block);
  }

  /** Of a damaged block, the lines that are still lines, in order, with keys that belong there. */
  #salvaged(b: number, block: Block): Block {
    const { keys, lines } = this.directory;
    const before = this.#ranks[b] ?? 0;
    const expected = lines[b] ?? 0;
    const left = salvageLines(block.bytes, keys[b] ?? '', keys[b + 1]);
    block.bytes = Buffer.concat(left);
    block.starts = [0];
    block.keys = [];
    for (const line of left) block.starts.push((block.starts.at(-1) ?? 0) + line.length);
    lines[b] = left.length;
    this.#count();
    this.onDamage({ first: HEAD_LINES + before + 1, last: HEAD_LINES + before + expected, lost: Math.max(0, expected - left.length) });
    return block;
  }

  #count(): void {
    let count = 0;
    this.#ranks = [0, ...this.directory.lines.map((lines) => (count += lines))];
  }
}

function keyIn(block: Block, place: number): string {
  const known = block.keys[place];
  if (known !== undefined) return known;
  const key = keyAt(block.bytes, block.starts[place] ?? 0);
  block.keys[place] = key;
  return key;
}
