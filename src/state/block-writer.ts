// Cuts lines in order of keys into blocks, and remembers what the directory must know of them.
import type { WholeBlock } from './base-lines.ts';
import { type Directory, endsBlock } from './blocks.ts';
import { checksum } from './format.ts';

export class BlockWriter {
  readonly #write: (bytes: Buffer) => void;
  readonly #directory: Directory = { bytes: [], lines: [], checksums: [], keys: [] };
  #lines: Buffer[] = [];
  #first = '';

  constructor(write: (bytes: Buffer) => void) {
    this.#write = write;
  }

  /** The last line has ended a block. */
  get isEmpty(): boolean {
    return this.#lines.length === 0;
  }

  line(key: string, bytes: Buffer): void {
    if (this.isEmpty) this.#first = key;
    this.#lines.push(bytes);
    if (endsBlock(key, bytes.length)) this.#end();
  }

  /** A block as it stands in another file; the one before it must have ended. */
  block({ bytes, lines, checksum: sum, key }: WholeBlock): void {
    const directory = this.#directory;
    directory.bytes.push(bytes.length);
    directory.lines.push(lines);
    directory.checksums.push(sum);
    directory.keys.push(key);
    this.#write(bytes);
  }

  close(): Directory {
    if (!this.isEmpty) this.#end();
    return this.#directory;
  }

  #end(): void {
    const bytes = Buffer.concat(this.#lines);
    this.block({ bytes, lines: this.#lines.length, checksum: checksum(bytes, 0), key: this.#first });
    this.#lines = [];
  }
}
