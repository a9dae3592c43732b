// Whether a process that left its name somewhere still runs. Pids are used again, so its start time is part of its name.
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

export interface ProcessName {
  pid: number;
  /** When the process started, in the words of its system; empty where nobody knows. */
  started: string;
  /** Where the pid means something: host, and namespace of pids. */
  place: string;
}

let self: ProcessName | undefined;

/** This process. */
export function ownName(): ProcessName {
  self ??= { pid: process.pid, started: startOf(process.pid) ?? '', place: `${hostname()} ${pidNamespace()}` };
  return self;
}

/** Undefined for a process elsewhere (another container, a shared home), which cannot be asked. */
export function isRunning({ pid, started, place }: ProcessName): boolean | undefined {
  if (place !== ownName().place) return undefined;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
  return started === '' || (startOf(pid) ?? started) === started;
}

/** Clock ticks from boot to the process's start, with the boot's own name; undefined where there is no /proc. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    return undefined;
  }
}

function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    return process.platform;
  }
}

export const codeOf = (error: unknown): string | undefined => (error instanceof Error && 'code' in error ? String(error.code) : undefined);
