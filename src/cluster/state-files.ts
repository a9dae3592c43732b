// What `kubemu cluster` does with a cluster's file as a whole: going back, folding, copying.
import { existsSync, statSync } from 'node:fs';
import { openStateFile, type StateFile } from '../state/file.ts';
import { storeOf } from '../state/keyspace-store.ts';
import { acquireLock } from '../state/lock.ts';
import { type DoneCommand, doneCommands, writeState } from '../state/rewind.ts';
import { openCluster } from './cluster.ts';
import { readFacts, writeFacts } from './facts.ts';
import { BEFORE_RESTORE, BEFORE_UNDO, snapshotFile, stateOf, takeSnapshot } from './snapshots.ts';

/** Goes back to a snapshot; the state as it was is kept as the snapshot `before-restore`. */
export async function restoreSnapshot(stateFile: string, name: string): Promise<void> {
  await locked(stateFile, async () => {
    const state = stateOf(snapshotFile(stateFile, name));
    if (existsSync(stateFile)) await takeSnapshot(stateFile, BEFORE_RESTORE);
    await writeState(stateFile, state);
  });
}

/** The commands that undo knows, the last first. */
export const undoable = (stateFile: string): string[] => doneCommands(stateFile).map(({ line }) => line);

/** Goes back to before the last `count` commands, and says which they were, the last first; undefined when they are not known any more. */
export async function undoCommands(stateFile: string, count: number): Promise<{ undone: DoneCommand[]; known: number }> {
  return locked(stateFile, async () => {
    const done = doneCommands(stateFile);
    const first = done[count - 1];
    if (!first) return { undone: [], known: done.length };
    await takeSnapshot(stateFile, BEFORE_UNDO);
    await writeState(stateFile, first.state);
    return { undone: done.slice(0, count), known: done.length };
  });
}

/** Writes the file anew without history; its size before and after. */
export async function compactCluster(stateFile: string): Promise<{ before: number; after: number }> {
  return locked(stateFile, async () => {
    const before = statSync(stateFile).size;
    const file = openStateFile(stateFile);
    await settled(file);
    await file.compact();
    await file.close();
    return { before, after: statSync(stateFile).size };
  });
}

/** Consequences that an earlier command left over are told from the history, so they come first. */
async function settled(file: StateFile): Promise<void> {
  const cluster = openCluster({ keyspace: file.keyspace, pass: async () => {}, report: () => {} });
  await cluster.drain();
  cluster.clock.save();
}

/** The same cluster once more, under another name, in another file. */
export async function cloneCluster(from: string, to: string, name: string): Promise<void> {
  const state = stateOf(from);
  await locked(to, async () => {
    if (existsSync(to)) throw new Error(`there is a cluster in ${to} already`);
    await writeState(to, state);
    const file = openStateFile(to);
    const store = storeOf(file.keyspace);
    const facts = readFacts(store);
    if (facts) writeFacts(store, { ...facts, name });
    await file.commit();
    await file.close();
  });
}

async function locked<T>(stateFile: string, work: () => Promise<T>): Promise<T> {
  const lock = await acquireLock(stateFile);
  try {
    return await work();
  } finally {
    lock.release();
  }
}
