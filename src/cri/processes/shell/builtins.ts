// Commands that the shell runs itself. A builtin returns its status, `again` to be called once more when its process can go on,
// or `handled` when it has arranged the frames itself.
import { isErrno } from '../files.ts';
import { SIGNALS } from '../kernel.ts';
import { echoText, formatPrintf } from '../programs/print.ts';
import { listSignals, signalNumber } from '../programs/signals.ts';
import { marked } from '../symbols.ts';
import { ShellError } from './expand.ts';
import type { Interpreter } from './interpreter.ts';
import { parsed } from './parse.ts';
import type { Frame } from './shell-state.ts';
import { TestError, testExpression } from './test-expression.ts';

type Builtin = (shell: Interpreter, args: string[], frame: Frame) => number | 'again' | 'handled';

export const SPECIAL_BUILTINS = new Set([
  '.',
  ':',
  'break',
  'continue',
  'eval',
  'exec',
  'exit',
  'export',
  'readonly',
  'return',
  'set',
  'shift',
  'times',
  'trap',
  'unset',
]);

export const builtins: Readonly<Record<string, Builtin>> = Object.assign(Object.create(null) as Record<string, Builtin>, {
  ':': () => 0,
  true: () => 0,
  false: () => 1,
  echo: (shell, args) => {
    shell.sys.out(echoText(args, shell.sh.dialect !== 'dash', shell.sh.dialect === 'dash'));
    return 0;
  },
  printf: (shell, args) => {
    let rest = args;
    let into: string | undefined;
    if (rest[0] === '-v' && shell.sh.dialect === 'bash') {
      into = rest[1];
      rest = rest.slice(2);
    }
    if (rest[0] === '--') rest = rest.slice(1);
    if (rest.length === 0) return usage(shell, 'printf', 'usage: printf format [arguments]');
    const { text, errors } = formatPrintf(shell.sys, rest[0] ?? '', rest.slice(1));
    if (into !== undefined) shell.assign(into, text);
    else shell.sys.out(text);
    for (const error of errors) shell.complain(`printf: ${error}`);
    return errors.length > 0 ? 1 : 0;
  },
  test: (shell, args) => test(shell, args, 'test'),
  '[': (shell, args) => {
    if (args.at(-1) !== ']') {
      shell.complain(shell.sh.dialect === 'ash' ? 'missing ]' : shell.sh.dialect === 'dash' ? '[: missing ]' : "[: missing `]'");
      return 2;
    }
    return test(shell, args.slice(0, -1), '[');
  },
  cd: (shell, args) => {
    const { sh, sys } = shell;
    const rest = args.filter((a) => a !== '-P' && a !== '-L' && a !== '--');
    const target = rest[0] === '-' ? String(sh.vars.OLDPWD ?? '') : (rest[0] ?? String(sh.vars.HOME ?? ''));
    const path = sys.path(target === '' ? '.' : target);
    const stat = sys.stat(path);
    if (isErrno(stat) || stat.t !== 'd') {
      const why = isErrno(stat) ? sys.errorText(stat) : 'Not a directory';
      shell.complain(
        sh.dialect === 'bash'
          ? `cd: ${target}: ${why}`
          : sh.dialect === 'dash'
            ? `cd: can't cd to ${target}`
            : sh.file
              ? `cd: can't cd to ${target}: ${why}`
              : `cd: line ${sh.line - 1}: can't cd to ${target}: ${why}`,
      );
      return sh.dialect === 'bash' ? 1 : 2;
    }
    shell.assign('OLDPWD', sys.p.cwd);
    sys.p.cwd = path;
    shell.assign('PWD', path);
    if (rest[0] === '-') sys.out(`${path}\n`);
    return 0;
  },
  pwd: (shell) => {
    shell.sys.out(`${shell.sys.p.cwd}\n`);
    return 0;
  },
  export: (shell, args) => declare(shell, args, 'export'),
  readonly: (shell, args) => declare(shell, args, 'readonly'),
  declare: (shell, args) => declare(shell, args, 'declare'),
  typeset: (shell, args) => declare(shell, args, 'declare'),
  local: (shell, args) => {
    const func = [...shell.sh.frames].reverse().find((f) => f.k === 'func');
    if (!func) throw new ShellError(shell.sh.dialect === 'bash' ? 'local: can only be used in a function' : 'local: not in a function', 1);
    func.locals ??= {};
    for (const arg of args.filter((a) => !/^-[a-z]+$/i.test(a))) {
      const at = arg.indexOf('=');
      const name = at < 0 ? arg : arg.slice(0, at);
      if (func.locals[name] === undefined) func.locals[name] = shell.sh.vars[name] ?? null;
      if (at >= 0) shell.assign(name, arg.slice(at + 1));
      else if (shell.sh.dialect !== 'dash') delete shell.sh.vars[name];
    }
    return 0;
  },
  let: (shell, args, frame) => {
    let last = '0';
    for (const arg of args) {
      const expansion = shell.expansion(frame);
      last = shell.sys.kernel.plain(expansion.arithmetic({ type: 'ArithmeticExpression', expression: shell.parseArithmetic(arg) }));
      expansion.commit();
    }
    return last === '0' ? 1 : 0;
  },
  unset: (shell, args) => {
    const functions = args[0] === '-f';
    for (const name of args.filter((a) => a !== '-f' && a !== '-v')) {
      if (shell.sh.readonly[name])
        throw new ShellError(
          shell.sh.dialect === 'bash' ? `unset: ${name}: cannot unset: readonly variable` : `${name}: is read only`,
          shell.sh.dialect === 'bash' ? 1 : 2,
        );
      if (functions) delete shell.sh.funcs[name];
      else if (shell.sh.vars[name] !== undefined) {
        delete shell.sh.vars[name];
        delete shell.sh.exported[name];
      } else delete shell.sh.funcs[name];
    }
    return 0;
  },
  set: setOptions,
  shopt: () => 0,
  shift: (shell, args) => {
    const n = Number(shell.sys.kernel.plain(args[0] ?? '1'));
    if (n > shell.sh.args.length) {
      if (shell.sh.dialect === 'dash') throw new ShellError("shift: can't shift that many", 2);
      return 1;
    }
    shell.sh.args = shell.sh.args.slice(n);
    return 0;
  },
  read: readLine,
  exit: (shell, args) => {
    const text = args[0] === undefined ? undefined : shell.sys.kernel.plain(args[0]);
    if (text !== undefined && !/^-?\d+$/.test(text)) {
      shell.complain(
        shell.sh.dialect === 'bash'
          ? `exit: ${text}: numeric argument required`
          : shell.sh.dialect === 'dash'
            ? `exit: Illegal number: ${text}`
            : `exit: ${text}: bad number`,
      );
      shell.exitShell(2);
      return 'handled';
    }
    if (shell.sh.dialect === 'bash' && shell.sh.input?.tty) shell.sys.err('exit\n');
    shell.exitShell(text === undefined ? shell.sh.status : Number(text) & 0xff);
    return 'handled';
  },
  return: (shell, args) => {
    const { sh } = shell;
    const status = args[0] === undefined ? sh.status : Number(shell.sys.kernel.plain(args[0])) & 0xff;
    if (!sh.frames.some((f) => f.k === 'func' || f.k === 'source')) {
      if (sh.dialect === 'bash') {
        shell.complain("return: can only `return' from a function or sourced script");
        return 2;
      }
      shell.exitShell(status);
      return 'handled';
    }
    for (let frame = shell.pop(); frame && frame.k !== 'func' && frame.k !== 'source'; ) frame = shell.pop();
    sh.status = status;
    return 'handled';
  },
  break: (shell, args) => leaveLoop(shell, args, true),
  continue: (shell, args) => leaveLoop(shell, args, false),
  eval: (shell, args, frame) => {
    const text = args.map((a) => shell.sys.kernel.plain(a)).join(' ');
    if (frame.i === 2) return shell.sh.status;
    frame.i = 1;
    if (text.trim() === '') return 0;
    parsed(text);
    shell.pushText(text);
    return 'handled';
  },
  '.': source,
  source: source,
  exec: (shell, args, frame) => {
    if (args.length === 0) {
      for (const id of Object.values(frame.saved ?? {})) if (id >= 0) shell.sys.kernel.release(id);
      delete frame.saved;
      return 0;
    }
    const { kernel, p } = shell.sys;
    const name = kernel.plain(args[0] ?? '');
    const env = shell.environment(frame.assigned);
    const found = kernel.lookupProgram(p, name, env.PATH);
    if (typeof found === 'string') {
      shell.complain(
        shell.sh.dialect === 'bash'
          ? name.includes('/')
            ? `${name}: No such file or directory`
            : `exec: ${name}: not found`
          : shell.sh.dialect === 'dash'
            ? `exec: ${name}: not found`
            : `exec: line ${shell.sh.line}: ${name}: not found`.replace(/line \d+: /, shell.sh.file ? '$&' : ''),
      );
      shell.exitShell(found === 'EACCES' ? 126 : 127);
      return 'handled';
    }
    for (const id of Object.values(frame.saved ?? {})) if (id >= 0) kernel.release(id);
    kernel.exec(p, args, env, found);
    return 'handled';
  },
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
      return first === undefined ? 127 : (shell.reap([first])[0] ?? 127);
    }
    if (named.length === 0) {
      shell.reap(pids);
      return 0;
    }
    const statuses = named.map((pid) => (sh.jobs.includes(pid) ? (shell.reap([pid])[0] ?? 127) : 127));
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
  umask: (shell, args) => {
    if (args[0] === undefined) shell.sys.out(`${shell.sys.p.umask.toString(8).padStart(4, '0')}\n`);
    else shell.sys.p.umask = Number.parseInt(args[0], 8) & 0o777;
    return 0;
  },
  type: (shell, args) => {
    let status = 0;
    for (const name of args) {
      const found = whatIs(shell, name);
      if (found === undefined) {
        if (shell.sh.dialect === 'bash') shell.complain(`type: ${name}: not found`);
        else shell.sys.out(`${name}: not found\n`);
        status = shell.sh.dialect === 'bash' ? 1 : 127;
      } else if (found.kind === 'file') shell.sys.out(`${name} is ${found.path}\n`);
      else
        shell.sys.out(
          `${name} is a ${found.kind === 'function' ? 'shell function' : found.kind === 'special' && shell.sh.dialect !== 'bash' ? 'special shell builtin' : found.kind === 'keyword' ? 'shell keyword' : 'shell builtin'}\n`.replace(
            'a function',
            'a function',
          ),
        );
    }
    return status;
  },
  command: (shell, args, frame) => {
    const show = args[0] === '-v' || args[0] === '-V';
    if (show) {
      const found = whatIs(shell, args[1] ?? '');
      if (found === undefined) {
        if (args[0] === '-V') shell.complain(`${args[1]}: not found`);
        return shell.sh.dialect === 'bash' ? 1 : 127;
      }
      shell.sys.out(`${found.kind === 'file' ? found.path : args[1]}\n`);
      return 0;
    }
    const rest = args.filter((a, i) => !(i === 0 && (a === '-p' || a === '--')));
    const name = shell.sys.kernel.plain(rest[0] ?? '');
    const builtin = builtins[name];
    if (name === '') return 0;
    if (builtin) return builtin(shell, rest.slice(1), frame);
    shell.runExternal(frame, name, rest);
    return 'handled';
  },
  hash: () => 0,
  times: (shell) => {
    shell.sys.out('0m0.00s 0m0.00s\n0m0.00s 0m0.00s\n');
    return 0;
  },
  ulimit: (shell) => {
    shell.sys.out('unlimited\n');
    return 0;
  },
  alias: () => 0,
  unalias: () => 0,
  getopts,
} satisfies Record<string, Builtin>);

