// Reads a state file without parsing it: where each key's last whole line is, and which lines it supersedes.
// Sections count only up to the last marker whose checksum holds; what follows is a torn write or damage.
import { deepFreeze } from '../machinery/freeze.ts';
import { StateFileError } from './errors.ts';
import {
  CHECKSUM_LENGTH,
  checksum,
  checksumEnd,
  FOOTER,
  FORMAT_VERSION,
  HEADER_START,
  keyAt,
  MARKER_START,
  type Marker,
  parseMarker,
  type RegistryLine,
  valueOffset,
} from './format.ts';
import type { Change, KeyValue } from './keyspace.ts';
import { Lines } from './lines.ts';
import { isRegistry, type Origin } from './memory-keyspace.ts';
import { salvage } from './salvage.ts';

export interface IndexedFile extends Origin {
  readonly bytes: Buffer;
  /** Where the closing brace stands, or belongs: behind the last good marker. */
  readonly end: number;
  /** Where the first section ends: the size of the last fold. */
  readonly folded: number;
  /** Checksum of everything before `end`. */
  readonly crc: number;
  readonly damage?: Damage;
  /** Something follows the last whole commit that is no closing brace: a write under way, or one that never ended. */
  readonly isTorn: boolean;
  /** How many commands the file has seen. */
  readonly commands: number;
  /** Every whole commit in order. */
  commits(): Commit[];
  /** What each line is there for, in order. */
  eachLine(visit: (key: string, size: number, role: LineRole) => void): void;
  /** A line's bytes, comma and newline included. */
  lineBytes(line: number): Buffer;
}

/** Where a commit ends, and what its marker says. */
export interface Commit extends Marker {
  end: number;
}

/** `live`: a key's value. `history`: what watches and undone deletions need. `log`: superseded, and gone after the next fold. */
export type LineRole = 'live' | 'history' | 'log';

/** Bytes are not what they were when they were written. */
export interface Damage {
  /** There was no whole commit to go back to (salvage.ts). */
  isSalvaged: boolean;
  /** The first line, counted from 1, of the section that they are in. */
  line: number;
  /** How many whole commits follow, or lines that could not be read. */
  lost: number;
}

const COMMIT = MARKER_START.slice(2, MARKER_START.indexOf('"', 2));

