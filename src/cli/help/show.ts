// `--help`, and the program without a verb.

import type { CommandLine } from '../flags/parse.ts';
import type { Io } from '../io.ts';
import { KubectlError } from '../verb.ts';
import type { FindVerb, Heading } from '../verbs/registration.ts';
import { commandHelp } from './command.ts';
import { programHelp } from './program.ts';
import { unknownCommand } from './suggest.ts';

/** The program's help for the empty path. */
export function helpText(program: string, path: string, headings: readonly Heading[], find: FindVerb): Promise<string> {
  return path === '' ? programHelp(program, headings) : commandHelp(program, path, find);
}

export async function showHelp(line: CommandLine, io: Io, help: (path: string) => Promise<string>): Promise<number> {
  const [word] = line.args;
  if (line.path === '' && word !== undefined && !line.help) throw new KubectlError(unknownCommand(io.program, word));
  io.stdout(await help(line.path));
  return 0;
}
