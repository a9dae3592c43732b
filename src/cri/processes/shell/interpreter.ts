// The shell as a machine with an explicit stack: each step looks at the top frame, and stops anywhere as plain data.
// Plays busybox ash, dash or bash, by the shell's program name. Leaves out: job control, aliases, associative arrays, coprocesses.
import { type Errno, isErrno } from '../files.ts';
import type { Process } from '../state.ts';
import type { Sys } from '../sys.ts';
import { ArithmeticError } from './arithmetic.ts';
import { SPECIAL_BUILTINS } from './builtins/special.ts';
import { builtins } from './builtins.ts';
import { evaluateConditional } from './conditional.ts';
import { type ExpandHost, Expansion, Pause, ShellError, setVariable } from './expand.ts';
import { globPaths } from './glob.ts';
import { type Assignment, type Node, parsed, type Redirection, SyntaxProblem, type Word } from './parse.ts';
import { matches } from './pattern.ts';
import type { Frame, ShellState, Value } from './shell-state.ts';
import { syntaxMessage } from './syntax-message.ts';

type Of<T extends Node['t']> = Extract<Node, { t: T }>;
type Compound = Exclude<Node, { t: 'list' | 'stmt' | 'pipe' | 'simple' }>;

export class Interpreter {
  readonly p: Process;
  readonly sh: ShellState;
  readonly builtins = builtins;

  constructor(readonly sys: Sys) {
    this.p = sys.p;
    this.sh = sys.p.st as unknown as ShellState;
  }

  run(): void {
    const { p, sys } = this;
    while (p.exit === null && p.block === null && p.out.length === 0) {
      if (p.prog !== 'sh' && p.prog !== 'bash') return;
      if (!sys.kernel.tick()) return;
      try {
        if (this.sh.interrupted) this.backToPrompt();
        this.step();
      } catch (error) {
        this.recover(error);
      }
    }
  }

  /** Ctrl-C: whatever it was doing is over. */
  private backToPrompt(): void {
    const { sh } = this;
    delete sh.interrupted;
    while (sh.frames.length > 0) this.pop();
    sh.status = 130;
    if (sh.input) Object.assign(sh.input, { text: '', prompted: false });
  }

  private recover(error: unknown): void {
    if (error instanceof ShellError || error instanceof ArithmeticError || error instanceof SyntaxProblem) {
      const bash = this.sh.dialect === 'bash';
      const message = error instanceof ArithmeticError ? arithmeticMessage(error.message, this.sh.dialect) : error.message;
      if (error instanceof SyntaxProblem) this.sys.err(syntaxMessage(this.sh, error.message, ''));
      else this.complain(message);
      const status = error instanceof ShellError ? error.status : bash && error instanceof ArithmeticError ? 1 : 2;
      if (this.sh.input?.tty || (bash && error instanceof ArithmeticError)) {
        this.sh.status = status;
        while (this.sh.frames.length > (bash && !this.sh.input ? 0 : 0)) this.pop();
        return;
      }
      this.exitShell(status);
      return;
    }
    throw error;
  }

  /** A message with the shell's own prefix. */
  complain(text: string): void {
    const { sh } = this;
    const line = sh.dialect === 'bash' ? `line ${sh.line}: ` : sh.dialect === 'dash' ? `${sh.line}: ` : sh.file ? `line ${sh.line}: ` : '';
    this.sys.err(`${sh.zero}: ${line}${text}\n`);
  }

  get top(): Frame | undefined {
    return this.sh.frames[this.sh.frames.length - 1];
  }

  node(frame: { s: number; n: number }): Node {
    const text = this.sys.kernel.s.scripts[frame.s] ?? '';
    const node = parsed(text).nodes[frame.n];
    if (!node) throw new Error('the shell lost its place');
    return node;
  }

  push(k: string, s: number, n: number, more: Partial<Frame> = {}): void {
    this.sh.frames.push({ k, s, n, i: 0, ...more });
  }

  /** Runs a text from here on; throws on a syntax error. */
  pushText(text: string): void {
    const root = parsed(text).root;
    this.push('list', this.sys.kernel.script(text), root);
  }

  pop(): Frame | undefined {
    const frame = this.sh.frames.pop();
    if (!frame) return undefined;
    if (frame.saved) this.restoreFds(frame.saved);
    if (frame.restore) for (const [name, value] of Object.entries(frame.restore)) this.restoreVar(name, value);
    if (frame.k === 'func') {
      if (frame.args) this.sh.args = frame.args;
      for (const [name, value] of Object.entries(frame.locals ?? {})) this.restoreVar(name, value);
    }
    if (frame.k === 'trap' && frame.status !== undefined) this.sh.status = frame.status;
    if (frame.k === 'source' && frame.args) this.sh.args = frame.args;
    return frame;
  }

