// What a commit writes: lines appended to the log, or the whole file anew without what nobody can ask for any more.
import { checksum, checksumEnd, deletedLine, FOOTER, HEADER, type Marker, markerStart, plainLine, registryLine } from './format.ts';
import type { Change, KeyValue } from './keyspace.ts';
import type { MemoryKeyspace } from './memory-keyspace.ts';

/** Takes text and remembers what it adds up to. */
export interface LineSink {
  write(piece: string | Buffer): void;
  /** Checksum of everything written so far. */
  readonly crc: number;
}

/** What a marker says beside the keyspace's revisions. */
export type MarkerExtras = Pick<Marker, 'command' | 'commands' | 'follows' | 'sorted'>;

/** The lines of what has changed since the last commit, with their marker. */
export function writeChanges(keyspace: MemoryKeyspace, sink: LineSink, extras: MarkerExtras = {}): void {
  const { changes, plain } = keyspace.pending();
  for (const key of [...plain].sort()) {
    const value = keyspace.value(key);
    sink.write(value === undefined ? deletedLine(key) : plainLine(key, value));
  }
  for (const change of changes) sink.write(changeLine(change));
  writeMarker(keyspace, changes, sink, extras);
}

/**
 * The whole file: every key as of the revision `compacted`, in order of keys, then the changes since. A function of the keyspace's
 * contents alone. Lines that nobody has touched are copied by `copy` unread.
 */
export function writeFolded(keyspace: MemoryKeyspace, copy: (line: number) => Buffer, sink: LineSink, extras: MarkerExtras = {}): void {
  const changes = keyspace.changesSince(keyspace.compacted) ?? [];
  const atStart = new Map<string, KeyValue | undefined>();
  for (const { key, before } of changes) if (!atStart.has(key)) atStart.set(key, before);

  const keys: string[] = [];
  for (const key of keyspace.keys('/')) if (!atStart.has(key)) keys.push(key);
  for (const [key, before] of atStart) if (before) keys.push(key);

  sink.write(HEADER);
  let sorted = 0;
  for (const key of keys.sort()) {
    sorted++;
    const before = atStart.get(key);
    const line = before ? undefined : keyspace.unread(key);
    const entry = before ?? (line === undefined ? keyspace.get(key) : undefined);
    if (entry) sink.write(entry.mod === 0 ? plainLine(key, entry.value) : registryLine(entry));
    else if (line !== undefined) sink.write(copy(line));
  }
  for (const change of changes) sink.write(changeLine(change));
  writeMarker(keyspace, changes, sink, { ...extras, sorted });
}

function writeMarker({ revision, compacted }: MemoryKeyspace, changes: readonly Change[], sink: LineSink, extras: MarkerExtras): void {
  const deleted: Record<string, string> = {};
  for (const change of changes) if (!change.after && change.revision > compacted) deleted[change.revision] = change.key;
  const marker: Marker = { revision, compacted, deleted, ...extras };
  sink.write(markerStart(marker));
  sink.write(checksumEnd(sink.crc));
}

const changeLine = ({ key, after }: Change): string => (after ? registryLine(after) : deletedLine(key));

/** Collects pieces; `flush` gets them in blocks, or all at once at the end when there is none. */
export class Blocks implements LineSink {
  #blocks: Buffer[] = [];
  #text = '';
  #size = 0;
  #summed = 0;
  #crc: number;

  constructor(
    crc: number,
    readonly flush?: (block: Buffer) => void,
  ) {
    this.#crc = crc;
  }

  get crc(): number {
    this.#encode();
    for (; this.#summed < this.#blocks.length; this.#summed++)
      this.#crc = checksum(this.#blocks[this.#summed] ?? Buffer.alloc(0), this.#crc);
    return this.#crc;
  }

  write(piece: string | Buffer): void {
    if (typeof piece === 'string') {
      this.#text += piece;
      if (this.#text.length < BLOCK) return;
      this.#encode();
    } else {
      this.#encode();
      this.#push(piece);
    }
    if (this.#size > BLOCK && this.flush) this.#flush();
  }

  /** What has not been flushed, closed by the footer, which no checksum covers. */
  close(): Buffer {
    this.#encode();
    return Buffer.concat([...this.#blocks, Buffer.from(FOOTER)]);
  }

  #encode(): void {
    if (this.#text === '') return;
    this.#push(Buffer.from(this.#text));
    this.#text = '';
  }

  #push(block: Buffer): void {
    this.#blocks.push(block);
    this.#size += block.length;
  }

  #flush(): void {
    void this.crc;
    this.flush?.(Buffer.concat(this.#blocks));
    this.#blocks = [];
    this.#size = this.#summed = 0;
  }
}

const BLOCK = 1 << 20;
