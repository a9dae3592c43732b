// `kubectl <command> --help` in kubectl's structure: what it does, examples, the commands below it, options, usage.
import { commandFact, commandPaths, type FlagFact, localFlags } from '../flags/surface.ts';
import type { Verb } from '../verb.ts';
import { findVerb } from '../verbs/index.ts';
import { sharedFlagHelp } from './flag-texts.ts';

export async function commandHelp(program: string, path: string): Promise<string> {
  const verb = await findVerb(program, path)?.();
  const parts = [description(verb), examples(verb), await subcommands(program, path), options(localFlags(program, path), verb?.flags ?? {}), usage(program, path)];
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

async function subcommands(program: string, path: string): Promise<string> {
  const prefix = `${path} `;
  const names = commandPaths(program).filter((one) => one.startsWith(prefix) && !one.slice(prefix.length).includes(' '));
  const rows: string[] = [];
  for (const name of names) {
    const verb = await findVerb(program, name)?.();
    if (verb) rows.push(`  ${name.slice(prefix.length).padEnd(15)} ${verb.short}`);
  }
  return rows.length === 0 ? '' : `Available Commands:\n${rows.join('\n')}`;
}

export function options(flags: readonly FlagFact[], texts: Readonly<Record<string, string>>, heading = 'Options:'): string {
  const shown = flags.filter((flag) => !flag.hidden);
  if (shown.length === 0) return '';
  return `${heading}\n${shown.map((flag) => option(flag, texts[flag.name] ?? sharedFlagHelp[flag.name] ?? '')).join('\n\n')}`;
}

function option(flag: FlagFact, text: string): string {
  const letter = flag.shorthand ? `-${flag.shorthand}, ` : '';
  return `    ${letter}--${flag.name}${flag.default === '' ? '' : `=${flag.default}`}:\n\t${text}`;
}

function usage(program: string, path: string): string {
  const line = commandFact(program, path)?.usage ?? path;
  const below = commandPaths(program).some((one) => one.startsWith(`${path} `));
  const more = below ? `\nUse "${program} ${path} <command> --help" for more information about a given command.` : '';
  return `Usage:\n  ${program} ${line}\n${more}\nUse "${program} options" for a list of global command-line options (applies to all commands).`;
}
