// The last resort: bytes that fail their checksum with no whole commit to go back to. The file was edited by hand, or its device failed.
// Every line that is still JSON counts as it stands; history does not, because nobody can vouch for it.
import { deepFreeze } from '../machinery/freeze.ts';
import { entryLine, MARKER_KEY, MARKER_START } from './format.ts';
import type { IndexedFile } from './index-lines.ts';
import type { KeyValue } from './keyspace.ts';
import { Lines } from './lines.ts';
import { FIRST_REVISION, isRegistry, RESERVED } from './memory-keyspace.ts';
import type { Source } from './source.ts';

/** A whole file; undefined when there is no commit in it, whole or not. */
export function salvage(source: Source): IndexedFile | undefined {
  /** Where in the file each line that counts begins and ends. */
  const places: [start: number, end: number][] = [];
  const keys = new Map<string, number>();
  let revision = FIRST_REVISION;
  let lost = 0;
  let commits = 0;
  let isFirst = true;
  for (const { start, bytes } of linesIn(source)) {
    const text = bytes.toString().trim();
    if (text.startsWith(MARKER_START)) commits++;
    const isHeader = isFirst;
    isFirst = false;
    if (isHeader || text === '}' || text === '') continue;
    const line = parse(text);
    if (!line) lost++;
    else if (line.key === MARKER_KEY) revision = Math.max(revision, Number((line.value as { revision?: unknown }).revision) || 0);
    else if (line.value === null) keys.delete(line.key);
    else if (!RESERVED.has(line.key)) {
      revision = Math.max(revision, entryOf(line).mod);
      keys.set(line.key, places.push([start, start + bytes.length]) - 1);
    }
  }
  if (commits === 0) return undefined;
  const lines = new Lines();
  for (const [key, place] of keys) lines.set(key, place);
  const load = (place: number): KeyValue => {
    const line = parse(
      source
        .read(...(places[place] ?? [0, 0]))
        .toString()
        .trim(),
    );
    if (!line) throw new Error('a line of the state file has changed while it was open');
    return deepFreeze(entryOf(line));
  };
  return {
    end: 0,
    folded: 0,
    crc: 0,
    revision,
    compacted: revision,
    lines,
    load: (_, place) => load(place),
    history: () => [],
    isTorn: false,
    commands: 0,
    commits: () => [],
    eachLine: () => {},
    lineBytes: (place) => Buffer.from(entryLine(load(place))), // as we would have written it
    verify: () => {},
    copyTo: () => {},
    close: () => source.close(),
    damage: { isSalvaged: true, line: 0, lost },
  };
}

/** Read piece by piece: the file may be larger than the memory. */
function* linesIn(source: Source): Iterable<{ start: number; bytes: Buffer }> {
  let size = PIECE;
  for (let start = 0; start < source.size; ) {
    const piece = source.read(start, Math.min(source.size, start + size));
    const isLast = start + piece.length >= source.size;
    const last = isLast ? piece.length : piece.lastIndexOf(10) + 1;
    if (piece.length === 0) return;
    if (last === 0) {
      size *= 2; // a line longer than that
      continue;
    }
    for (const [from, to] of linesOf(piece.subarray(0, last), 0)) yield { start: start + from, bytes: piece.subarray(from, to) };
    start += last;
  }
}

const PIECE = 16 * 2 ** 20;

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
