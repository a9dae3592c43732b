// How utilities take their input: whole, or line by line as it comes.
import type { Program } from '../program.ts';
import type { Sys } from '../sys.ts';
import { options } from './options.ts';

/** A utility that needs its whole input. */
export function whole(
  run: (sys: Sys, input: string, flags: ReturnType<typeof options>) => number | undefined,
  valued = '',
  operands = 0,
): Program {
  return {
    run(sys) {
      const flags = options(sys.args, valued);
      const input = sys.input(flags.rest.slice(operands));
      if (!input) return;
      const code = run(sys, input.text, flags) ?? 0;
      sys.exit(input.failed ? (sys.name === 'sort' ? 2 : 1) : code);
    },
  };
}

export const lines = (text: string): string[] => {
  const all = text.split('\n');
  if (all.at(-1) === '') all.pop();
  return all;
};

export const joined = (all: readonly string[]): string => (all.length > 0 ? `${all.join('\n')}\n` : '');

/** Calls `each` per line as lines come in; returns false while blocked. The last line may lack its newline. */
export function streamLines(sys: Sys, fd: number, memory: { rest?: string }, each: (line: string, newline: boolean) => boolean): boolean {
  memory.rest ??= '';
  for (;;) {
    let newline = memory.rest.indexOf('\n');
    while (newline >= 0) {
      const line = memory.rest.slice(0, newline);
      memory.rest = memory.rest.slice(newline + 1);
      if (!each(line, true)) return true;
      newline = memory.rest.indexOf('\n');
    }
    const got = sys.read(fd);
    if (got === 'block') return false;
    if (got === 'eof' || 'error' in got) {
      if (memory.rest !== '') each(memory.rest, false);
      memory.rest = '';
      return true;
    }
    memory.rest += got.data;
  }
}
