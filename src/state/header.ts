// A file's first lines: whose it is, which version of the format, and where its log begins.
import { StateFileError } from './errors.ts';
import { FORMAT_VERSION, HEAD_LENGTH, HEADER_START, logLine } from './format.ts';
import type { Source } from './source.ts';

export interface Head {
  /** The lines themselves: what the first checksum begins with. */
  bytes: Buffer;
  /** Where the log begins; where the head ends in version 1. */
  log: number;
  /** Blocks lie between head and log. */
  hasBlocks: boolean;
}

/** Throws for files that are not ours to read. A second line that is damaged leads to the file's end. */
export function readHead(source: Source, path: string): Head {
  const bytes = source.read(0, HEAD_LENGTH);
  const text = bytes.toString('latin1');
  const version = text.startsWith(HEADER_START) ? /^[1-9]\d*(?=\}\n)/.exec(text.slice(HEADER_START.length))?.[0] : undefined;
  if (version === undefined) throw new StateFileError('foreign', path, `${path} is not a kubemu state file, or its first line is damaged`);
  if (Number(version) > FORMAT_VERSION) {
    throw new StateFileError(
      'newer',
      path,
      `the state file ${path} has format ${version}, this kubemu knows up to ${FORMAT_VERSION}: use a newer kubemu`,
    );
  }
  const end = text.indexOf('\n') + 1;
  if (version === '1') return { bytes: bytes.subarray(0, end), log: end, hasBlocks: false };
  const log = Number(/\d+(?=\n$)/.exec(text)?.[0]);
  const isWhole = logLine(log) === text.slice(end) && log <= source.size;
  return { bytes, log: isWhole ? log : source.size, hasBlocks: true };
}