  private restoreVar(name: string, value: Value | null): void {
    if (value === null) delete this.sh.vars[name];
    else this.sh.vars[name] = value;
  }

  /** `exit`, or the end of the script: the EXIT trap first. */
  exitShell(status: number): void {
    const { sh } = this;
    while (sh.frames.length > 0) this.pop();
    const trap = sh.traps[0];
    if (trap) {
      delete sh.traps[0];
      sh.exiting = status;
      sh.status = status;
      this.pushText(trap);
      return;
    }
    this.sys.exit(sh.exiting ?? status);
  }

  // --- steps ---

  private step(): void {
    const { sh } = this;
    const signal = this.p.signals.length > 0 && this.top?.k !== 'subst' ? this.p.signals.shift() : undefined;
    if (signal !== undefined) {
      const top = this.top;
      if (top?.mem?.waiting) top.mem.interrupted = 128 + signal;
      sh.frames.push({ k: 'trap', s: 0, n: 0, i: 0, status: sh.status });
      this.pushText(sh.traps[signal] ?? '');
      return;
    }
    const frame = this.top;
    if (!frame) {
      if (sh.input && sh.exiting === undefined) this.readCommand();
      else this.exitShell(sh.status);
      return;
    }
    if (frame.k === 'trap' || frame.k === 'source') {
      this.pop();
      return;
    }
    if (frame.k === 'func') {
      this.pop();
      return;
    }
    if (frame.k === 'subst') {
      this.stepSubstitution(frame);
      return;
    }
    const node = this.node(frame);
    try {
      switch (node.t) {
        case 'list':
          this.stepList(frame, node);
          break;
        case 'stmt':
          this.stepStatement(frame, node);
          break;
        case 'pipe':
          this.stepPipe(frame, node);
          break;
        case 'simple':
          this.stepSimple(frame, node);
          break;
        default:
          this.stepCompound(frame, node);
      }
    } catch (error) {
      if (!(error instanceof Pause)) throw error;
      this.startSubstitution(frame, error.list);
    }
  }

  private stepList(frame: Frame, node: Of<'list'>): void {
    const item = node.items[frame.i];
    if (item === undefined) {
      this.pop();
      return;
    }
    frame.i++;
    if (node.items.length === frame.i && !frame.saved && frame.cond === undefined && !frame.restore) this.sh.frames.pop();
    this.push('stmt', frame.s, item);
  }

  private stepStatement(frame: Frame, node: Of<'stmt'>): void {
    if (node.error) throw new SyntaxProblem(node.error);
    if (node.bg && !frame.mem) {
      const child = this.forkShell([{ k: 'stmt', s: frame.s, n: frame.n, i: 0, mem: { fg: true } }]);
      this.sys.kernel.setFd(child, 0, this.sys.kernel.newFile({ k: 'null' }));
      this.sh.lastBg = child.pid;
      this.sh.jobs.push(child.pid);
      this.sh.status = 0;
      this.pop();
      return;
    }
    while (frame.i < node.pipes.length) {
      const op = frame.i > 0 ? node.ops[frame.i - 1] : ';';
      const skip = (op === '&&' && this.sh.status !== 0) || (op === '||' && this.sh.status === 0);
      const pipe = node.pipes[frame.i];
      frame.i++;
      if (skip || pipe === undefined) continue;
      const last = frame.i >= node.pipes.length;
      if (last) this.pop();
      this.push('pipe', frame.s, pipe, last ? {} : { cond: true });
      return;
    }
    this.pop();
  }

  private stepPipe(frame: Frame, node: Of<'pipe'>): void {
    const only = node.cmds[0];
    if (frame.i === 0) {
      frame.i = 1;
      if (node.cmds.length === 1 && only !== undefined) {
        if (node.neg) frame.cond = true;
        const kind = this.node({ s: frame.s, n: only });
        if (!node.neg && !frame.cond && !frame.saved && kind.t !== 'simple' && kind.t !== 'sub' && kind.t !== 'arith' && kind.t !== 'cond')
          this.sh.frames.pop();
        this.push('cmd', frame.s, only);
        return;
      }
      frame.pids = this.startPipeline(frame, node);
    }
    if (node.cmds.length > 1) {
      if (!this.collect(frame.pids ?? [])) return;
      const statuses = this.reap(frame.pids ?? []);
      this.sh.status = this.sh.opts.pipefail ? ([...statuses].reverse().find((code) => code !== 0) ?? 0) : (statuses.at(-1) ?? 0);
    }
    this.pop();
    if (node.neg) this.sh.status = this.sh.status === 0 ? 1 : 0;
    else this.checkErrexit(frame);
  }

