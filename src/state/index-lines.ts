// Reads a state file without parsing it: where each key's last whole line is, and which lines it supersedes. Only the first lines and the
// log are looked at; what was folded waits in its blocks. Sections of the log count only up to the last marker whose checksum holds;
// what follows is a torn write or damage.
import { deepFreeze } from '../machinery/freeze.ts';
import { type BaseLines, findLine, NO_LINE, numberedLines } from './base-lines.ts';
import { type BlockDamage, Blocks, parseDirectory } from './blocks.ts';
import { StateFileError } from './errors.ts';
import { CHECKSUM_LENGTH, checksum, checksumEnd, FOOTER, keyAt, MARKER_START, type Marker, parseMarker, valueOffset } from './format.ts';
import { readHead } from './header.ts';
import { readHistory } from './history.ts';
import type { KeyValue } from './keyspace.ts';
import { Lines } from './lines.ts';
import { isRegistry, type Origin, RESERVED } from './memory-keyspace.ts';
import { salvage } from './salvage.ts';
import type { Source } from './source.ts';

export interface IndexedFile extends Origin {
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
  /** Reads everything, so that all damage becomes known. */
  verify(): void;
  /** The file's bytes up to where a commit ends, in pieces. */
  copyTo(end: number, write: (bytes: Buffer) => void): void;
  close(): void;
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
  /** Lines up to this one are damaged, and those that can be read count as they stand. */
  last?: number;
}

/** Lines of the log are numbered from here on. */
const LOG = 2 ** 50;
const PIECE = 8 * 2 ** 20;

