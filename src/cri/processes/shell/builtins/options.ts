// Options and arguments of the shell: set, shift, getopts.
import { ShellError } from '../expand.ts';
import type { Interpreter } from '../interpreter.ts';
import type { Builtins } from './builtin.ts';

export const options: Builtins = {
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
  getopts: getopts,
};

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