  /** True once all have ended. */
  private collect(pids: number[]): boolean {
    if (pids.every((pid) => this.sh.done[pid] !== undefined || !this.sys.kernel.process(this.p.c, pid))) return true;
    this.p.block = { on: 'child', pids };
    return false;
  }

  reap(pids: number[]): number[] {
    return pids.map((pid) => {
      const code = this.sh.done[pid] ?? 127;
      delete this.sh.done[pid];
      const signal = this.sh.killed?.[pid];
      if (signal !== undefined) {
        delete this.sh.killed;
        if (this.sh.dialect !== 'bash' && ENDINGS[signal]) this.sys.err(`${ENDINGS[signal]}\n`);
      }
      this.sh.jobs = this.sh.jobs.filter((job) => job !== pid);
      return code;
    });
  }

  checkErrexit(frame: Frame): void {
    const { sh } = this;
    if (!sh.opts.e || sh.status === 0 || sh.noerr || frame.cond || sh.frames.some((f) => f.cond)) return;
    this.exitShell(sh.status);
  }

  private startPipeline(frame: Frame, node: Of<'pipe'>): number[] {
    const { kernel } = this.sys;
    let input: number | undefined;
    return node.cmds.map((cmd, i) => {
      const pipe = i < node.cmds.length - 1 ? kernel.pipe() : undefined;
      const child = this.forkShell([{ k: 'cmd', s: frame.s, n: cmd, i: 0 }]);
      if (input !== undefined) kernel.setFd(child, 0, input);
      if (pipe) {
        kernel.setFd(child, 1, pipe.write);
        if (node.errs[i]) kernel.setFd(child, 2, pipe.write);
      }
      input = pipe?.read;
      return child.pid;
    });
  }

  forkShell(frames: Frame[]): Process {
    const { sh } = this;
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
    return this.sys.kernel.fork(this.p, { st: state as unknown as Record<string, unknown>, argv: this.p.argv });
  }

  // --- command substitution ---

  private startSubstitution(frame: Frame, list: number): void {
    const { kernel } = this.sys;
    const pipe = kernel.pipe();
    const child = this.forkShell([{ k: 'list', s: frame.s, n: list, i: 0 }]);
    kernel.setFd(child, 1, pipe.write);
    let fd = 60;
    while (this.p.fds[fd] !== undefined) fd++;
    kernel.setFd(this.p, fd, pipe.read);
    this.push('subst', frame.s, frame.n, { pids: [child.pid], fd, text: '' });
  }

  private stepSubstitution(frame: Frame): void {
    if (frame.fd !== undefined) {
      const got = this.sys.read(frame.fd);
      if (got === 'block') return;
      if (got !== 'eof' && 'data' in got) {
        frame.text += got.data;
        return;
      }
      this.sys.close(frame.fd);
      delete frame.fd;
    }
    if (!this.collect(frame.pids ?? [])) return;
    const [status = 0] = this.reap(frame.pids ?? []);
    this.sh.frames.pop();
    const into = this.top;
    if (!into) return;
    into.memo = [...(into.memo ?? []), (frame.text ?? '').replace(/\0/g, '').replace(/\n+$/, '')];
    into.sub = status;
    if (this.sh.dialect === 'bash') this.sh.status = status;
  }

  expansion(frame: Frame): Expansion {
    const { sh, sys } = this;
    const host: ExpandHost = {
      sh,
      memo: frame.memo ?? [],
      symbols: sys.kernel.cycles.symbols,
      inspected: () => sys.kernel.cycles.inspected(),
      plain: (text) => sys.kernel.plain(text),
      glob: (pattern) => globPaths(sys, sys.kernel.plain(pattern)),
      parseArithmetic: (text) => this.parseArithmetic(text),
      home: () => String(sh.vars.HOME ?? '/root'),
      random: (n) => sys.kernel.host.random.u32('shell', `${sys.kernel.host.hostname} ${this.p.c} ${this.p.pid} ${sys.now}`, n),
      substituteProcess: () => {
        throw new ShellError('process substitution is not simulated', 2);
      },
    };
    return new Expansion(host);
  }

