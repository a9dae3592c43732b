// The history window, told from the lines of the log.
import type { Marker } from './format.ts';
import type { Change, KeyValue } from './keyspace.ts';
import { isRegistry } from './memory-keyspace.ts';

export interface LogLines {
  /** Number of the first line, and how many there are. */
  first: number;
  count: number;
  /** Lines that end a commit. */
  markers: readonly number[];
  compacted: number;
  keyOf(line: number): string;
  isNull(line: number): boolean;
  /** The mod revision of a line under `/registry/`. */
  modAt(line: number, key: string): number;
  markerOf(line: number): Marker;
  supersededBy(line: number, key: string): number | undefined;
  load(key: string, line: number): KeyValue;
}

/** Reads backwards to the first line that the window does not hold, then tells the story from there. */
export function readHistory(log: LogLines): Change[] {
  const { compacted, keyOf, isNull } = log;
  const loaded = new Map<number, KeyValue>();
  const entry = (key: string, line: number): KeyValue => {
    const known = loaded.get(line) ?? log.load(key, line);
    loaded.set(line, known);
    return known;
  };
  const isBefore = (line: number): boolean => {
    const key = keyOf(line);
    return isRegistry(key) && !isNull(line) && log.modAt(line, key) <= compacted;
  };
  let first = log.first + log.count;
  while (first > log.first && !isBefore(first - 1)) first--;

  const changes: Change[] = [];
  for (const stop of log.markers) {
    if (stop < first) continue;
    const section: { line: number; key: string }[] = [];
    for (; first < stop; first++) {
      const key = keyOf(first);
      if (isRegistry(key)) section.push({ line: first, key });
    }
    first++;
    const deletions = Object.keys(log.markerOf(stop).deleted).map(Number);
    // Deletions that had left the window when they were written are not listed; they come first.
    let deletion = deletions.length - section.filter(({ line }) => isNull(line)).length;
    for (const { line, key } of section) {
      const superseded = log.supersededBy(line, key);
      const before = superseded === undefined ? undefined : entry(key, superseded);
      if (!isNull(line)) {
        const after = entry(key, line);
        changes.push(before ? { revision: after.mod, key, after, before } : { revision: after.mod, key, after });
        continue;
      }
      const revision = deletions[deletion++];
      if (revision !== undefined && before) changes.push({ revision, key, before });
    }
  }
  return changes.filter(({ revision }) => revision > compacted);
}