function usage(shell: Interpreter, _name: string, text: string): number {
  shell.sys.err(`${text}\n`);
  return 2;
}

function test(shell: Interpreter, args: string[], name: string): number {
  try {
    return testExpression(shell.sys, args) ? 0 : 1;
  } catch (error) {
    if (!(error instanceof TestError)) throw error;
    const { dialect } = shell.sh;
    const number = /^(.*): bad number$/.exec(error.message)?.[1];
    if (number !== undefined)
      shell.complain(
        dialect === 'bash'
          ? `${name}: ${number}: integer expression expected`
          : dialect === 'dash'
            ? `${name}: Illegal number: ${number}`
            : `${number}: bad number`.replace(/^/, dialect === 'ash' ? '' : `${name}: `),
      );
    else shell.complain(`${name}: ${error.message}`);
    return 2;
  }
}

function declare(shell: Interpreter, args: string[], kind: 'export' | 'readonly' | 'declare'): number {
  const { sh } = shell;
  const names = args.filter((a) => !/^-[a-zA-Z]+$/.test(a));
  const flags = args.filter((a) => /^-[a-zA-Z]+$/.test(a)).join('');
  const exporting = kind === 'export' || flags.includes('x');
  if (names.length === 0) {
    const table = kind === 'readonly' ? sh.readonly : kind === 'export' ? sh.exported : sh.vars;
    for (const name of Object.keys(table).sort())
      shell.sys.out(
        `${sh.dialect === 'bash' ? (kind === 'export' ? 'declare -x' : 'declare -r') : kind} ${name}='${String(sh.vars[name] ?? '')}'\n`.replace(
          /='(.*)'\n$/s,
          sh.dialect === 'bash' ? '="$1"\n' : "='$1'\n",
        ),
      );
    return 0;
  }
  for (const arg of names) {
    const at = arg.search(/\+?=/);
    const name = at < 0 ? arg : arg.slice(0, at);
    if (!/^[A-Za-z_]\w*$/.test(name)) {
      shell.complain(
        sh.dialect === 'bash'
          ? `${kind}: \`${arg}': not a valid identifier`
          : sh.dialect === 'dash'
            ? `${kind}: ${name}: bad variable name`
            : `${kind}: ${name}: bad variable name`,
      );
      if (sh.dialect === 'bash') return 1;
      throw new ShellError('', 2);
    }
    if (flags.includes('n') && kind === 'export') {
      delete sh.exported[name];
      continue;
    }
    if (at >= 0) shell.assign(name, arg.slice(arg.indexOf('=', at) + 1), arg[at] === '+');
    else if ((flags.includes('a') || flags.includes('A')) && sh.vars[name] === undefined) sh.vars[name] = [];
    if (exporting) sh.exported[name] = 1;
    if (kind === 'readonly' || flags.includes('r')) sh.readonly[name] = 1;
  }
  return 0;
}

