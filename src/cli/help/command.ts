// `kubectl <command> --help` in kubectl's structure: what it does, examples, the commands below it, options, usage. commander holds the
// tree and knows what is hidden; it is loaded for help alone.
import { Command } from 'commander';
import { commandFact, commandPaths, localFlags } from '../flags/surface.ts';
import type { Verb } from '../verb.ts';
import type { FindVerb } from '../verbs/registration.ts';
import { formatOptions, optionOf } from './option-list.ts';

export async function commandHelp(program: string, path: string, find: FindVerb): Promise<string> {
  const verb = await find(path)?.();
  const command = new Command(path).description(description(verb)).helpOption(false).helpCommand(false);
  for (const flag of localFlags(program, path)) command.addOption(optionOf(flag, verb?.flags?.[flag.name]));
  for (const child of childrenOf(program, path)) {
    const below = await find(`${path} ${child}`)?.();
    if (below)
      command.addCommand(new Command(child).description(below.short), {
        hidden: commandFact(program, `${path} ${child}`)?.hidden ?? false,
      });
  }
  command.configureHelp({
    formatHelp(_, help) {
      const below = help.visibleCommands(command);
      const width = Math.max(11, ...below.map((one) => one.name().length)) + 2;
      const rows = below.map((one) => commandRow(one.name(), one.description(), width));
      const parts = [
        command.description(),
        examples(verb),
        rows.length === 0 ? '' : `Available Commands:\n${rows.join('\n')}`,
        formatOptions(help.visibleOptions(command)),
        usage(program, path),
      ];
      return `${parts.filter(Boolean).join('\n\n')}\n`;
    },
  });
  return command.helpInformation();
}

export const commandRow = (name: string, about: string, width = 15): string => `  ${name.padEnd(width)} ${about}`;

function childrenOf(program: string, path: string): string[] {
  const prefix = `${path} `;
  return commandPaths(program).flatMap((one) =>
    one.startsWith(prefix) && !one.slice(prefix.length).includes(' ') ? [one.slice(prefix.length)] : [],
  );
}

function description(verb: Verb | undefined): string {
  const text = verb?.long ?? verb?.short ?? 'kubemu does not have this command yet.';
  return /[.!?]$/.test(text) || text.includes('\n') ? text : `${text}.`;
}

function examples(verb: Verb | undefined): string {
  if (!verb?.examples?.length) return '';
  return `Examples:\n${verb.examples.map(({ about, command }) => `  # ${about}\n  ${command.split('\n').join('\n  ')}`).join('\n  \n')}`;
}

function usage(program: string, path: string): string {
  const line = commandFact(program, path)?.usage ?? path;
  const more =
    childrenOf(program, path).length > 0 ? `Use "${program} ${path} <command> --help" for more information about a given command.\n` : '';
  return `Usage:\n  ${program} ${line}\n\n${more}Use "${program} options" for a list of global command-line options (applies to all commands).`;
}