  parseArithmetic(text: string): ReturnType<ExpandHost['parseArithmetic']> {
    const node = parsed(`((${text}))`).nodes.find((n) => n.t === 'arith');
    if (node?.t !== 'arith') throw new ArithmeticError(`syntax error: invalid arithmetic expression: ${text}`);
    return node.expr.expression;
  }

  // --- simple commands ---

  private stepSimple(frame: Frame, node: Of<'simple'>): void {
    this.sh.line = node.line;
    const mem = frame.mem;
    if (mem?.again) {
      this.callBuiltin(frame, node);
      return;
    }
    if (frame.pids) {
      if (!this.collect(frame.pids)) return;
      this.sh.status = this.reap(frame.pids)[0] ?? 127;
      this.finishSimple(frame);
      return;
    }
    if (frame.i === 1) {
      this.finishSimple(frame);
      return;
    }
    this.expandWords(frame, node);
    if (!frame.assigned) {
      frame.assigned = this.expandAssignments(frame, node.assigns);
      delete frame.memo;
    }
    if (!frame.targets) {
      frame.targets = this.expandTargets(frame, node.redirs);
      delete frame.memo;
    }
    const words = frame.words ?? [];
    if (this.sh.opts.x) this.trace(frame, words);
    const name = words[0];
    frame.i = 1;
    const problem = this.redirect(frame, node.redirs, frame.targets);
    if (problem !== undefined) {
      this.sh.status = this.sh.dialect === 'dash' ? 2 : 1;
      if (name !== undefined && SPECIAL_BUILTINS.has(name) && this.sh.dialect !== 'bash') this.exitShell(this.sh.status);
      else this.finishSimple(frame);
      return;
    }
    if (name === undefined) {
      for (const [variable, value, append] of frame.assigned) this.assign(variable, value, append);
      this.sh.status = frame.sub ?? 0;
      this.finishSimple(frame);
      return;
    }
    this.dispatch(frame, node, this.sys.kernel.plain(name), words);
  }

