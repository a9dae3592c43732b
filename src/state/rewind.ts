// Going back: the file is its own log, and the log before the last fold is kept beside it, so that any earlier commit can be the last
// one again. Restores and undone commands take the same way as a fold: a new file beside the old one, then a rename.

import { type Fingerprint, fingerprint, readAll, replaceFile, resolveStatePath } from './disk.ts';
import { fileError } from './errors.ts';
import { previousFile } from './file.ts';
import { type CommandMark, checksumText, FOOTER } from './format.ts';
import { type Commit, type IndexedFile, indexLines } from './index-lines.ts';

/** A command that can be undone. */
export interface DoneCommand extends CommandMark {
  /** The store's revision before it. */
  readonly before: number;
  /** The bytes of the file before it. */
  readonly bytes: Buffer;
}

interface Kept {
  commit: Commit;
  file: IndexedFile;
}

/** The commands that the log still knows the state before, the last one first. */
export function doneCommands(path: string): DoneCommand[] {
  const real = resolveStatePath(path);
  const current = readIndexed(real);
  if (!current) return [];
  const list = (file: IndexedFile): Kept[] => file.commits().map((commit) => ({ commit, file }));
  let kept = list(current);
  const follows = kept[0]?.commit.follows;
  const previous = follows === undefined ? undefined : readIndexed(previousFile(real));
  if (previous && checksumText(previous.crc) === follows) kept = [...list(previous), ...kept];

  const done: DoneCommand[] = [];
  const seen = new Set<number>();
  for (const [i, { commit }] of kept.entries()) {
    const { command } = commit;
    if (!command || seen.has(command.number)) continue;
    seen.add(command.number);
    const before = kept[i - 1];
    if (before) done.push({ ...command, before: before.commit.revision, bytes: upTo(before) });
  }
  return done.reverse();
}

const upTo = ({ commit, file }: Kept): Buffer => file.bytes.subarray(0, commit.end);

/** The last whole state in the file, without its closing brace; undefined when there is none. */
export function wholeState(path: string): Buffer | undefined {
  const file = readIndexed(resolveStatePath(path));
  return file?.bytes.subarray(0, file.end);
}

/** Lets the file hold `bytes`, which end behind a marker. The lock of `path` must be held. */
export async function writeState(path: string, bytes: Buffer): Promise<Fingerprint> {
  const real = resolveStatePath(path);
  try {
    const write = (block: (part: Buffer) => void): void => {
      block(bytes);
      block(Buffer.from(FOOTER));
    };
    await replaceFile(real, write).durable();
    return fingerprint(real);
  } catch (error) {
    throw fileError('write', path, error);
  }
}

function readIndexed(path: string): IndexedFile | undefined {
  try {
    const { bytes } = readAll(path);
    const file = bytes && indexLines(bytes, path);
    return file && file.end > 0 ? file : undefined;
  } catch (error) {
    throw fileError('read', path, error);
  }
}
