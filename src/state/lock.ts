// The writer's lock: `<state file>.lock`, which names its owner. Ours, because what npm offers either needs native code (flock) or keeps
// a lock alive by touching it every few seconds and takes it from an owner who was merely asleep; and each costs more to load than
// a whole lock here (0.1 ms). It appears complete (a hard link to a finished file) or not at all. An owner that has died, by
// `kill -9` or a power cut, is found out by its pid and its start time, and its lock is taken over.
import { existsSync, linkSync, readFileSync, rmSync, statSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { wallNow, wallSleep } from '../machinery/clock.ts';
import { makeFolder } from '../machinery/make-folder.ts';
import { resolveStatePath } from './disk.ts';
import { fileError, StateFileError } from './errors.ts';
import { codeOf, isRunning, ownName, type ProcessName } from './process.ts';
import { isQueued, joinQueue } from './queue.ts';

/** The content of the lock file. */
export interface LockOwner extends ProcessName {
  /** Different for every lock that was ever taken. */
  token: string;
  /** Unix socket of an owner who keeps the cluster in memory and answers for it. */
  socket?: string;
}

export interface Lock {
  readonly owner: LockOwner;
  /** To be called once a minute by who holds it for long: the only sign of life that other containers can see. */
  touch(): void;
  release(): void;
}

export interface LockOptions {
  socket?: string;
  /** Gives up after so many wall-clock milliseconds with a StateFileError that names the owner. */
  patience?: number;
}

const PATIENCE = 120_000;
/** Wall-clock milliseconds between two looks of the first in the queue, and more for each place further behind. */
const PAUSE = 3;
const PAUSE_PER_PLACE = 8;
/** An owner with a socket keeps the lock until somebody ends it. */
const PATIENCE_WITH_SERVER = 2_000;
/** Longer than any command holds a lock; who holds one longer touches it. */
const FOREIGN_LIFE = 120_000;
/** A lock appears whole, so one that cannot be read lost its bytes in a power cut, and its owner with them. */
const UNREADABLE: LockOwner = { pid: 0, started: '', place: '', token: 'unreadable' };
let taken = 0;

/** Takes the lock if it is free, or its owner is dead, and nobody waits for it. Never waits. */
export function tryLock(path: string, options: LockOptions = {}): Lock | undefined {
  const file = lockFile(path);
  try {
    return isQueued(queueFolder(file)) ? undefined : take(file, options);
  } catch (error) {
    throw fileError('lock', path, error);
  }
}

/** Waits for the lock, behind those who came before. */
export async function acquireLock(path: string, options: LockOptions = {}): Promise<Lock> {
  const free = tryLock(path, options);
  if (free) return free;
  const file = lockFile(path);
  const start = wallNow();
  const inTurn = <T>(look: () => T): T => {
    try {
      return look();
    } catch (error) {
      throw fileError('lock', path, error);
    }
  };
  const ticket = inTurn(() => joinQueue(queueFolder(file)));
  try {
    for (;;) {
      const position = inTurn(ticket.position);
      const lock = position === 0 ? inTurn(() => take(file, options)) : undefined;
      if (lock) return lock;
      const waited = wallNow() - start;
      if (waited >= (options.patience ?? (readOwner(file)?.socket ? PATIENCE_WITH_SERVER : PATIENCE)))
        throw stillLocked(path, file, waited);
      await wallSleep(PAUSE + PAUSE_PER_PLACE * position);
    }
  } finally {
    ticket.leave();
  }
}

/** Who holds the lock; undefined when nobody does, or it died. */
export function lockOwner(path: string): LockOwner | undefined {
  const file = lockFile(path);
  try {
    const owner = readOwner(file);
    return owner && isAlive(owner, file) ? owner : undefined;
  } catch (error) {
    throw fileError('lock', path, error);
  }
}

/** The lock before it gets its name. */
const unlinked = (file: string, { token }: LockOwner): string => `${file}.${token}.taking`;

const queueFolder = (file: string): string => `${file}.queue`;

const lockFile = (path: string): string => `${resolveStatePath(path)}.lock`;

function take(file: string, options: LockOptions): Lock | undefined {
  for (;;) {
    const other = readOwner(file);
    if (other) {
      if (isAlive(other, file) || !removeDead(file, other)) return undefined;
      continue;
    }
    const owner = newOwner(options.socket);
    if (create(file, owner)) {
      return {
        owner,
        touch: () => utimesSync(file, wallNow() / 1000, wallNow() / 1000),
        release: () => release(file, owner),
      };
    }
  }
}

/**
 * Only the holder of a second lock, named after the dead lock's token, may remove the dead lock. Whoever comes late to that finds a
 * lock with another token and leaves it alone, so a lock just taken over is never removed for its predecessor's death.
 */
function removeDead(file: string, dead: LockOwner): boolean {
  const right = take(`${file}.${dead.token}`, {});
  if (!right) return false;
  if (readOwner(file)?.token === dead.token) {
    rmSync(unlinked(file, dead), { force: true }); // it may have died between link and unlink
    unlinkSync(file);
  }
  right.release();
  return true;
}

function release(file: string, owner: LockOwner): void {
  if (readOwner(file)?.token === owner.token) unlinkSync(file);
}

function create(file: string, owner: LockOwner): boolean {
  const finished = unlinked(file, owner);
  const write = (): void => writeFileSync(finished, `${JSON.stringify(owner)}\n`, { mode: 0o600 });
  try {
    try {
      write();
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error;
      makeFolder(dirname(file));
      write();
    }
    linkSync(finished, file);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(finished, { force: true });
  }
}

function readOwner(file: string): LockOwner | undefined {
  if (!existsSync(file)) return undefined; // an exception costs more than the whole lock
  try {
    const owner = JSON.parse(readFileSync(file, 'utf8')) as Partial<LockOwner> | null;
    return typeof owner?.token === 'string' && typeof owner.pid === 'number' ? (owner as LockOwner) : UNREADABLE;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    if (error instanceof SyntaxError) return UNREADABLE;
    throw error;
  }
}

function newOwner(socket: string | undefined): LockOwner {
  const name = ownName();
  const token = `${name.pid}-${name.started}-${wallNow().toString(36)}-${taken++}`;
  return { ...name, token, ...(socket ? { socket } : {}) };
}

/** A process elsewhere is alive as long as its lock is young. */
function isAlive(owner: LockOwner, file: string): boolean {
  if (owner === UNREADABLE) return false;
  return isRunning(owner) ?? wallNow() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0) < FOREIGN_LIFE;
}

function stillLocked(path: string, file: string, waited: number): StateFileError {
  const owner = readOwner(file);
  const who = owner ? `process ${owner.pid} on ${owner.place.split(' ')[0]}` : 'other processes';
  if (owner?.socket) {
    return new StateFileError(
      'locked',
      path,
      `kubemu serve (${who}) holds the cluster in ${path}: end it first, this works on the file itself`,
    );
  }
  const advice = owner && owner.place !== ownName().place ? `; remove ${file} if that process is gone` : '';
  return new StateFileError(
    'locked',
    path,
    `the state file ${path} is still locked by ${who} after ${Math.round(waited / 1000)} s${advice}`,
  );
}
