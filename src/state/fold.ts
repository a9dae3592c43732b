// What a commit writes: lines appended to the log, or the whole file anew without what nobody can ask for any more.
import { NO_LINE } from './base-lines.ts';
import { BlockWriter } from './block-writer.ts';
import { type Directory, directoryLine } from './blocks.ts';
import { checksumEnd, deletedLine, entryLine, type Marker, markerStart, plainLine, registryLine } from './format.ts';
import type { Change, KeyValue } from './keyspace.ts';
import type { Entry } from './lines.ts';
import type { MemoryKeyspace } from './memory-keyspace.ts';

/** Takes text and remembers what it adds up to. */
export interface LineSink {
  write(piece: string | Buffer): void;
  /** Checksum of everything written so far. */
  readonly crc: number;
}

/** What a marker says beside the keyspace's revisions. */
export type MarkerExtras = Pick<Marker, 'command' | 'commands' | 'follows'>;

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
 * Every key as of the revision `compacted`, in order of keys, in blocks: a function of the keyspace's contents alone. Lines that nobody
 * has touched are copied unread, and blocks in which there is no other line as a whole.
 */
export function writeBlocks(keyspace: MemoryKeyspace, copy: (line: number) => Buffer, write: (bytes: Buffer) => void): Directory {
  const changed = asOfStart(keyspace);
  const out = new BlockWriter(write);
  const { base } = keyspace.lines;
  let n = 0;
  const writeChanged = (): void => {
    const [key, entry] = changed[n++] as [string, Entry | undefined];
    if (entry !== undefined) out.line(key, typeof entry === 'number' ? copy(entry) : Buffer.from(entryLine(entry)));
  };
  for (const { first, until, whole } of base.runs()) {
    const next = changed[n]?.[0];
    const block = out.isEmpty && (next === undefined || (until !== undefined && next >= until)) ? whole() : undefined;
    if (block) {
      out.block(block);
      continue;
    }
    for (let line = first; line !== NO_LINE; line = base.next(line)) {
      const key = base.keyOf(line);
      if (until !== undefined && key >= until) break;
      while (n < changed.length && (changed[n]?.[0] ?? '') < key) writeChanged();
      if (changed[n]?.[0] === key) {
        if (isText(changed[n]?.[1])) throw new Error(`${key} exists`);
        writeChanged();
      } else out.line(key, base.bytesOf(line));
    }
    while (n < changed.length && until !== undefined && (changed[n]?.[0] ?? '') < until) writeChanged();
  }
  while (n < changed.length) writeChanged();
  return out.close();
}

/** Of MemoryKeyspace.putText, which is for new keys only. */
const isText = (entry: Entry | undefined): boolean => typeof entry === 'number' && entry < 0;

/** What differs from the file's base, in order of keys, each as it was at the revision `compacted`; undefined for what was not there. */
function asOfStart(keyspace: MemoryKeyspace): [key: string, entry: Entry | undefined][] {
  const atStart = new Map<string, KeyValue | undefined>();
  for (const { key, before } of windowOf(keyspace)) if (!atStart.has(key)) atStart.set(key, before);
  const touched = keyspace.lines.touched();
  if (atStart.size === 0) return touched;
  for (const one of touched) {
    if (!atStart.has(one[0])) continue;
    one[1] = atStart.get(one[0]);
    atStart.delete(one[0]);
  }
  return atStart.size === 0 ? touched : [...touched, ...atStart].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** The log of a file just folded: the directory of its blocks, the changes of the window, and a marker. */
export function writeLog(keyspace: MemoryKeyspace, directory: Directory, sink: LineSink, extras: MarkerExtras = {}): void {
  const changes = windowOf(keyspace);
  sink.write(directoryLine(directory));
  for (const change of changes) sink.write(changeLine(change));
  writeMarker(keyspace, changes, sink, extras);
}

const windowOf = (keyspace: MemoryKeyspace): readonly Change[] => keyspace.changesSince(keyspace.compacted) ?? [];

function writeMarker({ revision, compacted }: MemoryKeyspace, changes: readonly Change[], sink: LineSink, extras: MarkerExtras): void {
  const deleted: Record<string, string> = {};
  for (const change of changes) if (!change.after && change.revision > compacted) deleted[change.revision] = change.key;
  const marker: Marker = { revision, compacted, deleted, ...extras };
  sink.write(markerStart(marker));
  sink.write(checksumEnd(sink.crc));
}

const changeLine = ({ key, after }: Change): string => (after ? registryLine(after) : deletedLine(key));
