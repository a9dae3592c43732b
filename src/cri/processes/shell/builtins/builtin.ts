// A command that the shell runs itself. It returns its status, `again` to be called once more when its process can go on,
// or `handled` when it has arranged the frames itself.
import type { Interpreter } from '../interpreter.ts';
import type { Frame } from '../shell-state.ts';

export type Builtin = (shell: Interpreter, args: string[], frame: Frame) => number | 'again' | 'handled';
export type Builtins = Readonly<Record<string, Builtin>>;

export function usage(shell: Interpreter, _name: string, text: string): number {
  shell.sys.err(`${text}\n`);
  return 2;
}