const LONG_OPTIONS: Record<string, string> = {
  errexit: 'e',
  nounset: 'u',
  xtrace: 'x',
  noglob: 'f',
  noclobber: 'C',
  allexport: 'a',
  noexec: 'n',
  verbose: 'v',
  pipefail: 'pipefail',
  monitor: 'm',
  notify: 'b',
};

function setOptions(shell: Interpreter, args: string[]): number {
  const { sh } = shell;
  if (args.length === 0) {
    for (const name of Object.keys(sh.vars).sort()) shell.sys.out(`${name}='${String(sh.vars[name])}'\n`);
    return 0;
  }
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    if (arg === '--' || arg === '-') {
      sh.args = args.slice(i + 1);
      return 0;
    }
    if (!/^[-+]./.test(arg)) {
      sh.args = args.slice(i);
      return 0;
    }
    const on = arg[0] === '-';
    for (const letter of arg.slice(1)) {
      if (letter === 'o') {
        const name = args[++i] ?? '';
        const option = LONG_OPTIONS[name];
        if (option === undefined)
          throw new ShellError(
            sh.dialect === 'bash'
              ? `set: ${name}: invalid option name`
              : sh.dialect === 'dash'
                ? `set: Illegal option -o ${name}`
                : `set: illegal option -o ${name}`,
            2,
          );
        sh.opts[option] = on;
      } else if (!'abefhmnuvxCE'.includes(letter))
        throw new ShellError(
          sh.dialect === 'bash'
            ? `set: ${arg}: invalid option`
            : sh.dialect === 'dash'
              ? `set: Illegal option ${arg}`
              : `set: illegal option ${arg}`,
          2,
        );
      else sh.opts[letter] = on;
    }
  }
  return 0;
}

