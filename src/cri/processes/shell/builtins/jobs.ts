// Children and signals: wait, kill, jobs, trap.

import { listSignals, signalNumber } from '../../programs/signals.ts';
import { SIGNALS } from '../../signals.ts';
import type { Interpreter } from '../interpreter.ts';
import { reap } from '../pipelines.ts';
import type { Builtins } from './builtin.ts';

export const jobs: Builtins = {
  trap: (shell, args) => {
    const { sh, sys } = shell;
    if (args.length === 0) {
      for (const [signal, action] of Object.entries(sh.traps))
        sys.out(
          `trap -- '${action.replace(/'/g, "'\\''")}' ${signal === '0' ? 'EXIT' : (sh.dialect === 'bash' ? 'SIG' : '') + signalName(Number(signal))}\n`,
        );
      return 0;
    }
    const rest = args[0] === '--' ? args.slice(1) : args;
    const [action = '', ...names] = rest.length === 1 ? ['-', ...rest] : rest;
    for (const name of names) {
      const signal = signalNumber(name);
      if (signal === undefined) {
        shell.complain(
          sh.dialect === 'bash'
            ? `trap: ${name}: invalid signal specification`
            : sh.dialect === 'dash'
              ? `trap: ${name}: bad trap`
              : `trap: ${name}: invalid signal specification`,
        );
        return 1;
      }
      sys.p.ignored = sys.p.ignored.filter((s) => s !== signal);
      delete sh.traps[signal];
      if (action === '') sys.p.ignored = [...sys.p.ignored, signal];
      else if (action !== '-') sh.traps[signal] = action;
    }
    return 0;
  },
  wait: (shell, args, frame) => {
    const { sh, sys } = shell;
    const interrupted = frame.mem?.interrupted;
    if (typeof interrupted === 'number') return interrupted;
    const alive = (pid: number): boolean =>
      sh.done[pid] === undefined && sys.kernel.process(sys.p.c, pid) !== undefined && sh.jobs.includes(pid);
    const any = args[0] === '-n';
    const named = args
      .filter((a) => !a.startsWith('-'))
      .map((a) => Number(a.startsWith('%') ? (sh.jobs[Number(a.slice(1)) - 1] ?? 0) : sys.kernel.plain(a)));
    const pids = named.length > 0 ? named : [...sh.jobs];
    const waiting = pids.filter(alive);
    const rest = any ? (pids.some((pid) => sh.done[pid] !== undefined) ? [] : waiting) : waiting;
    if (rest.length > 0) {
      frame.mem = { ...(frame.mem ?? {}), waiting: true };
      sys.p.block = { on: 'child', pids: rest, any, sig: true };
      return 'again';
    }
    if (any) {
      const first = pids.find((pid) => sh.done[pid] !== undefined);
      return first === undefined ? 127 : (reap(shell, [first])[0] ?? 127);
    }
    if (named.length === 0) {
      reap(shell, pids);
      return 0;
    }
    const statuses = named.map((pid) => (sh.jobs.includes(pid) ? (reap(shell, [pid])[0] ?? 127) : 127));
    return statuses.at(-1) ?? 0;
  },
  kill: (shell, args) => killProcesses(shell, args),
  jobs: (shell) => {
    shell.sh.jobs.forEach((pid, i) => {
      const p = shell.sys.kernel.process(shell.sys.p.c, pid);
      if (p) shell.sys.out(`[${i + 1}]${i === shell.sh.jobs.length - 1 ? '+' : '-'}  Running                 ${p.argv.join(' ')}\n`);
    });
    return 0;
  },
};

function killProcesses(shell: Interpreter, args: string[]): number {
  const { sys, sh } = shell;
  let signal = 15;
  let rest = args.map((a) => sys.kernel.plain(a));
  if (rest[0] === '-l') {
    sys.out(listSignals(rest[1]));
    return 0;
  }
  if (rest[0] === '-s' || rest[0] === '-n') {
    signal = signalNumber(rest[1] ?? '') ?? -1;
    rest = rest.slice(2);
  } else if (/^-[A-Za-z0-9]+$/.test(rest[0] ?? '') && rest.length > 1) {
    const found = signalNumber((rest[0] ?? '').slice(1));
    if (found === undefined) {
      shell.complain(
        sh.dialect === 'bash'
          ? `kill: ${(rest[0] ?? '').slice(1)}: invalid signal specification`
          : `kill: bad signal name '${(rest[0] ?? '').slice(1)}'`.replace(
              /^kill: bad/,
              sh.dialect === 'dash' ? 'kill: Illegal' : 'kill: bad',
            ),
      );
      return 1;
    }
    signal = found;
    rest = rest.slice(1);
  }
  if (rest[0] === '--') rest = rest.slice(1);
  let status = 0;
  for (const target of rest) {
    const pid = target.startsWith('%') ? (sh.jobs[Number(target.slice(1)) - 1] ?? 0) : Number(target);
    if (!Number.isInteger(pid)) {
      shell.complain(
        sh.dialect === 'bash'
          ? `kill: ${target}: arguments must be process or job IDs`
          : sh.dialect === 'dash'
            ? `kill: Illegal number: ${target}`
            : `kill: invalid number '${target}'`,
      );
      status = 1;
      continue;
    }
    const victim = pid > 0 ? sys.kernel.process(sys.p.c, pid) : undefined;
    if (victim) sys.kernel.signal(victim, signal);
    else if (pid === -1 || pid === 0) {
      for (const p of [...sys.kernel.s.procs]) if (p.c === sys.p.c && p.pid !== 1 && p !== sys.p) sys.kernel.signal(p, signal);
    } else {
      if (sh.dialect === 'bash') shell.complain(`kill: (${pid}) - No such process`);
      else if (sh.dialect === 'dash') shell.complain('kill: No such process');
      else shell.complain(`can't kill pid ${pid}: No such process`);
      status = 1;
    }
  }
  return status;
}

function signalName(signal: number): string {
  return Object.keys(SIGNALS).find((name) => SIGNALS[name] === signal) ?? String(signal);
}
