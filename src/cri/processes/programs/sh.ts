// Starting a shell: `sh -c text`, a script file, or commands from standard input.
import { isErrno } from '../files.ts';
import type { Program } from '../program.ts';
import { Interpreter } from '../shell/interpreter.ts';
import { parsed, SyntaxProblem } from '../shell/parse.ts';
import type { Dialect, ShellState } from '../shell/shell-state.ts';
import { syntaxMessage } from '../shell/syntax-message.ts';
import type { Sys } from '../sys.ts';
import { isTerminal } from '../terminal.ts';

const interpreters = new WeakMap<Sys, { st: unknown; shell: Interpreter }>();

export const sh: Program = {
  transparent: true,
  run(sys) {
    if (!('frames' in sys.p.st)) start(sys);
    if (sys.p.exit !== null) return;
    let known = interpreters.get(sys);
    if (known?.st !== sys.p.st) {
      known = { st: sys.p.st, shell: new Interpreter(sys) };
      interpreters.set(sys, known);
    }
    known.shell.run();
  },
};

function start(sys: Sys): void {
  const { p } = sys;
  const dialect: Dialect = p.prog === 'bash' ? 'bash' : sys.gnu ? 'dash' : 'ash';
  const vars: ShellState['vars'] = {};
  const exported: ShellState['exported'] = {};
  for (const [name, value] of Object.entries(p.env)) {
    if (!/^[A-Za-z_]\w*$/.test(name)) continue;
    vars[name] = value;
    exported[name] = 1;
  }
  vars.PWD = p.cwd;
  vars.IFS = ' \t\n';
  vars.OPTIND = '1';
  if (dialect === 'bash') {
    vars.SHLVL = String(Number(vars.SHLVL ?? 0) + 1);
    exported.PWD = 1;
    exported.SHLVL = 1;
  }
  const state: ShellState = {
    vars,
    exported,
    readonly: {},
    funcs: {},
    opts: {},
    args: [],
    zero: p.argv[0] ?? 'sh',
    self: p.pid,
    status: 0,
    lastBg: 0,
    frames: [],
    traps: {},
    done: {},
    jobs: [],
    noerr: false,
    dialect,
    line: 1,
    file: false,
  };
  const exe = p.st.exe;
  p.st = state as unknown as Record<string, unknown>;
  if (exe !== undefined) p.st.exe = exe;
  const shell = new Interpreter(sys);
  const args = sys.args;
  let command = false;
  let i = 0;
  for (; i < args.length; i++) {
    const arg = args[i] ?? '';
    if (arg === '--' || arg === '-') {
      i++;
      break;
    }
    if (!/^[-+]./.test(arg)) break;
    if (arg.startsWith('--')) continue;
    for (const letter of arg.slice(1)) {
      if (letter === 'c') command = true;
      else if (letter === 'o')
        state.opts[({ errexit: 'e', nounset: 'u', xtrace: 'x' } as Record<string, string>)[args[i + 1] ?? ''] ?? args[i + 1] ?? ''] =
          arg[0] === '-' && i++ >= 0;
      else if (letter !== 'l' && letter !== 'i' && letter !== 's') state.opts[letter] = arg[0] === '-';
    }
  }
  const rest = args.slice(i);
  if (command) {
    const text = rest[0];
    if (text === undefined) {
      sys.err(
        dialect === 'bash'
          ? `${state.zero}: -c: option requires an argument\n`
          : dialect === 'dash'
            ? `${state.zero}: 0: -c requires an argument\n`
            : `${state.zero}: -c requires an argument\n`,
      );
      sys.exit(2);
      return;
    }
    if (rest[1] !== undefined) state.zero = rest[1];
    state.args = rest.slice(2);
    begin(shell, text);
    return;
  }
  if (rest[0] !== undefined) {
    const text = sys.content(rest[0]);
    if (typeof text !== 'string') {
      const why = isErrno(text.error) ? sys.errorText(text.error) : '';
      sys.err(
        dialect === 'bash'
          ? `${state.zero}: ${rest[0]}: ${why}\n`
          : dialect === 'dash'
            ? `${state.zero}: 0: cannot open ${rest[0]}: ${text.error === 'ENOENT' ? 'No such file' : why}\n`
            : `${state.zero}: can't open '${rest[0]}': ${why}\n`,
      );
      sys.exit(dialect === 'bash' ? 127 : 2);
      return;
    }
    state.zero = rest[0];
    state.args = rest.slice(1);
    state.file = true;
    begin(shell, text);
    return;
  }
  state.input = {
    text: '',
    eof: false,
    tty: isTerminal(sys.kernel, p, 0) && isTerminal(sys.kernel, p, 2),
    prompted: false,
  };
}

/** A shell runs the commands before a syntax error; what follows it is lost. */
function begin(shell: Interpreter, text: string): void {
  if (text.trim() === '') {
    shell.sys.exit(0);
    return;
  }
  try {
    parsed(text);
    shell.pushText(text);
  } catch (error) {
    if (!(error instanceof SyntaxProblem)) throw error;
    const lines = text.split('\n');
    for (let n = lines.length - 1; n > 0; n--) {
      const head = lines.slice(0, n).join('\n');
      try {
        parsed(head);
      } catch {
        continue;
      }
      if (head.trim() === '') break;
      shell.sh.line = n + 1;
      shell.pushText(`${head}\neval ${quote(lines.slice(n).join('\n'))}`);
      return;
    }
    shell.sys.err(syntaxMessage(shell.sh, error.message, text));
    shell.sys.exit(2);
  }
}

const quote = (text: string): string => `'${text.replace(/'/g, "'\\''")}'`;
