// Processes at a terminal: what is typed reaches those that read it, and Ctrl-C those that run in front.

import type { Kernel } from './kernel.ts';
import { appendLog } from './log.ts';
import type { ExecRecord, Process } from './state.ts';
import { type } from './tty.ts';

/** Keys that come in on a terminal. */
export function typeKeys(kernel: Kernel, handle: string, bytes: string): void {
  const exec = kernel.s.execs[handle];
  const tty = exec?.tty;
  if (!exec || !tty) return;
  for (const key of bytes.match(/[\xc0-\xff][\x80-\xbf]*|[\s\S]/g) ?? []) {
    const editing = exec.stdin === '' && shellsOf(kernel, handle).some(isAtPrompt);
    const { echo, ready, signal } = type(tty, key, editing);
    show(kernel, handle, exec, echo);
    exec.stdin += ready;
    if (signal !== undefined) {
      exec.stdin = '';
      interrupt(kernel, handle, signal);
    }
  }
}

/** Output on a terminal: lines end with a carriage return. */
export function show(kernel: Kernel, handle: string, exec: ExecRecord, text: string): void {
  const { tty } = exec;
  if (!tty || text === '') return;
  const container = handle === `stdin:${exec.c}` ? kernel.s.containers[exec.c] : undefined;
  if (container) appendLog(container.log, kernel.now, 0, text.replace(/\r\n/g, '\n'));
  else exec.out.push({ ch: 0, data: text.replace(/\r?\n/g, '\r\n') });
  if (tty.line === '') noteShown(exec, text);
}

/** What stands on the screen's last line before anything is typed. */
export function noteShown({ tty }: ExecRecord, text: string): void {
  if (tty) tty.shown = (text.includes('\n') ? text.slice(text.lastIndexOf('\n') + 1) : tty.shown + text).slice(-400);
}

export const isTerminal = (kernel: Kernel, p: Process, fd: number): boolean => {
  const file = kernel.file(p.fds[fd]);
  if (file?.k === 'in' || file?.k === 'out') return kernel.s.execs[file.handle ?? '']?.tty !== undefined;
  return file?.k === 'log' && kernel.s.execs[`stdin:${file.c}`]?.tty !== undefined;
};

function processesOf(kernel: Kernel, handle: string): Process[] {
  const exec = kernel.s.execs[handle];
  const own = handle.startsWith('stdin:') ? null : handle;
  return kernel.s.procs.filter((p) => p.c === exec?.c && p.handle === own && p.exit === null);
}

interface InteractiveShell {
  input?: { text: string; tty: boolean; prompted: boolean };
  frames?: unknown[];
  jobs?: number[];
  interrupted?: boolean;
}

const shellsOf = (kernel: Kernel, handle: string): Process[] =>
  processesOf(kernel, handle).filter(({ st }) => (st as InteractiveShell).input?.tty === true);

const isAtPrompt = ({ st }: Process): boolean => {
  const { input, frames } = st as InteractiveShell;
  return input?.prompted === true && (frames?.length ?? 0) === 0;
};

/** Ctrl-C: ends what runs in front; a shell goes back to its prompt, and its jobs in the background go on. */
function interrupt(kernel: Kernel, handle: string, signal: number): void {
  const all = processesOf(kernel, handle);
  const background = new Set<number>();
  for (const { st } of all) for (const job of (st as InteractiveShell).jobs ?? []) background.add(job);
  for (const p of all) if (background.has(p.ppid)) background.add(p.pid);
  for (const p of all) {
    const shell = p.st as InteractiveShell;
    if (shell.input?.tty) {
      if (signal !== 2) continue;
      shell.interrupted = true;
      p.block = null;
    } else if (!background.has(p.pid)) kernel.signal(p, signal);
  }
}