function leaveLoop(shell: Interpreter, args: string[], breaking: boolean): number | 'handled' {
  const { sh } = shell;
  let levels = Number(args[0] ?? '1') || 1;
  const isLoop = (f: Frame): boolean => f.k === 'cmd' && ['while', 'for', 'cfor'].includes(shell.node(f).t);
  const available = sh.frames.slice(sh.frames.findLastIndex((f) => f.k === 'func') + 1).filter(isLoop).length;
  levels = Math.min(levels, available);
  if (levels === 0) return 0;
  sh.status = 0;
  for (;;) {
    const top = sh.frames[sh.frames.length - 1];
    if (!top) return 'handled';
    if (isLoop(top) && --levels === 0) {
      if (breaking) shell.pop();
      return 'handled';
    }
    shell.pop();
  }
}

function source(shell: Interpreter, args: string[], frame: Frame): number | 'handled' {
  const { sh, sys } = shell;
  const name = args[0] ?? '';
  frame.i = 1;
  const candidates = name.includes('/')
    ? [name]
    : [
        ...String(sh.vars.PATH ?? '')
          .split(':')
          .map((dir) => `${dir}/${name}`),
        name,
      ];
  for (const path of candidates) {
    const text = sys.content(path);
    if (typeof text !== 'string') continue;
    sh.frames.push({ k: 'source', s: 0, n: 0, i: 0, ...(args.length > 1 && { args: sh.args }) });
    if (args.length > 1) sh.args = args.slice(1);
    if (text.trim() !== '') shell.pushText(text);
    else sh.status = 0;
    return 'handled';
  }
  if (sh.dialect === 'bash') {
    shell.complain(`${name}: No such file or directory`);
    return 1;
  }
  throw new ShellError(
    sh.dialect === 'dash'
      ? `.: ${name.includes('/') ? `cannot open ${name}: No such file` : `${name}: not found`}`
      : `.: can't open '${name}': No such file or directory`,
    2,
  );
}

