// Collects pieces of a file into large writes, and what they add up to.
import { checksum } from './format.ts';

const CHUNK = 1 << 20;

export class Chunks {
  #chunks: Buffer[] = [];
  #text = '';
  #size = 0;
  #summed = 0;
  #crc: number;
  readonly #isSummed: boolean;
  readonly #flush: ((bytes: Buffer) => void) | undefined;

  /**
   * @param crc the checksum of what comes before; undefined when nobody asks for it
   * @param flush gets what has been written, in order; without it everything waits for {@link rest}
   */
  constructor(crc: number | undefined, flush?: (bytes: Buffer) => void) {
    this.#crc = crc ?? 0;
    this.#isSummed = crc !== undefined;
    this.#flush = flush;
  }

  /** Checksum of everything written so far, continued from the first one. */
  get crc(): number {
    this.#encode();
    for (; this.#isSummed && this.#summed < this.#chunks.length; this.#summed++)
      this.#crc = checksum(this.#chunks[this.#summed] ?? Buffer.alloc(0), this.#crc);
    return this.#crc;
  }

  write(piece: string | Buffer): void {
    if (typeof piece === 'string') {
      this.#text += piece;
      if (this.#text.length < CHUNK) return;
      this.#encode();
    } else {
      this.#encode();
      this.#push(piece);
    }
    if (this.#size > CHUNK && this.#flush) this.#flushAll(this.#flush);
  }

  /** What has not been flushed. */
  rest(): Buffer {
    void this.crc;
    return Buffer.concat(this.#chunks);
  }

  #encode(): void {
    if (this.#text === '') return;
    this.#push(Buffer.from(this.#text));
    this.#text = '';
  }

  #push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
  }

  #flushAll(flush: (bytes: Buffer) => void): void {
    void this.crc;
    flush(Buffer.concat(this.#chunks));
    this.#chunks = [];
    this.#size = this.#summed = 0;
  }
}
