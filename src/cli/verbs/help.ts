// kubectl help [command]
import type { LocalContext } from '../context.ts';
import { findCommand } from '../flags/parse.ts';
import { defineVerb } from '../verb.ts';

export const help = defineVerb({
  short: 'Show help about any command',
  async run(context) {
    const { args, program, write, err } = context;
    const text = (path: string): Promise<string> => (context as LocalContext).help(path);
    const { path, rest } = findCommand(program, args);
    if (args.length > 0 && path === '') {
      err(`Unknown help topic [\`${rest[0] ?? ''}\`]`);
      err((await text('')).replace(/\n$/, ''));
    } else write(await text(path));
    return 0;
  },
});