function readLine(shell: Interpreter, args: string[], frame: Frame): number | 'again' {
  const { sh, sys } = shell;
  let raw = false;
  let timeout: number | undefined;
  let count: number | undefined;
  let fd = 0;
  let array: string | undefined;
  let i = 0;
  for (; i < args.length; i++) {
    const arg = args[i] ?? '';
    if (!/^-./.test(arg)) break;
    if (arg === '-r') raw = true;
    else if (arg === '-p') {
      i++;
    } else if (arg === '-t') timeout = Number(args[++i] ?? '0');
    else if (arg === '-n' || arg === '-N') count = Number(args[++i] ?? '1');
    else if (arg === '-u') fd = Number(args[++i] ?? '0');
    else if (arg === '-a') array = args[++i];
    else if (arg === '-s' || arg === '-e') continue;
    else if (arg === '-rp' || arg === '-sp') {
      raw ||= arg.includes('r');
      i++;
    }
  }
  const mem = (frame.mem ?? {}) as { line?: string; until?: number };
  mem.line ??= '';
  frame.mem = mem as Record<string, unknown>;
  if (timeout !== undefined) mem.until ??= sys.now + Math.round(timeout * 1000);
  let ended = false;
  for (;;) {
    if (count !== undefined && mem.line.length >= count) break;
    // One byte at a time, as shells do: what follows the line belongs to the next reader.
    const got = sys.read(fd, 1, mem.until);
    if (got === 'block') {
      if (mem.until !== undefined && sys.now >= mem.until) {
        sys.p.block = null;
        return sh.dialect === 'bash' ? 142 : 1;
      }
      return 'again';
    }
    if (got === 'eof' || 'error' in got) {
      ended = true;
      break;
    }
    if (got.data === '\n') {
      if (!raw && /(^|[^\\])(\\\\)*\\$/.test(mem.line)) {
        mem.line = mem.line.slice(0, -1);
        continue;
      }
      break;
    }
    mem.line += got.data;
  }
  delete frame.mem;
  const names = args.slice(i);
  const line = raw ? mem.line : mem.line.replace(/\\(.)/g, '$1');
  const ifs = typeof sh.vars.IFS === 'string' ? sh.vars.IFS : ' \t\n';
  if (array !== undefined) {
    shell.assign(array, splitFields(line, ifs, Number.POSITIVE_INFINITY));
    return ended ? 1 : 0;
  }
  if (names.length === 0) shell.assign('REPLY', line);
  else {
    const text = marked.test(line) && ifs.trim() !== '' ? sys.kernel.plain(line) : line;
    const fields = splitFields(text, ifs, names.length);
    names.forEach((name, k) => {
      shell.assign(name, fields[k] ?? '');
    });
  }
  return ended ? 1 : 0;
}

