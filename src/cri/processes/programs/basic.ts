// Utilities that need no input: they look at their arguments and the machine, print and end.

import type { Program } from '../program.ts';
import { TestError, testExpression } from '../shell/test-expression.ts';
import type { Sys } from '../sys.ts';
import { isTerminal } from '../terminal.ts';
import { options } from './options.ts';
import { echoText, formatPrintf } from './print.ts';
import { signalNumber } from './signals.ts';

/** A utility that is done at once. */
export const instant = (run: (sys: Sys) => number | undefined, transparent = false): Program => ({
  transparent,
  run(sys) {
    const code = run(sys);
    if (sys.p.exit === null && sys.p.block === null) sys.exit(code ?? 0);
  },
});

export const echo = instant((sys) => {
  sys.out(echoText(sys.args, true, false));
  return 0;
}, true);

export const printf = instant((sys) => {
  const [format = '', ...rest] = sys.args;
  const { text, errors } = formatPrintf(sys, format, rest);
  sys.out(text);
  for (const error of errors) sys.err(`printf: ${error}\n`);
  return errors.length > 0 ? 1 : 0;
}, true);

export const test = instant((sys) => {
  let args = sys.args;
  if (sys.name === '[') {
    if (args.at(-1) !== ']') {
      sys.err('[: missing ]\n');
      return 2;
    }
    args = args.slice(0, -1);
  }
  try {
    return testExpression(sys, args) ? 0 : 1;
  } catch (error) {
    if (!(error instanceof TestError)) throw error;
    sys.err(`${sys.name}: ${error.message}\n`);
    return 2;
  }
});

function seconds(text: string): number | undefined {
  if (/^inf(inity)?$/i.test(text)) return Number.POSITIVE_INFINITY;
  const m = /^(\d*\.?\d+)([smhd]?)$/.exec(text);
  return m ? Number(m[1]) * ({ s: 1, m: 60, h: 3600, d: 86_400 }[m[2] ?? ''] ?? 1) : undefined;
}

export const sleep: Program = {
  run(sys) {
    const st = sys.state<{ until: number }>();
    if (st.until !== undefined) {
      if (sys.now >= st.until) sys.exit(0);
      else sys.sleepUntil(st.until);
      return;
    }
    if (sys.args.length === 0) {
      if (sys.gnu) sys.err("sleep: missing operand\nTry 'sleep --help' for more information.\n");
      else sys.err('BusyBox v1.37.0 () multi-call binary.\n\nUsage: sleep [N]...\n');
      sys.exit(1);
      return;
    }
    let total = 0;
    for (const arg of sys.args) {
      const n = seconds(arg);
      if (n === undefined) {
        sys.err(
          sys.gnu
            ? `sleep: invalid time interval '${arg}'\nTry 'sleep --help' for more information.\n`
            : `sleep: invalid number '${arg}'\n`,
        );
        sys.exit(1);
        return;
      }
      total += n;
    }
    if (total === Number.POSITIVE_INFINITY) {
      sys.forever();
      return;
    }
    st.until = sys.now + Math.round(total * 1000);
    sys.sleepUntil(st.until);
  },
};

export const usleep: Program = {
  run(sys) {
    const st = sys.state<{ until: number }>();
    st.until ??= sys.now + Math.round(Number(sys.args[0] ?? 0) / 1000);
    if (sys.now >= st.until) sys.exit(0);
    else sys.sleepUntil(st.until);
  },
};

export const env: Program = {
  transparent: true,
  run(sys) {
    const st = sys.state<{ done: Record<number, number>; pid: number }>();
    const args = [...sys.args];
    let vars = { ...sys.env };
    while (args[0] !== undefined) {
      const arg = args[0];
      if (arg === '-i' || arg === '-') vars = {};
      else if (arg === '-u') {
        delete vars[args[1] ?? ''];
        args.shift();
      } else if (/^[A-Za-z_]\w*=/.test(arg)) vars[arg.slice(0, arg.indexOf('='))] = arg.slice(arg.indexOf('=') + 1);
      else break;
      args.shift();
    }
    if (args.length === 0) {
      sys.out(
        Object.entries(vars)
          .map(([name, value]) => `${name}=${value}\n`)
          .join(''),
      );
      sys.exit(0);
      return;
    }
    void st;
    replace(sys, args, vars);
  },
};

/** Runs another program in this process. */
export function replace(sys: Sys, args: string[], vars: Record<string, string>): void {
  const found = sys.kernel.lookupProgram(sys.p, args[0] ?? '', vars.PATH);
  if (typeof found === 'string') {
    sys.err(
      sys.gnu
        ? `${sys.name}: '${args[0]}': ${sys.errorText(found)}\n`
        : `${sys.name}: can't execute '${args[0]}': ${sys.errorText(found)}\n`,
    );
    sys.exit(found === 'EACCES' ? 126 : 127);
    return;
  }
  sys.kernel.exec(sys.p, args, vars, found);
}