  private expandWords(frame: Frame, node: Of<'simple'>): void {
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
      const expansion = this.expansion(frame);
      if (assignment) frame.words.push(expansion.single(word));
      else for (const field of expansion.fields(word)) frame.words.push(field);
      expansion.commit();
      delete frame.memo;
      frame.w++;
    }
  }

  private expandAssignments(frame: Frame, assigns: readonly Assignment[]): [string, Value, boolean][] {
    const expansion = this.expansion(frame);
    const before: Record<string, Value | undefined> = {};
    try {
      return assigns.map((a) => {
        const value: Value = a.array ? a.array.flatMap((word) => expansion.fields(word)) : a.value ? expansion.single(a.value) : '';
        // Later assignments of the same command see earlier ones.
        if (!(a.name in before)) before[a.name] = this.sh.vars[a.name];
        this.sh.vars[a.name] = a.append && typeof value === 'string' ? String(this.sh.vars[a.name] ?? '') + value : value;
        return [a.name, value, a.append] as [string, Value, boolean];
      });
    } finally {
      for (const [name, value] of Object.entries(before)) {
        if (value === undefined) delete this.sh.vars[name];
        else this.sh.vars[name] = value;
      }
      expansion.commit();
    }
  }

  assign(name: string, value: Value, append = false): void {
    const { sh } = this;
    const base = name.replace(/\[.*$/, '');
    if (sh.readonly[base])
      throw new ShellError(sh.dialect === 'bash' ? `${base}: readonly variable` : `${base}: is read only`, sh.dialect === 'bash' ? 1 : 2);
    const element = /^(\w+)\[(.*)\]$/.exec(name);
    if (element) {
      const old = sh.vars[base];
      const array = Array.isArray(old) ? [...old] : old === undefined ? [] : [old];
      const expansion = this.expansion({ k: '', s: 0, n: 0, i: 0 });
      const i = Number(expansion.arithmetic({ type: 'ArithmeticExpression', expression: this.parseArithmetic(element[2] ?? '0') }));
      while (array.length < i) array.push('');
      array[i] = (append ? (array[i] ?? '') : '') + String(value);
      sh.vars[base] = array;
      return;
    }
    if (append) {
      const old = sh.vars[name];
      if (Array.isArray(value)) value = [...(Array.isArray(old) ? old : old === undefined ? [] : [old]), ...value];
      else value = String(old ?? '') + value;
    }
    setVariable(sh, name, value);
  }

  private trace(frame: Frame, words: string[]): void {
    const assigns = (frame.assigned ?? []).map(([name, value]) => `${name}=${String(value)}`);
    const plain = this.sh.dialect === 'ash' ? /^[\w@%+:,./\]-]+$/ : /^[\w@%+=:,./-]+$/;
    const quote = (w: string): string => (plain.test(w) ? w : `'${w.replace(/'/g, "'\\''")}'`);
    this.sys.err(`+ ${[...assigns, ...words.map(this.sh.dialect === 'dash' ? String : quote)].join(' ')}\n`);
  }

  private finishSimple(frame: Frame): void {
    const index = this.sh.frames.lastIndexOf(frame);
    if (index >= 0 && index === this.sh.frames.length - 1) this.pop();
  }

  private dispatch(frame: Frame, node: Of<'simple'>, name: string, words: string[]): void {
    const { sh } = this;
    const func = sh.funcs[name];
    if (func) {
      this.temporarily(frame);
      this.push('func', 0, 0, { args: sh.args, locals: {} });
      sh.args = words.slice(1);
      if (sh.frames.length > 3000) throw new ShellError('maximum function nesting level exceeded', 2);
      this.push('cmd', func[0], func[1]);
      return;
    }
    if (builtins[name] && (sh.dialect === 'bash' || !BASH_ONLY.has(name))) {
      if (SPECIAL_BUILTINS.has(name) && sh.dialect !== 'bash')
        for (const [variable, value, append] of frame.assigned ?? []) this.assign(variable, value, append);
      else this.temporarily(frame);
      this.callBuiltin(frame, node);
      return;
    }
    this.runExternal(frame, name, words);
  }

  /** Assignments in front of a command hold while it runs. */
  private temporarily(frame: Frame): void {
    for (const [name, value, append] of frame.assigned ?? []) {
      frame.restore ??= {};
      frame.restore[name] ??= this.sh.vars[name] ?? null;
      this.assign(name, value, append);
    }
  }

  private callBuiltin(frame: Frame, _node: Of<'simple'>): void {
    const words = frame.words ?? [];
    const builtin = builtins[this.sys.kernel.plain(words[0] ?? '')];
    if (!builtin) return;
    const result = builtin(this, words.slice(1), frame);
    if (result === 'again') {
      frame.mem = { ...(frame.mem ?? {}), again: true };
      return;
    }
    if (frame.mem) delete frame.mem.again;
    if (result === 'handled') return;
    this.sh.status = result;
    this.finishSimple(frame);
  }

  environment(extra: readonly [string, Value, boolean][] = []): Record<string, string> {
    const env: Record<string, string> = {};
    for (const name of Object.keys(this.sh.exported)) {
      const value = this.sh.vars[name];
      if (typeof value === 'string') env[name] = value;
    }
    for (const [name, value] of extra) if (typeof value === 'string') env[name] = value;
    return env;
  }

  runExternal(frame: Frame, name: string, words: string[]): void {
    const { kernel } = this.sys;
    const env = this.environment(frame.assigned);
    const found = kernel.lookupProgram(this.p, name, env.PATH ?? (typeof this.sh.vars.PATH === 'string' ? this.sh.vars.PATH : undefined));
    if (typeof found === 'string') {
      this.notFound(name, found);
      this.finishSimple(frame);
      return;
    }
    const child = kernel.fork(this.p);
    for (const fd of Object.keys(child.fds)) if (Number(fd) >= 10) kernel.closeFd(child, Number(fd));
    kernel.exec(child, words, env, found);
    frame.pids = [child.pid];
    this.collect(frame.pids);
  }

  notFound(name: string, why: Errno): void {
    const bash = this.sh.dialect === 'bash';
    this.sh.status = why === 'EACCES' ? 126 : 127;
    const isDirectory = name.includes('/') && !isErrno(this.sys.list(name));
    if (why === 'EACCES') this.complain(`${name}: ${bash && isDirectory ? 'Is a directory' : 'Permission denied'}`);
    else if (bash) this.complain(`${name}: ${name.includes('/') ? 'No such file or directory' : 'command not found'}`);
    else this.complain(`${name}: not found`);
  }

  // --- redirections ---

  private expandTargets(frame: Frame, redirs: readonly Redirection[]): string[] {
    if (redirs.length === 0) return [];
    const expansion = this.expansion(frame);
    const targets = redirs.map((r) => {
      if (r.target.type === 'HereDoc') return expansion.single(r.target.content);
      if (r.operator === '<<<') return `${expansion.single(r.target)}\n`;
      const fields = expansion.fields(r.target);
      return fields.length === 1 ? (fields[0] ?? '') : expansion.single(r.target);
    });
    expansion.commit();
    return targets;
  }

  /** Applies redirections; the frame remembers what to put back. Returns the text of a failure, already reported. */
  private redirect(frame: Frame, redirs: readonly Redirection[], targets: readonly string[]): string | undefined {
    const { kernel } = this.sys;
    for (const [i, r] of redirs.entries()) {
      const target = targets[i] ?? '';
      const fd = r.fd ?? (r.operator.startsWith('<') ? 0 : 1);
      const set = (n: number, id: number): void => {
        frame.saved ??= {};
        if (frame.saved[n] === undefined) {
          const old = this.p.fds[n];
          frame.saved[n] = old === undefined ? -1 : kernel.hold(old);
        }
        kernel.setFd(this.p, n, id);
      };
      switch (r.operator) {
        case '<<':
        case '<<-':
        case '<<<': {
          const ino = kernel.anonymous(target);
          set(fd, kernel.newFile({ k: 'file', ino, off: 0, mode: 'r' }));
          break;
        }
        case '>&':
        case '<&': {
          if (target === '-') {
            frame.saved ??= {};
            const old = this.p.fds[fd];
            if (frame.saved[fd] === undefined) frame.saved[fd] = old === undefined ? -1 : kernel.hold(old);
            kernel.closeFd(this.p, fd);
            break;
          }
          if (!/^\d+$/.test(target)) {
            const id = kernel.open(this.p, target, 'w');
            if (isErrno(id)) return this.cannotOpen(target, id, true);
            set(1, id);
            set(2, id);
            break;
          }
          const id = this.p.fds[Number(target)];
          if (id === undefined) {
            this.complain(`${target}: ${this.sh.dialect === 'ash' ? 'Bad file descriptor' : 'Bad file descriptor'}`);
            return 'EBADF';
          }
          set(fd, id);
          break;
        }
        default: {
          const mode = r.operator === '<' ? 'r' : r.operator === '<>' ? 'rw' : r.operator.endsWith('>>') ? 'a' : 'w';
          if (mode === 'w' && this.sh.opts.C && r.operator === '>') {
            const stat = this.sys.stat(target);
            if (!isErrno(stat) && stat.t === 'f') {
              this.complain(
                this.sh.dialect === 'bash'
                  ? `${target}: cannot overwrite existing file`
                  : this.sh.dialect === 'dash'
                    ? `cannot create ${target}: File exists`
                    : `can't create ${target}: File exists`,
              );
              return 'EEXIST';
            }
          }
          const id = kernel.open(this.p, target, mode);
          if (isErrno(id)) return this.cannotOpen(target, id, mode !== 'r');
          set(r.operator.startsWith('&') ? 1 : fd, id);
          if (r.operator.startsWith('&')) set(2, id);
        }
      }
    }
    return undefined;
  }

  private cannotOpen(target: string, error: Errno, creating: boolean): string {
    const text = this.sys.errorText(error);
    const { dialect } = this.sh;
    if (dialect === 'bash') this.complain(`${target}: ${text}`);
    else if (dialect === 'dash')
      this.complain(
        creating
          ? `cannot create ${target}: ${error === 'ENOENT' ? 'Directory nonexistent' : text}`
          : `cannot open ${target}: ${error === 'ENOENT' ? 'No such file' : text}`,
      );
    else
      this.complain(
        creating
          ? `can't create ${target}: ${error === 'ENOENT' ? 'nonexistent directory' : text}`
          : `can't open ${target}: ${error === 'ENOENT' ? 'no such file' : text}`,
      );
    return error;
  }

  restoreFds(saved: Record<number, number>): void {
    const { kernel } = this.sys;
    for (const [fd, id] of Object.entries(saved)) {
      if (id < 0) kernel.closeFd(this.p, Number(fd));
      else {
        kernel.setFd(this.p, Number(fd), id);
        kernel.release(id);
      }
    }
  }

  // --- compound commands ---

  private stepCompound(frame: Frame, node: Compound): void {
    if (!frame.targets) {
      frame.targets = node.t === 'func' ? [] : this.expandTargets(frame, node.redirs);
      delete frame.memo;
      if (node.redirs.length > 0 && node.t !== 'func' && this.redirect(frame, node.redirs, frame.targets) !== undefined) {
        this.sh.status = this.sh.dialect === 'dash' ? 2 : 1;
        this.pop();
        return;
      }
    }
    switch (node.t) {
      case 'group':
        this.once(frame, node.body);
        break;
      case 'sub':
        this.stepSubshell(frame, node);
        break;
      case 'if':
        this.stepIf(frame, node);
        break;
      case 'while':
        this.stepWhile(frame, node);
        break;
      case 'for':
        this.stepFor(frame, node);
        break;
      case 'cfor':
        this.stepCFor(frame, node);
        break;
      case 'case':
        this.stepCase(frame, node);
        break;
      case 'func':
        this.sh.funcs[node.name] = [frame.s, node.body];
        this.sh.status = 0;
        this.pop();
        break;
      case 'arith': {
        const expansion = this.expansion(frame);
        const value = this.sys.kernel.plain(expansion.arithmetic(node.expr));
        expansion.commit();
        this.sh.status = value === '0' ? 1 : 0;
        this.pop();
        break;
      }
      case 'cond': {
        const expansion = this.expansion(frame);
        this.sh.status = evaluateConditional(node.expr, expansion, this) ? 0 : 1;
        expansion.commit();
        this.pop();
        break;
      }
    }
  }

  private once(frame: Frame, body: number): void {
    if (frame.i++ === 0) this.push('list', frame.s, body);
    else this.pop();
  }

  private stepSubshell(frame: Frame, node: Of<'sub'>): void {
    if (!frame.pids) {
      frame.pids = [this.forkShell([{ k: 'list', s: frame.s, n: node.body, i: 0 }]).pid];
    }
    if (!this.collect(frame.pids)) return;
    this.sh.status = this.reap(frame.pids)[0] ?? 0;
    this.pop();
  }

  /** i: even, the condition of clause i/2 is next; odd, it was run. */
  private stepIf(frame: Frame, node: Of<'if'>): void {
    if (frame.i < 0) {
      this.pop();
      return;
    }
    const clause = node.clauses[frame.i >> 1];
    if (frame.i % 2 === 0 && clause) {
      frame.i++;
      this.push('list', frame.s, clause.cond, { cond: true });
      return;
    }
    if (clause && this.sh.status === 0) {
      frame.i = -1;
      this.push('list', frame.s, clause.body);
      return;
    }
    frame.i++;
    if (frame.i >> 1 < node.clauses.length) return;
    frame.i = -1;
    if (node.otherwise >= 0) this.push('list', frame.s, node.otherwise);
    else this.sh.status = 0;
  }

  /** i: 0 the condition is next, 1 it was run, 2 the body was run. */
  private stepWhile(frame: Frame, node: Of<'while'>): void {
    if (frame.i === 1) {
      if ((this.sh.status === 0) === node.until) {
        this.sh.status = frame.status ?? 0;
        this.pop();
        return;
      }
      frame.i = 2;
      this.push('list', frame.s, node.body);
      return;
    }
    if (frame.i === 2) frame.status = this.sh.status;
    frame.i = 1;
    this.push('list', frame.s, node.cond, { cond: true });
  }

  private stepFor(frame: Frame, node: Of<'for'>): void {
    if (!frame.mem) {
      if (!node.words) frame.mem = { items: [...this.sh.args] };
      else {
        const expansion = this.expansion(frame);
        frame.mem = { items: node.words.flatMap((word) => expansion.fields(word)) };
        expansion.commit();
        delete frame.memo;
      }
      frame.status = 0;
      frame.i = 0;
    } else frame.status = this.sh.status;
    const items = frame.mem.items as string[];
    const item = items[frame.i];
    if (item === undefined) {
      if (items.length === 0) this.sh.status = 0;
      this.pop();
      return;
    }
    frame.i++;
    this.assign(node.name, item);
    this.push('list', frame.s, node.body);
  }

  private stepCFor(frame: Frame, node: Of<'cfor'>): void {
    const value = (e: typeof node.cond): string => {
      if (!e) return '1';
      const expansion = this.expansion(frame);
      const result = expansion.arithmetic(e);
      expansion.commit();
      return this.sys.kernel.plain(result);
    };
    if (frame.i === 0) {
      if (node.init) value(node.init);
      frame.i = 1;
    } else if (node.update) value(node.update);
    if (value(node.cond) === '0') {
      this.pop();
      return;
    }
    this.push('list', frame.s, node.body);
  }

  private stepCase(frame: Frame, node: Of<'case'>): void {
    const before = frame.i > 0 ? node.items[frame.i - 1] : undefined;
    const next = node.items[frame.i];
    if (before?.end === ';&' && next) {
      frame.i++;
      this.push('list', frame.s, next.body);
      return;
    }
    if (before && before.end !== ';;&') {
      this.pop();
      return;
    }
    const expansion = this.expansion(frame);
    const text = this.sys.kernel.plain(expansion.single(node.word));
    const found = node.items.findIndex((item, i) => i >= frame.i && item.patterns.some((p) => matches(expansion.pattern(p), text)));
    expansion.commit();
    const item = node.items[found];
    if (!before) this.sh.status = 0;
    if (!item) {
      this.pop();
      return;
    }
    frame.i = found + 1;
    this.push('list', frame.s, item.body);
  }

  // --- commands from standard input ---

  private readCommand(): void {
    const { sh, sys } = this;
    const input = sh.input;
    if (!input) return;
    if (input.tty && !input.prompted) {
      input.prompted = true;
      sys.err(prompt(this));
    }
    for (;;) {
      const end = input.text.indexOf('\n');
      if (end >= 0 || (input.eof && input.text !== '')) {
        const taken = completeCommand(input.text, input.eof);
        if (taken !== undefined) {
          input.text = input.text.slice(taken.length);
          input.prompted = false;
          if (taken.trim() !== '') this.pushText(sys.kernel.plain(taken));
          return;
        }
      }
      if (input.eof) {
        if (input.tty && sh.dialect === 'bash') sys.err('exit\n');
        this.exitShell(sh.status);
        return;
      }
      if (input.tty && input.text !== '' && input.text !== input.unfinished) {
        input.unfinished = input.text;
        sys.err('> ');
      }
      const got = sys.read(0);
      if (got === 'block') return;
      if (got === 'eof' || 'error' in got) input.eof = true;
      else input.text += got.data;
    }
  }
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

