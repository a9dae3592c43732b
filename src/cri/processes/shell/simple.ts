// Simple commands: words are expanded, redirections made, then a function, a builtin or a program runs.
import { type Errno, isErrno } from '../files.ts';
import { SPECIAL_BUILTINS } from './builtins/special.ts';
import { ShellError } from './expand.ts';
import type { Interpreter } from './interpreter.ts';
import type { Assignment, Of, Word } from './parse.ts';
import { collect, reap } from './pipelines.ts';
import { expandTargets, redirect } from './redirections.ts';
import type { Frame, Value } from './shell-state.ts';

export function stepSimple(shell: Interpreter, frame: Frame, node: Of<'simple'>): void {
  shell.sh.line = node.line;
  const mem = frame.mem;
  if (mem?.again) {
    callBuiltin(shell, frame, node);
    return;
  }
  if (frame.pids) {
    if (!collect(shell, frame.pids)) return;
    shell.sh.status = reap(shell, frame.pids)[0] ?? 127;
    finishSimple(shell, frame);
    return;
  }
  if (frame.i === 1) {
    finishSimple(shell, frame);
    return;
  }
  expandWords(shell, frame, node);
  if (!frame.assigned) {
    frame.assigned = expandAssignments(shell, frame, node.assigns);
    delete frame.memo;
  }
  if (!frame.targets) {
    frame.targets = expandTargets(shell, frame, node.redirs);
    delete frame.memo;
  }
  const words = frame.words ?? [];
  if (shell.sh.opts.x) trace(shell, frame, words);
  const name = words[0];
  frame.i = 1;
  const problem = redirect(shell, frame, node.redirs, frame.targets);
  if (problem !== undefined) {
    shell.sh.status = shell.sh.dialect === 'dash' ? 2 : 1;
    if (name !== undefined && SPECIAL_BUILTINS.has(name) && shell.sh.dialect !== 'bash') shell.exitShell(shell.sh.status);
    else finishSimple(shell, frame);
    return;
  }
  if (name === undefined) {
    for (const [variable, value, append] of frame.assigned) shell.assign(variable, value, append);
    shell.sh.status = frame.sub ?? 0;
    finishSimple(shell, frame);
    return;
  }
  dispatch(shell, frame, node, shell.sys.kernel.plain(name), words);
}

function expandWords(shell: Interpreter, frame: Frame, node: Of<'simple'>): void {
  frame.words ??= [];
  frame.w ??= 0;
  while (frame.w < node.words.length) {
    const word = node.words[frame.w];
    if (!word) break;
    const only = word.parts.length === 1 ? word.parts[0] : undefined;
    if (only?.type === 'Literal' || only?.type === 'SingleQuoted') {
      frame.words.push(only.value);
      frame.w++;
      continue;
    }
    const assignment = frame.w > 0 && DECLARING.has(frame.words[0] ?? '') && declares(word);
    const expansion = shell.expansion(frame);
    if (assignment) frame.words.push(expansion.single(word));
    else for (const field of expansion.fields(word)) frame.words.push(field);
    expansion.commit();
    delete frame.memo;
    frame.w++;
  }
}

function expandAssignments(shell: Interpreter, frame: Frame, assigns: readonly Assignment[]): [string, Value, boolean][] {
  const expansion = shell.expansion(frame);
  const before: Record<string, Value | undefined> = {};
  try {
    return assigns.map((a) => {
      const value: Value = a.array ? a.array.flatMap((word) => expansion.fields(word)) : a.value ? expansion.single(a.value) : '';
      // Later assignments of the same command see earlier ones.
      if (!(a.name in before)) before[a.name] = shell.sh.vars[a.name];
      shell.sh.vars[a.name] = a.append && typeof value === 'string' ? String(shell.sh.vars[a.name] ?? '') + value : value;
      return [a.name, value, a.append] as [string, Value, boolean];
    });
  } finally {
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) delete shell.sh.vars[name];
      else shell.sh.vars[name] = value;
    }
    expansion.commit();
  }
}

function trace(shell: Interpreter, frame: Frame, words: string[]): void {
  const assigns = (frame.assigned ?? []).map(([name, value]) => `${name}=${String(value)}`);
  const plain = shell.sh.dialect === 'ash' ? /^[\w@%+:,./\]-]+$/ : /^[\w@%+=:,./-]+$/;
  const quote = (w: string): string => (plain.test(w) ? w : `'${w.replace(/'/g, "'\\''")}'`);
  shell.sys.err(`+ ${[...assigns, ...words.map(shell.sh.dialect === 'dash' ? String : quote)].join(' ')}\n`);
}

