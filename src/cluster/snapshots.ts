// Named copies of a cluster's state, in a folder beside its file.
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type WholeState, wholeState, writeState } from '../state/rewind.ts';

export interface SnapshotFile {
  name: string;
  /** When it was taken, in milliseconds since the epoch. */
  taken: number;
  size: number;
}

/** `cluster.json` keeps its snapshots in `cluster.snapshots/`. */
const snapshotFolder = (stateFile: string): string => join(dirname(stateFile), `${basename(stateFile, '.json')}.snapshots`);
export const snapshotFile = (stateFile: string, name: string): string => join(snapshotFolder(stateFile), `${name}.json`);

/** Snapshots that undo and restore take first, so that both can be taken back. */
export const BEFORE_UNDO = 'before-undo';
export const BEFORE_RESTORE = 'before-restore';

export function snapshots(stateFile: string): SnapshotFile[] {
  const folder = snapshotFolder(stateFile);
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
  return files.sort().map((file) => {
    const { mtimeMs, size } = statSync(join(folder, file));
    return { name: basename(file, '.json'), taken: Math.floor(mtimeMs), size };
  });
}

export const hasSnapshot = (stateFile: string, name: string): boolean => existsSync(snapshotFile(stateFile, name));

/** Keeps the last whole state under a name. */
export async function takeSnapshot(stateFile: string, name: string): Promise<number> {
  const state = stateOf(stateFile);
  await writeState(snapshotFile(stateFile, name), state);
  return state.size;
}

export function deleteSnapshot(stateFile: string, name: string): void {
  rmSync(snapshotFile(stateFile, name));
}

export const deleteSnapshots = (stateFile: string): void => rmSync(snapshotFolder(stateFile), { recursive: true, force: true });

export function stateOf(stateFile: string): WholeState {
  const state = wholeState(stateFile);
  if (!state) throw new Error(`${stateFile} holds no cluster yet`);
  return state;
}
