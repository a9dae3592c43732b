// kubectl help [command]
import { findCommand } from '../flags/parse.ts';
import { commandHelp } from '../help/command.ts';
import { programHelp } from '../help/program.ts';
import { defineVerb } from '../verb.ts';

export const help = defineVerb({
  short: 'Show help about any command',
  async run({ args, program, write, err }) {
    const { path, rest } = findCommand(program, args);
    if (args.length > 0 && path === '') {
      err(`Unknown help topic [\`${rest[0] ?? ''}\`]`);
      err((await programHelp(program)).replace(/\n$/, ''));
      return 0;
    }
    write(path === '' ? await programHelp(program) : await commandHelp(program, path));
    return 0;
  },
});
