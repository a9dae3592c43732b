// Who waits for a lock, in order of arrival: a folder of tickets, which exists while somebody waits. A ticket's name says whose it is, so
// that of a waiter who died is taken away by who comes next. Only the first in the queue may take the lock, and who is further behind
// looks less often: a crowd neither lets anybody starve nor keeps the lock's owner from getting done.
import { existsSync, mkdirSync, readdirSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { wallNow } from '../machinery/clock.ts';
import { codeOf, isRunning, ownName } from './process.ts';

export interface Ticket {
  /** How many wait before this one. */
  position(): number;
  leave(): void;
}

const DIGITS = 12;
/** A ticket of a process that cannot be asked counts for so many wall-clock milliseconds. */
const FOREIGN_LIFE = 120_000;
let drawn = 0;

/** Draws a ticket behind all others. */
export function joinQueue(folder: string): Ticket {
  const { pid, started, place } = ownName();
  for (;;) {
    const last = Number(tickets(folder).at(-1)?.slice(0, DIGITS) ?? 0);
    const name = `${String(last + 1).padStart(DIGITS, '0')}.${pid}.${started}.${drawn++}.${Buffer.from(place).toString('hex')}`;
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      writeFileSync(join(folder, name), '', { flag: 'wx', mode: 0o600 });
    } catch (error) {
      if (codeOf(error) === 'ENOENT') continue; // the last who waited has just left, and the folder with him
      throw error;
    }
    return {
      position() {
        clearDead(folder, name);
        return Math.max(0, tickets(folder).indexOf(name));
      },
      leave() {
        rmSync(join(folder, name), { force: true });
        removeFolder(folder);
      },
    };
  }
}

/** Somebody who is alive waits. */
export function isQueued(folder: string): boolean {
  clearDead(folder);
  return tickets(folder).length > 0;
}

/** Takes away tickets of the dead at the head of the queue. */
function clearDead(folder: string, own?: string): void {
  for (const name of tickets(folder)) {
    if (name === own || isAlive(folder, name)) return;
    rmSync(join(folder, name), { force: true });
    removeFolder(folder);
  }
}

function isAlive(folder: string, name: string): boolean {
  const [, pid, started = '', , place = ''] = name.split('.');
  const answer = isRunning({ pid: Number(pid), started, place: Buffer.from(place, 'hex').toString() });
  return answer ?? wallNow() - (statSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs ?? 0) < FOREIGN_LIFE;
}

function tickets(folder: string): string[] {
  if (!existsSync(folder)) return []; // an exception costs more than the whole lock
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

function removeFolder(folder: string): void {
  try {
    rmdirSync(folder);
  } catch (error) {
    if (!['ENOTEMPTY', 'ENOENT', 'EEXIST', 'EBUSY', 'EPERM'].includes(codeOf(error) ?? '')) throw error;
  }
}