const DECLARING = new Set(['export', 'readonly', 'local', 'declare', 'typeset']);
const BASH_ONLY = new Set(['declare', 'typeset', 'let', 'shopt', 'mapfile']);

function declares(word: Word): boolean {
  const first = word.parts[0];
  return first?.type === 'Literal' && /^\w+\+?=/.test(first.value);
}

/** The first complete command of what was typed so far; the whole rest at the end of input. */
function completeCommand(text: string, eof: boolean): string | undefined {
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', end + 1)) {
    const candidate = text.slice(0, end + 1);
    if (/\\\n$/.test(candidate)) continue;
    try {
      parsed(candidate);
      if (unfinishedHereDoc(candidate)) continue;
      return candidate;
    } catch (error) {
      if (!(error instanceof SyntaxProblem)) throw error;
      if (!/unexpected (end|EOF)|unterminated|Expected/i.test(error.message)) return candidate;
    }
  }
  return eof ? text : undefined;
}

function unfinishedHereDoc(text: string): boolean {
  const doc = /<<-?\s*(['"]?)(\w+)\1/.exec(text);
  return doc !== null && !new RegExp(`^\\t*${doc[2]}$`, 'm').test(text.slice(doc.index + doc[0].length));
}

function prompt(shell: Interpreter): string {
  const { p, sys, sh } = shell;
  const ps1 = sh.vars.PS1;
  if (typeof ps1 === 'string' && !ps1.includes('\\')) return ps1;
  const sign = p.uid === 0 ? '#' : '$';
  const home = typeof sh.vars.HOME === 'string' && sh.vars.HOME !== '/' ? sh.vars.HOME : undefined;
  const where = home !== undefined && (p.cwd === home || p.cwd.startsWith(`${home}/`)) ? `~${p.cwd.slice(home.length)}` : p.cwd;
  if (sh.dialect === 'bash') return `${p.uid === 0 ? 'root' : 'I have no name!'}@${sys.kernel.host.hostname}:${where}${sign} `;
  return sh.dialect === 'dash' ? `${sign} ` : `${where} ${sign} `;
}

function arithmeticMessage(message: string, dialect: ShellState['dialect']): string {
  if (message === 'division by zero')
    return dialect === 'ash'
      ? 'divide by zero'
      : dialect === 'dash'
        ? 'arithmetic expression: division by zero'
        : 'division by 0 (error token is "0")';
  return dialect === 'bash' ? message : dialect === 'ash' ? 'arithmetic syntax error' : 'arithmetic expression: expecting primary';
}
