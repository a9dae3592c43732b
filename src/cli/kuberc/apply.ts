// What preferences do to a command line: an alias becomes its command, and defaults become flags that nobody typed.
import { parseCommandLine } from '../flags/parse.ts';
import { childPath, commandFact, globalFlags, localFlags } from '../flags/surface.ts';
import { KubectlError } from '../verb.ts';
import { type Alias, kubercFile, type Option, type Preferences, readPreferences } from './preferences.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** The command line with the user's preferences in it. Throws what is wrong with them; `warn` gets the rest. */
export async function withPreferences(
  program: string,
  argv: readonly string[],
  { env, cwd, warn }: { env: Env; cwd: string; warn(line: string): void },
): Promise<readonly string[]> {
  const flag = kubercFlag(argv);
  const file = kubercFile(env, cwd, flag);
  if (!file) return argv;
  const read = await readPreferences(file);
  if (!read) return argv;
  for (const warning of read.warnings) warn(warning);
  try {
    checkAliases(program, read.preferences.aliases, warn);
    const expanded = aliased(program, argv, read.preferences);
    return defaulted(program, expanded, read.preferences, warn);
  } catch (error) {
    if (!(error instanceof PreferenceError)) throw error;
    throw new KubectlError(`error occurred while applying preferences ${error.message}`, { bare: true });
  }
}

class PreferenceError extends Error {}

/** What `--kuberc` says, before anything is parsed: it decides how the line reads. */
function kubercFlag(argv: readonly string[]): string | undefined {
  for (const [i, word] of argv.entries()) {
    if (word === '--') return undefined;
    if (word.startsWith('--kuberc=')) return word.slice('--kuberc='.length);
    if (word !== '--kuberc') continue;
    const value = argv[i + 1];
    if (value === undefined) throw new KubectlError('kuberc file is not found');
    return value;
  }
  return undefined;
}

function checkAliases(program: string, aliases: readonly Alias[], warn: (line: string) => void): void {
  const seen = new Set<string>();
  for (const { name, options = [] } of aliases) {
    if (!/^[a-zA-Z]+$/.test(name)) throw new PreferenceError('invalid alias name, can only include alphabetical characters');
    if (seen.has(name)) throw new PreferenceError(`duplicate alias name ${name}`);
    seen.add(name);
    checkNames(options);
    if (childPath(program, '', name) !== undefined) warn(`Warning: Setting alias "${name}" to a built-in command is not supported`);
  }
}

function checkNames(options: readonly Option[]): void {
  for (const { name } of options) {
    if (name.startsWith('-') || name.length < 2) throw new PreferenceError(`flag name ${name} should be in long form without dashes`);
  }
}

function aliased(program: string, argv: readonly string[], { aliases }: Preferences): readonly string[] {
  const [word] = argv;
  const alias = aliases.find(({ name }) => name === word);
  if (!alias || childPath(program, '', alias.name) !== undefined) return argv;
  const command = alias.command.split(/\s+/).filter(Boolean);
  const path = command.join(' ');
  if (!commandFact(program, path)) throw new PreferenceError(`alias ${alias.name} can not be overridden`);
  const expanded = [...command, ...(alias.prependArgs ?? []), ...argv.slice(1), ...(alias.appendArgs ?? [])];
  return withOptions(program, expanded, path, alias.options ?? []);
}

function defaulted(program: string, argv: readonly string[], { defaults }: Preferences, warn: (line: string) => void): readonly string[] {
  let line = argv;
  for (const { command, options } of defaults) {
    checkNames(options);
    const path = command.split(/\s+/).filter(Boolean).join(' ');
    if (!commandFact(program, path)) warn(`Warning: command "${command}" not found to set kuberc override`);
    else if (pathOf(program, argv) === path) line = withOptions(program, line, path, options);
  }
  return line;
}

/** A line that does not parse is told of later, by whoever parses it. */
function pathOf(program: string, argv: readonly string[]): string | undefined {
  try {
    return parseCommandLine(program, argv).path;
  } catch {
    return undefined;
  }
}

function withOptions(program: string, argv: readonly string[], path: string, options: readonly Option[]): readonly string[] {
  const known = new Set([...localFlags(program, path), ...globalFlags()].map(({ name }) => name));
  for (const { name } of options)
    if (!known.has(name)) throw new PreferenceError(`invalid flag ${name} for command ${path.split(' ').at(-1)}`);
  let given: (name: string) => boolean;
  try {
    const { flags } = parseCommandLine(program, argv);
    given = (name) => flags.given(name);
  } catch {
    return argv;
  }
  const missing = options.filter(({ name }) => !given(name)).map(({ name, default: value }) => `--${name}=${value}`);
  const words = path.split(' ').length;
  return [...argv.slice(0, words), ...missing, ...argv.slice(words)];
}
