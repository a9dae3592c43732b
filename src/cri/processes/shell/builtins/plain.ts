// Builtins that could be programs: output, tests, directories.
import { isErrno } from '../../files.ts';
import { echoText, formatPrintf } from '../../programs/print.ts';
import type { Interpreter } from '../interpreter.ts';
import { TestError, testExpression } from '../test-expression.ts';
import { type Builtins, usage } from './builtin.ts';

export const plain: Builtins = {
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
  umask: (shell, args) => {
    if (args[0] === undefined) shell.sys.out(`${shell.sys.p.umask.toString(8).padStart(4, '0')}\n`);
    else shell.sys.p.umask = Number.parseInt(args[0], 8) & 0o777;
    return 0;
  },
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
};

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
