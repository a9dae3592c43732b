// `kubectl --help`: every command under its heading.
import { Command } from 'commander';
import type { Heading } from '../verbs/registration.ts';
import { commandRow } from './command.ts';

export async function programHelp(program: string, headings: readonly Heading[]): Promise<string> {
  const root = new Command(program)
    .description(`${program} drives a Kubernetes cluster that lives in a JSON file.`)
    .helpOption(false)
    .helpCommand(false);
  for (const { heading, verbs } of headings) {
    for (const [path, load] of Object.entries(verbs)) {
      if (!path.includes(' ')) root.addCommand(new Command(path).description((await load()).short).helpGroup(heading));
    }
  }
  root.configureHelp({
    formatHelp(_, help) {
      const commands = help.visibleCommands(root);
      const groups = help.groupItems(commands, commands, (one) => one.helpGroup());
      const parts = [...groups].map(
        ([heading, members]) => `${heading}:\n${members.map((one) => commandRow(one.name(), one.description())).join('\n')}`,
      );
      return `${[root.description(), ...parts, ending(program)].join('\n\n')}\n`;
    },
  });
  return root.helpInformation();
}

const ending = (program: string): string =>
  `Usage:\n  ${program} [flags] [options]\n\nUse "${program} <command> --help" for more information about a given command.\n` +
  `Use "${program} options" for a list of global command-line options (applies to all commands).`;
