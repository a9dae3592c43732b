// What a name means: type, command, hash.
import type { Interpreter } from '../interpreter.ts';
import { runExternal } from '../simple.ts';
import type { Builtins } from './builtin.ts';
import { SPECIAL_BUILTINS } from './special.ts';

export const lookup: Builtins = {
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
    const builtin = shell.builtins[name];
    if (name === '') return 0;
    if (builtin) return builtin(shell, rest.slice(1), frame);
    runExternal(shell, frame, name, rest);
    return 'handled';
  },
  hash: () => 0,
};

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
  if (shell.builtins[name]) return { kind: SPECIAL_BUILTINS.has(name) ? 'special' : 'builtin' };
  const { PATH } = shell.sh.vars;
  const found = shell.sys.kernel.lookupProgram(shell.sys.p, name, typeof PATH === 'string' ? PATH : undefined);
  return typeof found === 'string' ? undefined : { kind: 'file', path: found.path };
}
