// Builtins that declare, compute and forget variables.
import { ShellError } from '../expand.ts';
import type { Interpreter } from '../interpreter.ts';
import type { Builtins } from './builtin.ts';

export const variables: Builtins = {
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
};

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
