// The last resort: a file whose very first section fails its checksum, so that there is no whole commit to go back to. It was edited
// by hand, or its device failed. Every line that is still JSON counts as it stands; history does not, because nobody can vouch for it.
import { deepFreeze } from '../machinery/freeze.ts';
import type { IndexedFile } from './index-lines.ts';
import type { KeyValue } from './keyspace.ts';
import { Lines } from './lines.ts';
import { FIRST_REVISION, isRegistry, RESERVED } from './memory-keyspace.ts';

export function salvage(bytes: Buffer): IndexedFile {
  const lines = new Map<string, KeyValue>();
  let revision = FIRST_REVISION;
  let lost = 0;
  let next = 0;
  for (let at = bytes.indexOf(10) + 1; at > 0 && at < bytes.length; at = next) {
    next = bytes.indexOf(10, at) + 1 || bytes.length;
    const text = bytes.toString('utf8', at, next).trim();
    if (text === '}' || text === '') continue;
    const line = parse(text);
    if (!line) lost++;
    else if (line.key === '/kubemu/commit') revision = Math.max(revision, Number((line.value as { revision?: unknown }).revision) || 0);
    else if (line.value === null) lines.delete(line.key);
    else lines.set(line.key, deepFreeze(entryOf(line)));
  }
  for (const { mod } of lines.values()) revision = Math.max(revision, mod);
  return {
    bytes,
    end: 0,
    folded: 0,
    crc: 0,
    revision,
    compacted: revision,
    lines: linesOf(lines),
    load: (key) => lines.get(key) as KeyValue,
    history: () => [],
    isTorn: false,
    commands: 0,
    commits: () => [],
    eachLine: () => {},
    lineBytes: () => Buffer.alloc(0),
    damage: { isSalvaged: true, line: 0, lost },
  };
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

const isPlain = (key: string): boolean => key.startsWith('/kubemu/') && (!RESERVED.has(key) || key === '/kubemu/commit');

function isEntry(value: unknown): value is Omit<KeyValue, 'key'> {
  const { create, mod, version, value: inner } = Object(value) as Partial<KeyValue>;
  return [create, mod, version].every((n) => Number.isSafeInteger(n) && Number(n) > 0) && inner !== undefined && inner !== null;
}

function entryOf({ key, value }: Line): KeyValue {
  if (!isRegistry(key)) return { key, create: 0, mod: 0, version: 0, value };
  const { create, mod, version, value: inner } = value as KeyValue;
  return { key, create, mod, version, value: inner };
}

function linesOf(entries: ReadonlyMap<string, KeyValue>): Lines {
  const lines = new Lines();
  for (const [key, entry] of entries) lines.set(key, entry);
  return lines;
}
