// `--help`, and the program without a verb.
import { KubectlError } from '../verb.ts';
import type { CommandLine } from '../flags/parse.ts';
import type { Io } from '../io.ts';
import { commandHelp } from './command.ts';
import { programHelp } from './program.ts';
import { unknownCommand } from './suggest.ts';

export async function showHelp(line: CommandLine, io: Io): Promise<number> {
  const [word] = line.args;
  if (line.path === '' && word !== undefined && !line.help) throw new KubectlError(unknownCommand(io.program, word));
  io.stdout(line.path === '' ? await programHelp(io.program) : await commandHelp(io.program, line.path));
  return 0;
}
