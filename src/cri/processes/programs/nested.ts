// Programs that run others: timeout, xargs, nohup, nice, busybox itself.
import type { Program } from '../program.ts';
import type { Sys } from '../sys.ts';
import { replace } from './basic.ts';
import { signalNumber } from './signals.ts';

/** Starts a child program; undefined when there is none, already reported. */
export function spawn(sys: Sys, args: string[]): number | undefined {
  const found = sys.kernel.lookupProgram(sys.p, args[0] ?? '', sys.env.PATH);
  if (typeof found === 'string') {
    sys.err(
      sys.gnu
        ? `${sys.name}: failed to run command '${args[0]}': ${sys.errorText(found)}\n`.replace(
            /^xargs: failed to run command '(.*)'/,
            'xargs: $1',
          )
        : `${sys.name}: ${sys.name === 'xargs' ? '' : "can't execute "}'${args[0]}': ${sys.errorText(found)}\n`.replace(
            /^xargs: '(.*)'/,
            'xargs: $1',
          ),
    );
    return undefined;
  }
  const child = sys.kernel.fork(sys.p);
  sys.kernel.exec(child, args, sys.env, found);
  return child.pid;
}

export const timeout: Program = {
  run(sys) {
    const st = sys.state<{ pid: number; until: number; killed: boolean; done: Record<number, number> }>();
    if (st.pid === undefined) {
      let args = sys.args;
      let signal = 15;
      while (/^-/.test(args[0] ?? '')) {
        if (args[0] === '-s') signal = signalNumber(args[1] ?? '') ?? 15;
        args = args.slice(args[0] === '-s' || args[0] === '-k' || args[0] === '-t' ? (args[0] === '-t' ? 1 : 2) : 1);
      }
      const m = /^(\d*\.?\d+)([smhd]?)$/.exec(args[0] ?? '');
      if (!m || args.length < 2) {
        sys.err(
          sys.gnu
            ? `timeout: invalid time interval '${args[0] ?? ''}'\nTry 'timeout --help' for more information.\n`
            : `timeout: invalid number '${args[0] ?? ''}'\n`,
        );
        sys.exit(sys.gnu ? 125 : 1);
        return;
      }
      const pid = spawn(sys, args.slice(1));
      if (pid === undefined) {
        sys.exit(127);
        return;
      }
      st.pid = pid;
      st.until = sys.now + Number(m[1]) * 1000 * ({ s: 1, m: 60, h: 3600, d: 86_400 }[m[2] ?? ''] ?? 1);
      sys.p.st.signal = signal;
    }
    const code = st.done?.[st.pid];
    if (code !== undefined) {
      sys.exit(st.killed ? expired(sys) : code);
      return;
    }
    const child = sys.kernel.process(sys.p.c, st.pid);
    if (sys.now >= (st.until ?? 0) && !st.killed && child) {
      st.killed = true;
      sys.kernel.signal(child, Number(sys.p.st.signal ?? 15));
      if (st.done?.[st.pid] !== undefined) {
        sys.exit(expired(sys));
        return;
      }
    }
    if (st.killed) sys.p.block = { on: 'child', pids: [st.pid] };
    else sys.p.block = { on: 'either', pids: [st.pid], until: st.until ?? 0 };
  },
};

/** GNU says 124, unless it had to kill; busybox ends as its child did. */
function expired(sys: Sys): number {
  const signal = Number(sys.p.st.signal ?? 15);
  return sys.gnu && signal !== 9 ? 124 : 128 + signal;
}

export const xargs: Program = {
  run(sys) {
    const st = sys.state<{ items: string[]; at: number; pid: number | null; failed: number; done: Record<number, number> }>();
    let args = sys.args;
    let batch = Number.POSITIVE_INFINITY;
    let replaceWord: string | undefined;
    let nul = false;
    let skipEmpty = false;
    let trace = false;
    while (/^-./.test(args[0] ?? '')) {
      const arg = args[0] ?? '';
      const inline = arg.length > 2 ? arg.slice(2) : undefined;
      if (arg.startsWith('-n') || arg.startsWith('-L')) batch = Number(inline ?? args[1]);
      else if (arg.startsWith('-I')) replaceWord = inline ?? args[1];
      else if (arg === '-0') nul = true;
      else if (arg === '-r') skipEmpty = true;
      else if (arg === '-t') trace = true;
      args = args.slice(inline === undefined && /^-[nLIPsd]/.test(arg) ? 2 : 1);
    }
    if (!st.items) {
      const input = sys.input([]);
      if (!input) return;
      if (nul) st.items = input.text.split('\0').filter((i) => i !== '');
      else if (replaceWord !== undefined)
        st.items = input.text
          .split('\n')
          .map((l) => l.trim())
          .filter((l) => l !== '');
      else
        st.items = (input.text.match(/(?:[^\s'"\\]|\\[\s\S]|'[^']*'|"[^"]*")+/g) ?? []).map((w) =>
          w.replace(/\\([\s\S])|'([^']*)'|"([^"]*)"/g, (_, a?: string, b?: string, c?: string) => a ?? b ?? c ?? ''),
        );
      st.at = 0;
      st.failed = 0;
      st.pid = null;
    }
    for (;;) {
      if (typeof st.pid === 'number') {
        const code = st.done?.[st.pid];
        if (code === undefined) {
          sys.p.block = { on: 'child', pids: [st.pid] };
          return;
        }
        if (code !== 0) st.failed = code === 255 ? 124 : 123;
        st.pid = null;
      }
      const at = st.at ?? 0;
      const none = st.items.length === 0 && at === 0 && !skipEmpty && replaceWord === undefined;
      if (at >= st.items.length && !none) {
        sys.exit(st.failed ?? 0);
        return;
      }
      const command = args.length > 0 ? args : ['echo'];
      const size = replaceWord !== undefined ? 1 : batch;
      const taken = st.items.slice(at, at + size);
      const word = replaceWord;
      const argv = word !== undefined ? command.map((a) => a.split(word).join(taken[0] ?? '')) : [...command, ...taken];
      st.at = none ? 1 : at + taken.length;
      if (none) st.items = [''];
      if (trace) sys.err(`${argv.join(' ')}\n`);
      const pid = spawn(sys, argv);
      if (pid === undefined) {
        sys.exit(127);
        return;
      }
      st.pid = pid;
    }
  },
};

export const nohup: Program = { run: (sys) => replace(sys, sys.args, sys.env) };
export const nice: Program = { run: (sys) => replace(sys, sys.args[0] === '-n' ? sys.args.slice(2) : sys.args, sys.env) };

export const busybox: Program = {
  run(sys) {
    if (sys.args.length > 0) sys.err(`${sys.args[0]}: applet not found\n`);
    else sys.out('BusyBox v1.37.0 () multi-call binary.\nBusyBox is copyrighted by many authors between 1998-2015.\n');
    sys.exit(sys.args.length > 0 ? 127 : 0);
  },
};