function finishSimple(shell: Interpreter, frame: Frame): void {
  const index = shell.sh.frames.lastIndexOf(frame);
  if (index >= 0 && index === shell.sh.frames.length - 1) shell.pop();
}

function dispatch(shell: Interpreter, frame: Frame, node: Of<'simple'>, name: string, words: string[]): void {
  const { sh } = shell;
  const func = sh.funcs[name];
  if (func) {
    temporarily(shell, frame);
    shell.push('func', 0, 0, { args: sh.args, locals: {} });
    sh.args = words.slice(1);
    if (sh.frames.length > 3000) throw new ShellError('maximum function nesting level exceeded', 2);
    shell.push('cmd', func[0], func[1]);
    return;
  }
  if (shell.builtins[name] && (sh.dialect === 'bash' || !BASH_ONLY.has(name))) {
    if (SPECIAL_BUILTINS.has(name) && sh.dialect !== 'bash')
      for (const [variable, value, append] of frame.assigned ?? []) shell.assign(variable, value, append);
    else temporarily(shell, frame);
    callBuiltin(shell, frame, node);
    return;
  }
  runExternal(shell, frame, name, words);
}

/** Assignments in front of a command hold while it runs. */
function temporarily(shell: Interpreter, frame: Frame): void {
  for (const [name, value, append] of frame.assigned ?? []) {
    frame.restore ??= {};
    frame.restore[name] ??= shell.sh.vars[name] ?? null;
    shell.assign(name, value, append);
  }
}

function callBuiltin(shell: Interpreter, frame: Frame, _node: Of<'simple'>): void {
  const words = frame.words ?? [];
  const builtin = shell.builtins[shell.sys.kernel.plain(words[0] ?? '')];
  if (!builtin) return;
  const result = builtin(shell, words.slice(1), frame);
  if (result === 'again') {
    frame.mem = { ...(frame.mem ?? {}), again: true };
    return;
  }
  if (frame.mem) delete frame.mem.again;
  if (result === 'handled') return;
  shell.sh.status = result;
  finishSimple(shell, frame);
}

export function environment(shell: Interpreter, extra: readonly [string, Value, boolean][] = []): Record<string, string> {
  const env: Record<string, string> = {};
  for (const name of Object.keys(shell.sh.exported)) {
    const value = shell.sh.vars[name];
    if (typeof value === 'string') env[name] = value;
  }
  for (const [name, value] of extra) if (typeof value === 'string') env[name] = value;
  return env;
}

export function runExternal(shell: Interpreter, frame: Frame, name: string, words: string[]): void {
  const { kernel } = shell.sys;
  const env = environment(shell, frame.assigned);
  const found = kernel.lookupProgram(shell.p, name, env.PATH ?? (typeof shell.sh.vars.PATH === 'string' ? shell.sh.vars.PATH : undefined));
  if (typeof found === 'string') {
    notFound(shell, name, found);
    finishSimple(shell, frame);
    return;
  }
  const child = kernel.fork(shell.p);
  for (const fd of Object.keys(child.fds)) if (Number(fd) >= 10) kernel.closeFd(child, Number(fd));
  kernel.exec(child, words, env, found);
  frame.pids = [child.pid];
  collect(shell, frame.pids);
}

function notFound(shell: Interpreter, name: string, why: Errno): void {
  const bash = shell.sh.dialect === 'bash';
  shell.sh.status = why === 'EACCES' ? 126 : 127;
  const isDirectory = name.includes('/') && !isErrno(shell.sys.list(name));
  if (why === 'EACCES') shell.complain(`${name}: ${bash && isDirectory ? 'Is a directory' : 'Permission denied'}`);
  else if (bash) shell.complain(`${name}: ${name.includes('/') ? 'No such file or directory' : 'command not found'}`);
  else shell.complain(`${name}: not found`);
}

const DECLARING = new Set(['export', 'readonly', 'local', 'declare', 'typeset']);

const BASH_ONLY = new Set(['declare', 'typeset', 'let', 'shopt', 'mapfile']);

function declares(word: Word): boolean {
  const first = word.parts[0];
  return first?.type === 'Literal' && /^\w+\+?=/.test(first.value);
}
