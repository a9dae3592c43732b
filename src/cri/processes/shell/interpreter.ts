// The shell as a machine with an explicit stack: each step looks at the top frame, and stops anywhere as plain data.
// Plays busybox ash, dash or bash, by the shell's program name. Leaves out: job control, aliases, associative arrays, coprocesses.
import type { Process } from '../state.ts';
import type { Sys } from '../sys.ts';
import { ArithmeticError } from './arithmetic.ts';
import { builtins } from './builtins.ts';
import { stepCompound } from './compound.ts';
import { type ExpandHost, Expansion, Pause, ShellError, setVariable } from './expand.ts';
import { globPaths } from './glob.ts';
import { readCommand } from './interactive.ts';
import { type Node, parsed, SyntaxProblem } from './parse.ts';
import { stepList, stepPipe, stepStatement } from './pipelines.ts';
import { restoreFds } from './redirections.ts';
import type { Frame, ShellState, Value } from './shell-state.ts';
import { stepSimple } from './simple.ts';
import { startSubstitution, stepSubstitution } from './substitution.ts';
import { syntaxMessage } from './syntax-message.ts';

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
    if (frame.saved) restoreFds(this, frame.saved);
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
      if (sh.input && sh.exiting === undefined) readCommand(this);
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
      stepSubstitution(this, frame);
      return;
    }
    const node = this.node(frame);
    try {
      switch (node.t) {
        case 'list':
          stepList(this, frame, node);
          break;
        case 'stmt':
          stepStatement(this, frame, node);
          break;
        case 'pipe':
          stepPipe(this, frame, node);
          break;
        case 'simple':
          stepSimple(this, frame, node);
          break;
        default:
          stepCompound(this, frame, node);
      }
    } catch (error) {
      if (!(error instanceof Pause)) throw error;
      startSubstitution(this, frame, error.list);
    }
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
