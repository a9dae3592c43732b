// Lists and pipelines, and the children that run them.
import type { Process } from '../state.ts';
import type { Interpreter } from './interpreter.ts';
import { type Of, SyntaxProblem } from './parse.ts';
import type { Frame, ShellState } from './shell-state.ts';

export function stepList(shell: Interpreter, frame: Frame, node: Of<'list'>): void {
  const item = node.items[frame.i];
  if (item === undefined) {
    shell.pop();
    return;
  }
  frame.i++;
  if (node.items.length === frame.i && !frame.saved && frame.cond === undefined && !frame.restore) shell.sh.frames.pop();
  shell.push('stmt', frame.s, item);
}

export function stepStatement(shell: Interpreter, frame: Frame, node: Of<'stmt'>): void {
  if (node.error) throw new SyntaxProblem(node.error);
  if (node.bg && !frame.mem) {
    const child = forkShell(shell, [{ k: 'stmt', s: frame.s, n: frame.n, i: 0, mem: { fg: true } }]);
    shell.sys.kernel.setFd(child, 0, shell.sys.kernel.newFile({ k: 'null' }));
    shell.sh.lastBg = child.pid;
    shell.sh.jobs.push(child.pid);
    shell.sh.status = 0;
    shell.pop();
    return;
  }
  while (frame.i < node.pipes.length) {
    const op = frame.i > 0 ? node.ops[frame.i - 1] : ';';
    const skip = (op === '&&' && shell.sh.status !== 0) || (op === '||' && shell.sh.status === 0);
    const pipe = node.pipes[frame.i];
    frame.i++;
    if (skip || pipe === undefined) continue;
    const last = frame.i >= node.pipes.length;
    if (last) shell.pop();
    shell.push('pipe', frame.s, pipe, last ? {} : { cond: true });
    return;
  }
  shell.pop();
}

export function stepPipe(shell: Interpreter, frame: Frame, node: Of<'pipe'>): void {
  const only = node.cmds[0];
  if (frame.i === 0) {
    frame.i = 1;
    if (node.cmds.length === 1 && only !== undefined) {
      if (node.neg) frame.cond = true;
      const kind = shell.node({ s: frame.s, n: only });
      if (!node.neg && !frame.cond && !frame.saved && kind.t !== 'simple' && kind.t !== 'sub' && kind.t !== 'arith' && kind.t !== 'cond')
        shell.sh.frames.pop();
      shell.push('cmd', frame.s, only);
      return;
    }
    frame.pids = startPipeline(shell, frame, node);
  }
  if (node.cmds.length > 1) {
    if (!collect(shell, frame.pids ?? [])) return;
    const statuses = reap(shell, frame.pids ?? []);
    shell.sh.status = shell.sh.opts.pipefail ? ([...statuses].reverse().find((code) => code !== 0) ?? 0) : (statuses.at(-1) ?? 0);
  }
  shell.pop();
  if (node.neg) shell.sh.status = shell.sh.status === 0 ? 1 : 0;
  else checkErrexit(shell, frame);
}

/** True once all have ended. */
export function collect(shell: Interpreter, pids: number[]): boolean {
  if (pids.every((pid) => shell.sh.done[pid] !== undefined || !shell.sys.kernel.process(shell.p.c, pid))) return true;
  shell.p.block = { on: 'child', pids };
  return false;
}

export function reap(shell: Interpreter, pids: number[]): number[] {
  return pids.map((pid) => {
    const code = shell.sh.done[pid] ?? 127;
    delete shell.sh.done[pid];
    const signal = shell.sh.killed?.[pid];
    if (signal !== undefined) {
      delete shell.sh.killed;
      if (shell.sh.dialect !== 'bash' && ENDINGS[signal]) shell.sys.err(`${ENDINGS[signal]}\n`);
    }
    shell.sh.jobs = shell.sh.jobs.filter((job) => job !== pid);
    return code;
  });
}

function checkErrexit(shell: Interpreter, frame: Frame): void {
  const { sh } = shell;
  if (!sh.opts.e || sh.status === 0 || sh.noerr || frame.cond || sh.frames.some((f) => f.cond)) return;
  shell.exitShell(sh.status);
}

function startPipeline(shell: Interpreter, frame: Frame, node: Of<'pipe'>): number[] {
  const { kernel } = shell.sys;
  let input: number | undefined;
  return node.cmds.map((cmd, i) => {
    const pipe = i < node.cmds.length - 1 ? kernel.pipe() : undefined;
    const child = forkShell(shell, [{ k: 'cmd', s: frame.s, n: cmd, i: 0 }]);
    if (input !== undefined) kernel.setFd(child, 0, input);
    if (pipe) {
      kernel.setFd(child, 1, pipe.write);
      if (node.errs[i]) kernel.setFd(child, 2, pipe.write);
    }
    input = pipe?.read;
    return child.pid;
  });
}

export function forkShell(shell: Interpreter, frames: Frame[]): Process {
  const { sh } = shell;
  const cond = sh.noerr || sh.frames.some((f) => f.cond);
  const state: ShellState = {
    ...sh,
    vars: { ...sh.vars },
    exported: { ...sh.exported },
    readonly: { ...sh.readonly },
    funcs: { ...sh.funcs },
    opts: { ...sh.opts },
    frames,
    traps: {},
    done: {},
    jobs: [],
    noerr: cond,
  };
  delete state.input;
  delete state.killed;
  delete state.exiting;
  return shell.sys.kernel.fork(shell.p, { st: state as unknown as Record<string, unknown>, argv: shell.p.argv });
}

/** What ash and dash say of a child that a signal ended. */
const ENDINGS: Readonly<Record<number, string>> = {
  1: 'Hangup',
  3: 'Quit',
  6: 'Aborted',
  9: 'Killed',
  10: 'User defined signal 1',
  11: 'Segmentation fault',
  12: 'User defined signal 2',
  14: 'Alarm clock',
  15: 'Terminated',
};