/** @param onDamage told of damage that is found later, when a block is first read */
export function indexLines(source: Source, path: string, onDamage: (damage: Damage) => void = () => {}): IndexedFile {
  const head = readHead(source, path);
  const bytes = source.read(head.log, source.size);
  const at = (offset: number): number => head.log + offset;
  /** Where each line of the log starts in `bytes`. */
  const starts: number[] = [];
  /** The line of the log that a line of the log supersedes. */
  const previous = new Map<number, number>();
  const markers: number[] = [];
  const hidden = new Set<string>();
  let lines = new Lines();
  let end = 0;
  const startOf = (line: number): number => starts[line - LOG] ?? 0;
  const endOf = (line: number): number => starts[line - LOG + 1] ?? end;
  const keyOf = (line: number): string => (line >= LOG ? keyAt(bytes, startOf(line)) : lines.base.keyOf(line));
  const lineBytes = (line: number): Buffer => (line >= LOG ? bytes.subarray(startOf(line), endOf(line)) : lines.base.bytesOf(line));
  const textOf = (line: number): string => bytes.toString('utf8', startOf(line), endOf(line));
  const isNull = (line: number): boolean => line >= LOG && bytes[endOf(line) - 2] === 0x6c && bytes[endOf(line) - 6] === 0x3a; // `:null` and a newline
  const markerOf = (line: number): Marker => parseMarker(textOf(line));

  let crc = checksum(head.bytes, 0);
  let folded = 0;
  let whole = LOG;
  let damaged = false;
  let blocks: Blocks | undefined;
  for (let start = 0; bytes[start] === 0x2c; ) {
    const next = bytes.indexOf(10, start) + 1;
    const stop = next || bytes.length;
    if (isMarker(bytes, start)) {
      const sum = sumOfMarker(bytes, start, stop, end, crc);
      if (typeof sum !== 'number') {
        damaged = sum === 'damaged';
        break;
      }
      crc = checksum(bytes.subarray(stop - CHECKSUM_LENGTH - 1, stop), sum);
      starts.push(start);
      markers.push(LOG + starts.length - 1);
      end = stop;
      if (folded === 0) {
        folded = end;
        const base = baseOf();
        if (!base) return fromWhatIsLeft();
        lines = new Lines(base);
        if (!head.hasBlocks) whole += base.count;
      }
      for (; whole < LOG + starts.length; whole++) supersede(whole);
    } else starts.push(start);
    if (next === 0) break;
    start = next;
  }
  starts.length = whole - LOG;

  const lost = countMarkers(bytes, end);
  if (end === 0) return fromWhatIsLeft();
  const marker = markerOf(markers.at(-1) ?? 0);

  /** What the first section was folded to. */
  function baseOf(): BaseLines | undefined {
    if (!head.hasBlocks)
      return numberedLines(Math.min(markerOf(markers[0] ?? 0).sorted ?? 0, starts.length - 1), LOG, { keyOf, bytesOf: lineBytes });
    const directory = parseDirectory(textOf(LOG), head.log);
    if (!directory) return undefined;
    blocks = new Blocks(source, directory);
    let isSound = true;
    blocks.onDamage = () => {
      isSound = false;
    };
    if (source.isWhole) blocks.verify();
    blocks.onDamage = (found) => onDamage(damageOfBlock(found));
    return isSound ? blocks : undefined;
  }

  /** There is no whole commit, or not all of its blocks. */
  function fromWhatIsLeft(): IndexedFile {
    const left = salvage(source);
    if (left) return left;
    throw new StateFileError(
      'damaged',
      path,
      `the state file ${path} ends before its first commit, so nothing can be restored from it: move it away to start afresh`,
    );
  }

  function supersede(line: number): void {
    const key = keyOf(line);
    if (RESERVED.has(key)) return;
    const before = lines.getTouched(key);
    if (typeof before === 'number') previous.set(line, before);
    else if (hidden.delete(key)) previous.set(line, NO_LINE);
    if (isNull(line)) {
      lines.hide(key);
      hidden.add(key);
    } else lines.set(key, line);
  }

  /** The line that a line of the log supersedes, in the log or in the base. */
  function supersededBy(line: number, key: string): number | undefined {
    const before = previous.get(line) ?? findLine(lines.base, key);
    return before === NO_LINE || before === line ? undefined : before;
  }

  function load(key: string, line: number, isShared = true): KeyValue {
    const text = lineBytes(line).toString('utf8', valueOffset(key)); // and a newline, which JSON may end in
    if (!isRegistry(key)) return deepFreeze({ key, create: 0, mod: 0, version: 0, value: JSON.parse(text) as unknown });
    const { create, mod, version, value } = JSON.parse(text) as Omit<KeyValue, 'key'>;
    const entry = { key, create, mod, version, value };
    return isShared ? deepFreeze(entry) : entry;
  }

  /** The mod revision of a line under `/registry/`, from its first bytes. */
  function modAt(line: number, key: string): number {
    return Number(/"mod":(\d+)/.exec(lineBytes(line).toString('latin1', valueOffset(key), valueOffset(key) + 64))?.[1]);
  }

  function eachLine(visit: (key: string, size: number, role: LineRole) => void): void {
    const firstOfLog = LOG + (head.hasBlocks ? 0 : lines.base.count);
    const inLog = new Map<string, number>();
    const next = new Map<number, number>();
    for (let line = firstOfLog; line < whole; line++) {
      const key = keyOf(line);
      const before = supersededBy(line, key);
      if (before !== undefined) next.set(before, line);
      if (!inLog.has(key)) inLog.set(key, line);
    }
    const visitLine = (line: number, key: string): void => {
      const successor = next.get(line);
      const recent = successor ?? line;
      let role: LineRole = 'log';
      if (!RESERVED.has(key) && successor === undefined && !isNull(line)) role = 'live';
      else if (isRegistry(key) && (isNull(recent) || modAt(recent, key) > marker.compacted)) role = 'history';
      visit(key, lineBytes(line).length, role);
    };
    for (let line = lines.base.seek(''); line !== NO_LINE; line = lines.base.next(line)) visitLine(line, lines.base.keyOf(line));
    for (let line = firstOfLog; line < whole; line++) visitLine(line, keyOf(line));
  }

  return {
    end: at(end),
    folded: at(folded),
    crc,
    revision: marker.revision,
    compacted: marker.compacted,
    commands: marker.commands ?? 0,
    commits: () => markers.map((line) => ({ end: at(endOf(line)), ...markerOf(line) })),
    eachLine,
    lines,
    load,
    history: () =>
      readHistory({
        first: LOG,
        count: starts.length,
        markers,
        compacted: marker.compacted,
        keyOf,
        isNull,
        modAt,
        markerOf,
        supersededBy,
        load,
      }),
    isTorn: !FOOTER.startsWith(bytes.toString('latin1', end, end + FOOTER.length + 1)),
    lineBytes,
    verify: () => blocks?.verify(),
    copyTo(stop, write) {
      for (let from = 0; from < stop; from += PIECE) write(source.read(from, Math.min(stop, from + PIECE)));
    },
    close: () => source.close(),
    ...(damaged || lost > 0 ? { damage: { isSalvaged: false, line: linesBefore(), lost } } : {}),
  };

  /** The line of the file, counted from 1, that follows the last whole commit. */
  function linesBefore(): number {
    return newlines(head.bytes) + (head.hasBlocks ? lines.base.count : 0) + newlines(bytes.subarray(0, end)) + 1;
  }
}

const damageOfBlock = ({ first, last, lost }: BlockDamage): Damage => ({ isSalvaged: true, line: first, last, lost });

const MARKER_HEAD = Buffer.from(MARKER_START.slice(0, -1));

const isMarker = (bytes: Buffer, start: number): boolean =>
  bytes[start + 10] === MARKER_HEAD[10] && MARKER_HEAD.equals(bytes.subarray(start, start + MARKER_HEAD.length));

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

function newlines(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) count++;
  return count;
}
