// The line format. The file is one JSON document and at the same time a log, one key per line:
//
//     {"/kubemu/format":{"name":"kubemu","version":2}
//     ,"/kubemu/log":            367
//     ,"/kubemu/clock":1767225600000
//     ,"/registry/pods/default/web":{"create":7,"mod":9,"version":2,"value":{…}}
//     ,"/kubemu/blocks":{"bytes":[107],"lines":[2],"checksums":[1843972],"keys":["/kubemu/clock"]}
//     ,"/registry/pods/default/old":null
//     ,"/kubemu/commit":{"revision":10,"compacted":9,"deleted":{"10":"/registry/pods/default/old"},"checksum":"1c291ca3"}
//     }
//
// Of equal keys the last one counts, for us as for `jq`; null is a deleted key. After a fold the file starts with each key as of the
// revision `compacted`, in order of keys, cut into blocks (blocks.ts). The log begins behind them, at the byte that the second line
// names: a directory of the blocks, with where each begins and its checksum, then the changes since `compacted`, then a line for each
// later change. So one key is found by reading the directory, the log and one block. A commit overwrites the closing brace by its
// lines, a marker and the brace again. A marker makes everything before it count: its checksum is the CRC-32 of the first two lines
// and of the log up to the checksum itself, earlier markers included. Lines of `/registry/` stand in the log in order of revision,
// and those that have been superseded are the key's history.
//
// Version 1 had neither blocks nor the second line: everything was log, and the first marker said how many of its lines were in order
// of keys (`sorted`). It is still read, appended to as it is, and becomes version 2 with the next fold.
import { crc32 } from 'node:zlib';
import { deepFreeze } from '../machinery/freeze.ts';
import type { KeyValue } from './keyspace.ts';

export const FORMAT_VERSION = 2;

export const HEADER_START = '{"/kubemu/format":{"name":"kubemu","version":';
export const HEADER = `${HEADER_START}${FORMAT_VERSION}}\n`;
export const FOOTER = '}\n';

const LOG_WIDTH = 15;
export const LOG_KEY = '/kubemu/log';
/** The second line: at which byte the log begins. Always of one length, because it is known last. */
export const logLine = (log: number): string => `,"${LOG_KEY}":${String(log).padStart(LOG_WIDTH)}\n`;
/** Where the blocks begin. */
export const HEAD_LENGTH = HEADER.length + logLine(0).length;

export const BLOCKS_KEY = '/kubemu/blocks';

export const MARKER_KEY = '/kubemu/commit';
export const MARKER_START = `,"${MARKER_KEY}":{`;
const CHECKSUM = ',"checksum":"';
/** From the checksum's comma to the end of the marker's line, newline excluded. */
export const CHECKSUM_LENGTH = CHECKSUM.length + 8 + 2;

export interface Marker {
  revision: number;
  compacted: number;
  /** Revisions of the history window at which keys were deleted. */
  deleted: Readonly<Record<string, string>>;
  /** The command that this commit belongs to; absent when only time has passed. */
  command?: CommandMark;
  /** How many commands the file has seen; absent for none. */
  commands?: number;
  /** Version 1, in the first section after a fold: how many lines stand in order of keys. */
  sorted?: number;
  /** In the first section after a fold: the checksum at which the folded file ended, which may be kept beside (rewind.ts). */
  follows?: string;
}

/** Several commits may belong to one command. */
export interface CommandMark {
  readonly number: number;
  /** `kubectl delete namespace web` */
  readonly line: string;
}

/** What stands between the colon and the newline for an entry under `/registry/`. */
export type RegistryLine = Omit<KeyValue, 'key'>;

export const markerStart = ({ revision, compacted, deleted, ...more }: Marker): string =>
  MARKER_START + JSON.stringify({ revision, compacted, deleted, ...more }).slice(1, -1);

export const checksumText = (crc: number): string => crc.toString(16).padStart(8, '0');

export const checksumEnd = (crc: number): string => `${CHECKSUM}${checksumText(crc)}"}\n`;

export const parseMarker = (line: string): Marker => JSON.parse(line.slice(MARKER_START.length - 1)) as Marker;

export const keyText = (key: string): string => `,${JSON.stringify(key)}:`;

/** How many bytes of a line stand before its value. */
export const valueOffset = (key: string): number => Buffer.byteLength(keyText(key));

export const plainLine = (key: string, value: unknown): string => `${keyText(key)}${JSON.stringify(value)}\n`;

export const deletedLine = (key: string): string => `${keyText(key)}null\n`;

export const registryLine = ({ key, create, mod, version, value }: KeyValue): string =>
  `${keyText(key)}${JSON.stringify({ create, mod, version, value } satisfies RegistryLine)}\n`;

export const entryLine = (entry: KeyValue): string => (entry.mod === 0 ? plainLine(entry.key, entry.value) : registryLine(entry));

/** The line of a new key whose value is JSON already. */
export const registryText = (key: string, revision: number, value: string): string =>
  `${keyText(key)}{"create":${revision},"mod":${revision},"version":1,"value":${value}}\n`;

/** The entry of a line. */
export function parseLine(key: string, line: string): KeyValue {
  const text = line.slice(keyText(key).length);
  if (!key.startsWith('/registry/')) return deepFreeze({ key, create: 0, mod: 0, version: 0, value: JSON.parse(text) as unknown });
  const { create, mod, version, value } = JSON.parse(text) as RegistryLine;
  return deepFreeze({ key, create, mod, version, value });
}

/** The key of the line that starts at `start`. */
export function keyAt(bytes: Buffer, start: number): string {
  let quote = bytes.indexOf(0x22, start + 2);
  while (bytes[quote - 1] === 0x5c && isEscaped(bytes, quote)) quote = bytes.indexOf(0x22, quote + 1);
  const raw = bytes.toString('utf8', start + 2, quote);
  return raw.includes('\\') ? String(JSON.parse(`"${raw}"`)) : raw;
}

function isEscaped(bytes: Buffer, at: number): boolean {
  let backslashes = 0;
  while (bytes[at - 1 - backslashes] === 0x5c) backslashes++;
  return backslashes % 2 === 1;
}

/** CRC-32 of `bytes`, continued from `crc`. */
export const checksum = (bytes: Buffer, crc: number): number => crc32(bytes, crc);