/** Fields of a line; the last one takes the rest. */
function splitFields(line: string, ifs: string, most: number): string[] {
  const isBlank = (c: string): boolean => ifs.includes(c) && /[ \t\n]/.test(c);
  const trim = (text: string): string => {
    let from = 0;
    let to = text.length;
    while (from < to && isBlank(text[from] ?? '')) from++;
    while (to > from && isBlank(text[to - 1] ?? '')) to--;
    return text.slice(from, to);
  };
  let rest = trim(line);
  const out: string[] = [];
  while (rest !== '' && out.length < most - 1) {
    let end = 0;
    while (end < rest.length && !ifs.includes(rest[end] ?? '')) end++;
    out.push(rest.slice(0, end));
    let next = end;
    while (next < rest.length && isBlank(rest[next] ?? '')) next++;
    if (next < rest.length && ifs.includes(rest[next] ?? '')) next++;
    while (next < rest.length && isBlank(rest[next] ?? '')) next++;
    rest = rest.slice(next);
  }
  if (rest !== '') out.push(rest);
  return out;
}

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

const KEYWORDS = new Set([
  'if',
  'then',
  'else',
  'elif',
  'fi',
  'for',
  'while',
  'until',
  'do',
  'done',
  'case',
  'esac',
  '{',
  '}',
  '!',
  'function',
  '[[',
]);

function whatIs(
  shell: Interpreter,
  name: string,
): { kind: 'function' | 'builtin' | 'special' | 'keyword' } | { kind: 'file'; path: string } | undefined {
  if (KEYWORDS.has(name)) return { kind: 'keyword' };
  if (shell.sh.funcs[name]) return { kind: 'function' };
  if (builtins[name]) return { kind: SPECIAL_BUILTINS.has(name) ? 'special' : 'builtin' };
  const { PATH } = shell.sh.vars;
  const found = shell.sys.kernel.lookupProgram(shell.sys.p, name, typeof PATH === 'string' ? PATH : undefined);
  return typeof found === 'string' ? undefined : { kind: 'file', path: found.path };
}

function getopts(shell: Interpreter, args: string[]): number {
  const { sh } = shell;
  const [spec = '', name = 'opt', ...rest] = args;
  const words = rest.length > 0 ? rest : sh.args;
  let index = Number(sh.vars.OPTIND ?? '1');
  const word = words[index - 1];
  let at = sh.optpos ?? 1;
  if (word === undefined || !/^-./.test(word) || word === '--') {
    if (word === '--') shell.assign('OPTIND', String(index + 1));
    shell.assign(name, '?');
    return 1;
  }
  const letter = word[at] ?? '';
  const known = spec.indexOf(letter);
  at++;
  const finished = at >= word.length;
  delete sh.vars.OPTARG;
  if (letter === ':' || known < 0) {
    if (spec.startsWith(':')) shell.assign('OPTARG', letter);
    else
      shell.complain(
        sh.dialect === 'bash'
          ? `illegal option -- ${letter}`
          : sh.dialect === 'dash'
            ? `Illegal option -${letter}`
            : `illegal option -${letter}`,
      );
    shell.assign(name, '?');
  } else if (spec[known + 1] === ':') {
    const value = finished ? words[index] : word.slice(at);
    if (finished) index++;
    at = word.length;
    if (value === undefined) {
      if (spec.startsWith(':')) shell.assign('OPTARG', letter);
      else shell.complain(sh.dialect === 'bash' ? `option requires an argument -- ${letter}` : `No arg for -${letter} option`);
      shell.assign(name, spec.startsWith(':') ? ':' : '?');
    } else {
      shell.assign('OPTARG', value);
      shell.assign(name, letter);
    }
  } else shell.assign(name, letter);
  if (at >= word.length) {
    index++;
    at = 1;
  }
  sh.optpos = at;
  shell.assign('OPTIND', String(index));
  return 0;
}

function signalName(signal: number): string {
  return Object.keys(SIGNALS).find((name) => SIGNALS[name] === signal) ?? String(signal);
}
