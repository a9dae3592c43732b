// Where the shell goes on: loops, functions, other texts, other programs, the end.
import { ShellError } from '../expand.ts';
import type { Interpreter } from '../interpreter.ts';
import { parsed } from '../parse.ts';
import type { Frame } from '../shell-state.ts';
import { environment } from '../simple.ts';
import type { Builtins } from './builtin.ts';

export const flow: Builtins = {
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
    const env = environment(shell, frame.assigned);
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
};

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
