// Going back: the file is its own log, and the log before the last fold is kept beside it, so that any earlier commit can be the last
// one again. Restores and undone commands take the same way as a fold: a new file beside the old one, then a rename.

import { damagedError } from './damage.ts';
import { type FileWriter, type Fingerprint, fingerprint, openSource, replaceFile, resolveStatePath } from './disk.ts';
import { fileError } from './errors.ts';

import { type CommandMark, checksumText, FOOTER } from './format.ts';
import { type Commit, type IndexedFile, indexLines } from './index-lines.ts';
import { previousFile } from './lines-adapter.ts';

/** A command that can be undone. */
export interface DoneCommand extends CommandMark {
  /** The store's revision before it. */
  readonly before: number;
  /** The state before it. */
  readonly state: WholeState;
}

/** A file up to where a commit ends, without its closing brace. */
export interface WholeState {
  readonly size: number;
  copy(write: (bytes: Buffer) => void): void;
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
    if (before) done.push({ ...command, before: before.commit.revision, state: upTo(before.file, before.commit.end) });
  }
  return done.reverse();
}

const upTo = (file: IndexedFile, end: number): WholeState => ({ size: end, copy: (write) => file.copyTo(end, write) });

/** The last whole state in the file; undefined when there is none. */
export function wholeState(path: string): WholeState | undefined {
  const file = readIndexed(resolveStatePath(path));
  return file && upTo(file, file.end);
}

/** Lets the file hold a state. The lock of `path` must be held. */
export async function writeState(path: string, { copy }: WholeState): Promise<Fingerprint> {
  const real = resolveStatePath(path);
  try {
    const write: FileWriter = (append) => {
      copy(append);
      append(Buffer.from(FOOTER));
    };
    await replaceFile(real, write).durable();
    return fingerprint(real);
  } catch (error) {
    throw fileError('write', path, error);
  }
}

/** Only what is sound is copied anywhere. */
function readIndexed(path: string): IndexedFile | undefined {
  try {
    const { source } = openSource(path);
    const file: IndexedFile | undefined =
      source &&
      indexLines(source, path, (damage) => {
        throw damagedError(path, damage, 0);
      });
    file?.verify();
    if (file?.end === 0) throw damagedError(path, file.damage, file.revision);
    return file;
  } catch (error) {
    throw fileError('read', path, error);
  }
}