export function indexLines(bytes: Buffer, path: string): IndexedFile {
  checkHeader(bytes, path);
  const starts: number[] = [];
  /** The line that a line supersedes; nothing for none. */
  const previous = new Map<number, number>();
  const markers: number[] = [];
  let lines = new Lines();
  const lineEnd = (line: number): number => starts[line + 1] ?? end;
  const keyOf = (line: number): string => keyAt(bytes, starts[line] ?? 0);

  let end = 0;
  let crc = 0;
  let folded = 0;
  let whole = 0;
  let damaged = false;
  for (let at = bytes.indexOf(10) + 1; at > 0 && bytes[at] === 0x2c; ) {
    const next = bytes.indexOf(10, at) + 1;
    const stop = next || bytes.length;
    if (isMarker(bytes, at)) {
      const sum = sumOfMarker(bytes, at, stop, end, crc);
      if (typeof sum !== 'number') {
        damaged = sum === 'damaged';
        break;
      }
      crc = checksum(bytes.subarray(stop - CHECKSUM_LENGTH - 1, stop), sum);
      starts.push(at);
      markers.push(starts.length - 1);
      end = stop;
      if (folded === 0) {
        folded = end;
        whole = Math.min(markerOf(starts.length - 1).sorted ?? 0, starts.length - 1);
        lines = new Lines({ count: whole, keyOf });
      }
      for (; whole < starts.length; whole++) supersede(whole);
    } else starts.push(at);
    at = next;
  }
  starts.length = whole;

  const lost = countMarkers(bytes, end);
  if (end === 0) {
    if (lost > 0) return salvage(bytes);
    throw new StateFileError(
      'damaged',
      path,
      `the state file ${path} ends before its first commit, so nothing can be restored from it: move it away to start afresh`,
    );
  }
  const marker = markerOf(markers.at(-1) ?? 0);

  function supersede(line: number): void {
    const key = keyOf(line);
    const before = lines.get(key);
    if (typeof before === 'number') previous.set(line, before);
    if (isNull(line)) lines.delete(key);
    else if (key !== COMMIT) lines.set(key, line);
  }

  function isNull(line: number): boolean {
    const stop = lineEnd(line);
    return bytes[stop - 2] === 0x6c && bytes[stop - 6] === 0x3a; // `:null` and a newline
  }

  function markerOf(line: number): Marker {
    return parseMarker(bytes.toString('utf8', starts[line], lineEnd(line)));
  }

  function load(key: string, line: number): KeyValue {
    const text = bytes.toString('utf8', (starts[line] ?? 0) + valueOffset(key), lineEnd(line) - 1);
    if (!isRegistry(key)) return deepFreeze({ key, create: 0, mod: 0, version: 0, value: JSON.parse(text) as unknown });
    const { create, mod, version, value } = JSON.parse(text) as RegistryLine;
    return deepFreeze({ key, create, mod, version, value });
  }

  /** Reads backwards to the first line that the window does not hold, then tells the story from there. */
  function history(): Change[] {
    const loaded = new Map<number, KeyValue>();
    const entry = (line: number): KeyValue => {
      const known = loaded.get(line) ?? load(keyOf(line), line);
      loaded.set(line, known);
      return known;
    };
    const isRecent = (line: number): boolean => isNull(line) || modAt(line) > marker.compacted;
    let first = starts.length;
    while (first > 0 && (!isRegistry(keyOf(first - 1)) || isRecent(first - 1))) first--;

    const changes: Change[] = [];
    for (const stop of markers) {
      if (stop < first) continue;
      const section: number[] = [];
      for (; first < stop; first++) if (isRegistry(keyOf(first))) section.push(first);
      first++;
      const deletions = Object.keys(markerOf(stop).deleted).map(Number);
      // Deletions that had left the window when they were written are not listed; they come first.
      let deletion = deletions.length - section.filter(isNull).length;
      for (const line of section) {
        const key = keyOf(line);
        const superseded = previous.get(line);
        const before = superseded === undefined ? undefined : entry(superseded);
        if (!isNull(line)) {
          const after = entry(line);
          changes.push(before ? { revision: after.mod, key, after, before } : { revision: after.mod, key, after });
          continue;
        }
        const revision = deletions[deletion++];
        if (revision !== undefined && before) changes.push({ revision, key, before });
      }
    }
    return changes.filter(({ revision }) => revision > marker.compacted);
  }

  function eachLine(visit: (key: string, size: number, role: LineRole) => void): void {
    const next = new Map<number, number>();
    for (const [line, before] of previous) next.set(before, line);
    const isRecent = (line: number): boolean => isNull(line) || modAt(line) > marker.compacted;
    for (let line = 0; line < starts.length; line++) {
      const key = keyOf(line);
      const successor = next.get(line);
      let role: LineRole = 'log';
      if (key !== COMMIT && successor === undefined && !isNull(line)) role = 'live';
      else if (isRegistry(key) && isRecent(successor ?? line)) role = 'history';
      visit(key, lineEnd(line) - (starts[line] ?? 0), role);
    }
  }

  /** The mod revision of a line under `/registry/`, from its first bytes. */
  function modAt(line: number): number {
    const start = (starts[line] ?? 0) + valueOffset(keyOf(line));
    return Number(/"mod":(\d+)/.exec(bytes.toString('latin1', start, start + 64))?.[1]);
  }

  return {
    bytes,
    end,
    folded,
    crc,
    revision: marker.revision,
    compacted: marker.compacted,
    commands: marker.commands ?? 0,
    commits: () => markers.map((line) => ({ end: lineEnd(line), ...markerOf(line) })),
    eachLine,
    lines,
    load,
    history,
    isTorn: !FOOTER.startsWith(bytes.toString('latin1', end, end + FOOTER.length + 1)),
    lineBytes: (line) => bytes.subarray(starts[line], lineEnd(line)),
    ...(damaged || lost > 0 ? { damage: { isSalvaged: false, line: newlines(bytes, end) + 1, lost } } : {}),
  };
}

const MARKER_HEAD = Buffer.from(MARKER_START.slice(0, -1));

const isMarker = (bytes: Buffer, start: number): boolean =>
  bytes[start + 10] === MARKER_HEAD[10] && MARKER_HEAD.equals(bytes.subarray(start, start + MARKER_HEAD.length));

function checkHeader(bytes: Buffer, path: string): void {
  const head = bytes.toString('latin1', 0, HEADER_START.length + 20);
  const version = head.startsWith(HEADER_START) ? /^[1-9]\d*(?=\}\n)/.exec(head.slice(HEADER_START.length))?.[0] : undefined;
  if (version === undefined) throw new StateFileError('foreign', path, `${path} is not a kubemu state file, or its first line is damaged`);
  if (Number(version) > FORMAT_VERSION) {
    throw new StateFileError(
      'newer',
      path,
      `the state file ${path} has format ${version}, this kubemu knows up to ${FORMAT_VERSION}: use a newer kubemu`,
    );
  }
}

/** The checksum up to the marker's own, when that is what the marker says. */
function sumOfMarker(bytes: Buffer, start: number, stop: number, end: number, crc: number): number | 'torn' | 'damaged' {
  const at = stop - CHECKSUM_LENGTH - 1;
  if (bytes[stop - 1] !== 10 || at < start + MARKER_START.length) return 'torn';
  const sum = checksum(bytes.subarray(end, at), crc);
  return bytes.toString('latin1', at, stop) === checksumEnd(sum) ? sum : 'damaged';
}

/** Whole-looking markers at or behind `from`. */
function countMarkers(bytes: Buffer, from: number): number {
  if (bytes.length - from <= FOOTER.length) return 0;
  let count = 0;
  for (let at = bytes.indexOf(`\n${MARKER_START}`, Math.max(0, from - 1)); at >= 0; at = bytes.indexOf(`\n${MARKER_START}`, at + 1)) {
    if (bytes.indexOf(10, at + 1) > 0) count++;
  }
  return count;
}

function newlines(bytes: Buffer, before: number): number {
  let count = 0;
  for (let at = bytes.indexOf(10); at >= 0 && at < before; at = bytes.indexOf(10, at + 1)) count++;
  return count;
}
