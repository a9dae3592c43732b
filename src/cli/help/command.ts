// `kubectl <command> --help` in kubectl's structure: what it does, examples, the commands below it, options, usage.
import { commandFact, commandPaths, localFlags } from '../flags/surface.ts';
import type { Verb } from '../verb.ts';
import type { FindVerb } from '../verbs/registration.ts';
import { optionList } from './option-list.ts';

export async function commandHelp(program: string, path: string, find: FindVerb): Promise<string> {
  const verb = await find(path)?.();
  const parts = [
    description(verb),
    examples(verb),
    await subcommands(program, path, find),
    optionList(localFlags(program, path), verb?.flags ?? {}),
    usage(program, path),
  ];
  return `${parts.filter(Boolean).join('\n\n')}\n`;
}

const description = (verb: Verb | undefined): string => {
  const text = verb?.long ?? verb?.short ?? 'kubemu does not have this command yet.';
  return /[.!?]$/.test(text) || text.includes('\n') ? text : `${text}.`;
};

function examples(verb: Verb | undefined): string {
  if (!verb?.examples?.length) return '';
  return `Examples:\n${verb.examples.map(({ about, command }) => `  # ${about}\n  ${command.split('\n').join('\n  ')}`).join('\n  \n')}`;
}

async function subcommands(program: string, path: string, find: FindVerb): Promise<string> {
  const prefix = `${path} `;
  const names = commandPaths(program).filter((one) => one.startsWith(prefix) && !one.slice(prefix.length).includes(' '));
  const rows: string[] = [];
  for (const name of names) {
    const verb = await find(name)?.();
    if (verb) rows.push(`  ${name.slice(prefix.length).padEnd(15)} ${verb.short}`);
  }
  return rows.length === 0 ? '' : `Available Commands:\n${rows.join('\n')}`;
}

function usage(program: string, path: string): string {
  const line = commandFact(program, path)?.usage ?? path;
  const below = commandPaths(program).some((one) => one.startsWith(`${path} `));
  const more = below ? `\nUse "${program} ${path} <command> --help" for more information about a given command.` : '';
  return `Usage:\n  ${program} ${line}\n${more}\nUse "${program} options" for a list of global command-line options (applies to all commands).`;
}