export const printenv = instant((sys) => {
  if (sys.args.length === 0) {
    sys.out(
      Object.entries(sys.env)
        .map(([name, value]) => `${name}=${value}\n`)
        .join(''),
    );
    return 0;
  }
  let status = 0;
  for (const name of sys.args) {
    const value = sys.env[name];
    if (value === undefined) status = 1;
    else sys.out(`${value}\n`);
  }
  return status;
}, true);

export const basename = instant((sys) => {
  const [path = '', suffix = ''] = sys.args;
  const base = path.replace(/\/+$/, '').split('/').pop() || (path.startsWith('/') ? '/' : '');
  sys.out(`${suffix && base.endsWith(suffix) && base !== suffix ? base.slice(0, -suffix.length) : base}\n`);
  return 0;
});

export const dirname = instant((sys) => {
  const path = (sys.args[0] ?? '').replace(/\/+$/, '');
  const at = path.lastIndexOf('/');
  sys.out(`${path === '' && (sys.args[0] ?? '').startsWith('/') ? '/' : at < 0 ? '.' : at === 0 ? '/' : path.slice(0, at)}\n`);
  return 0;
});

export const pwd = instant((sys) => {
  sys.out(`${sys.p.cwd}\n`);
  return 0;
});

const userName = (sys: Sys, uid: number): string | undefined => {
  const passwd = sys.content('/etc/passwd');
  if (typeof passwd !== 'string') return uid === 0 ? 'root' : undefined;
  return passwd
    .split('\n')
    .map((l) => l.split(':'))
    .find((f) => f[2] === String(uid))?.[0];
};

export const whoami = instant((sys) => {
  const name = userName(sys, sys.p.uid);
  if (name === undefined) {
    sys.err(sys.gnu ? `whoami: cannot find name for user ID ${sys.p.uid}\n` : `whoami: unknown uid ${sys.p.uid}\n`);
    return 1;
  }
  sys.out(`${name}\n`);
  return 0;
});

export const id = instant((sys) => {
  const { flags } = options(sys.args, '');
  const { uid } = sys.p;
  const gid = sys.kernel.s.containers[sys.p.c]?.spec.group ?? 0;
  const name = userName(sys, uid);
  if (flags.u) sys.out(`${flags.n ? (name ?? uid) : uid}\n`);
  else if (flags.g || flags.G) sys.out(`${flags.n ? (gid === 0 ? 'root' : gid) : gid}\n`);
  else {
    const group = `${gid}${gid === 0 ? '(root)' : ''}`;
    const extra = sys.gnu || uid !== 0 ? group : '0(root)';
    sys.out(`uid=${uid}${name === undefined ? '' : `(${name})`} gid=${group} groups=${extra}\n`);
  }
  return 0;
});

export const hostname = instant((sys) => {
  const { flags } = options(sys.args, '');
  const { hostname: name, podIP } = sys.kernel.host;
  sys.out(flags.i || flags.I ? `${podIP}\n` : `${flags.s ? name.split('.')[0] : name}\n`);
  return 0;
});

export const uname = instant((sys) => {
  const { flags } = options(sys.args, '');
  const all = flags.a !== undefined || sys.args.includes('--all');
  const parts: string[] = [];
  if (all || flags.s || sys.args.length === 0) parts.push('Linux');
  if (all || flags.n) parts.push(sys.kernel.host.hostname);
  if (all || flags.r) parts.push('6.8.0-45-generic');
  if (all || flags.v) parts.push('#45-Ubuntu SMP PREEMPT_DYNAMIC');
  if (all || flags.m || flags.p) parts.push('x86_64');
  if (all) parts.push(sys.gnu ? 'GNU/Linux' : 'Linux');
  sys.out(`${parts.join(' ')}\n`);
  return 0;
});

export const kill = instant((sys) => {
  let signal = 15;
  let rest = sys.args;
  if (/^-/.test(rest[0] ?? '')) {
    const name = rest[0] === '-s' ? (rest[1] ?? '') : (rest[0] ?? '').slice(1);
    signal = signalNumber(name) ?? 15;
    rest = rest.slice(rest[0] === '-s' ? 2 : 1);
  }
  let status = 0;
  for (const target of rest) {
    const victim = sys.kernel.process(sys.p.c, Number(target));
    if (victim) sys.kernel.signal(victim, signal);
    else {
      sys.err(`kill: can't kill pid ${target}: No such process\n`);
      status = 1;
    }
  }
  return status;
});

export const nproc = instant((sys) => {
  sys.out('2\n');
  return 0;
});

export const tty = instant((sys) => {
  const is = isTerminal(sys.kernel, sys.p, 0);
  sys.out(is ? '/dev/pts/0\n' : 'not a tty\n');
  return is ? 0 : 1;
});

export const which = instant((sys) => {
  let status = 0;
  for (const name of sys.args.filter((a) => a !== '-a')) {
    const found = sys.kernel.lookupProgram(sys.p, name, sys.env.PATH);
    if (typeof found === 'string') status = 1;
    else sys.out(`${found.path}\n`);
  }
  return status;
});
