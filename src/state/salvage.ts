// The last resort: bytes that fail their checksum with no whole commit to go back to. The file was edited by hand, or its device failed.
// Every line that is still JSON counts as it stands; history does not, because nobody can vouch for it.
import { deepFreeze } from '../machinery/freeze.ts';
import { MARKER_KEY } from './format.ts';
import type { IndexedFile } from './index-lines.ts';
import type { KeyValue } from './keyspace.ts';
import { Lines } from './lines.ts';
import { FIRST_REVISION, isRegistry, RESERVED } from './memory-keyspace.ts';

/** A whole file. */
export function salvage(bytes: Buffer): IndexedFile {
  const lines = new Map<string, KeyValue>();
  let revision = FIRST_REVISION;
  let lost = 0;
  for (const [start, end] of linesOf(bytes, bytes.indexOf(10) + 1)) {
    const text = bytes.toString('utf8', start, end).trim();
    if (text === '}' || text === '') continue;
    const line = parse(text);
    if (!line) lost++;
    else if (line.key === MARKER_KEY) revision = Math.max(revision, Number((line.value as { revision?: unknown }).revision) || 0);
    else if (line.value === null) lines.delete(line.key);
    else if (!RESERVED.has(line.key)) lines.set(line.key, deepFreeze(entryOf(line)));
  }
  for (const { mod } of lines.values()) revision = Math.max(revision, mod);
  const kept = new Lines();
  for (const [key, entry] of lines) kept.set(key, entry);
  return {
    end: 0,
    folded: 0,
    crc: 0,
    revision,
    compacted: revision,
    lines: kept,
    load: (key) => lines.get(key) as KeyValue,
    history: () => [],
    isTorn: false,
    commands: 0,
    commits: () => [],
    eachLine: () => {},
    lineBytes: () => Buffer.alloc(0),
    verify: () => {},
    copyTo: () => {},
    close: () => {},
    damage: { isSalvaged: true, line: 0, lost },
  };
}

/** Lines of a block whose keys go from `first` up to `until`. */
export function salvageLines(bytes: Buffer, first: string, until: string | undefined): Buffer[] {
  const left: Buffer[] = [];
  let last = '';
  for (const [start, end] of linesOf(bytes, 0)) {
    const line = bytes[end - 1] === 10 ? parse(bytes.toString('utf8', start, end).trim()) : undefined;
    if (!line || line.value === null || RESERVED.has(line.key)) continue;
    if (line.key < first || line.key <= last || (until !== undefined && line.key >= until)) continue;
    last = line.key;
    left.push(bytes.subarray(start, end));
  }
  return left;
}

function* linesOf(bytes: Buffer, from: number): Iterable<[start: number, end: number]> {
  for (let at = from; at < bytes.length; ) {
    const next = bytes.indexOf(10, at) + 1 || bytes.length;
    yield [at, next];
    at = next;
  }
}

interface Line {
  key: string;
  value: unknown;
}

/** Undefined when the line is not one of ours any more. */
function parse(text: string): Line | undefined {
  try {
    const [pair, ...more] = Object.entries(JSON.parse(`{${text.replace(/^[{,]/, '').replace(/,$/, '')}}`) as object);
    if (!pair || more.length > 0) return undefined;
    const [key, value] = pair as [string, unknown];
    return (isRegistry(key) ? value === null || isEntry(value) : isPlain(key) && value !== undefined) ? { key, value } : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

const isPlain = (key: string): boolean => key.startsWith('/kubemu/') && key !== '/kubemu/format';

function isEntry(value: unknown): value is Omit<KeyValue, 'key'> {
  const { create, mod, version, value: inner } = Object(value) as Partial<KeyValue>;
  return [create, mod, version].every((n) => Number.isSafeInteger(n) && Number(n) > 0) && inner !== undefined && inner !== null;
}

function entryOf({ key, value }: Line): KeyValue {
  if (!isRegistry(key)) return { key, create: 0, mod: 0, version: 0, value };
  const { create, mod, version, value: inner } = value as KeyValue;
  return { key, create, mod, version, value: inner };
}
