// Plays pflag and the part of cobra that finds the command: which word is the verb, what belongs to which flag, and pflag's complaints.
// A command line costs one pass over its words; no command but the one typed is looked at.
import { goQuote } from './go-quote.ts';
import { childPath, type FlagFact, globalFlags, localFlags } from './surface.ts';
import { convert, ParsedFlags } from './values-parsed.ts';

/** A flag that does not parse. `command` is the path it was given to. */
export class FlagError extends Error {
  constructor(
    message: string,
    readonly command: string,
  ) {
    super(message);
    this.name = 'FlagError';
  }
}

export interface CommandLine {
  /** `rollout status`; empty for the program itself. */
  path: string;
  /** All words as they were typed. */
  argv: readonly string[];
  args: string[];
  /** Number of arguments before `--`; undefined without one. */
  dashAt: number | undefined;
  flags: ParsedFlags;
  help: boolean;
  facts: readonly FlagFact[];
  /** Notices about deprecated flags, for stderr. */
  notices: string[];
}

export function parseCommandLine(program: string, argv: readonly string[]): CommandLine {
  const { path, rest } = findCommand(program, argv);
  const facts = [...localFlags(program, path), ...globalFlags()];
  const set = new FlagSet(facts);
  const flags = new ParsedFlags(set);
  const line: CommandLine = { path, argv, args: [], dashAt: undefined, flags, help: false, facts, notices: [] };
  const words = [...rest];
  try {
    for (let word = words.shift(); word !== undefined; word = words.shift()) {
      if (word.length < 2 || !word.startsWith('-')) line.args.push(word);
      else if (word === '--') {
        line.dashAt = line.args.length;
        line.args.push(...words.splice(0));
      } else if (word.startsWith('--')) longFlag(word, words, set, line);
      else shortFlags(word.slice(1), words, set, line);
    }
  } catch (error) {
    if (error instanceof FlagError) throw new FlagError(error.message, path);
    throw error;
  }
  return line;
}

/** The flags that one command accepts, by name and by letter. A command's own flag hides a global one of the same name. */
export class FlagSet {
  readonly byName = new Map<string, FlagFact>();
  private readonly byLetter = new Map<string, FlagFact>();
  constructor(readonly facts: readonly FlagFact[]) {
    for (const fact of facts) {
      if (this.byName.has(fact.name)) continue;
      this.byName.set(fact.name, fact);
      if (fact.shorthand && !this.byLetter.has(fact.shorthand)) this.byLetter.set(fact.shorthand, fact);
    }
  }
  named(name: string): FlagFact | undefined {
    return this.byName.get(name.replaceAll('_', '-')) ?? (name === 'help' ? helpFlag : undefined);
  }
  lettered(letter: string): FlagFact | undefined {
    return this.byLetter.get(letter) ?? (letter === 'h' ? helpFlag : undefined);
  }
}

const helpFlag: FlagFact = {
  name: 'help',
  shorthand: 'h',
  type: 'bool',
  default: 'false',
  alone: 'true',
  required: false,
  hidden: true,
  deprecated: false,
};

/** Walks down the words that are commands; flags may stand anywhere between them, with their values. */
export function findCommand(program: string, argv: readonly string[]): { path: string; rest: string[] } {
  let path = '';
  let rest = [...argv];
  for (;;) {
    const at = firstArgument(rest, new FlagSet([...(path ? localFlags(program, path) : []), ...globalFlags()]));
    const word = at < 0 ? undefined : rest[at];
    const child = word === undefined ? undefined : childPath(program, path, word);
    if (child === undefined) return { path, rest };
    path = child;
    rest = [...rest.slice(0, at), ...rest.slice(at + 1)];
  }
}

/** cobra's stripFlags: a flag without `=` that wants a value hides the word behind it, and so does an unknown flag. */
function firstArgument(words: readonly string[], set: FlagSet): number {
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    if (word === '--') return -1;
    if (word !== '' && !word.startsWith('-')) return i;
    if (word.includes('=')) continue;
    if (
      word.startsWith('--')
        ? set.named(word.slice(2))?.alone === undefined
        : word.length === 2 && set.lettered(word.slice(1))?.alone === undefined
    )
      i++;
  }
  return -1;
}

function longFlag(word: string, words: string[], set: FlagSet, line: CommandLine): void {
  const text = word.slice(2);
  if (text.startsWith('-') || text.startsWith('=')) throw new FlagError(`bad flag syntax: ${word}`, '');
  const equals = text.indexOf('=');
  const name = equals < 0 ? text : text.slice(0, equals);
  const fact = set.named(name);
  if (!fact) throw new FlagError(`unknown flag: --${name}`, '');
  const value = equals >= 0 ? text.slice(equals + 1) : (fact.alone ?? words.shift());
  if (value === undefined) throw new FlagError(`flag needs an argument: ${word}`, '');
  assign(fact, value, line);
}

function shortFlags(cluster: string, words: string[], set: FlagSet, line: CommandLine): void {
  for (let rest = cluster; rest !== ''; ) {
    const letter = String.fromCodePoint(rest.codePointAt(0) ?? 0);
    const fact = set.lettered(letter);
    if (!fact) throw new FlagError(`unknown shorthand flag: '${letter}' in -${rest}`, '');
    const behind = rest.slice(letter.length);
    let value: string | undefined;
    if (behind.length > 1 && behind.startsWith('=')) [value, rest] = [behind.slice(1), ''];
    else if (fact.alone !== undefined) [value, rest] = [fact.alone, behind];
    else if (behind !== '') [value, rest] = [behind, ''];
    else {
      value = words.shift();
      if (value === undefined) throw new FlagError(`flag needs an argument: '${letter}' in -${rest}`, '');
      rest = '';
    }
    assign(fact, value, line);
  }
}

function assign(fact: FlagFact, value: string, line: CommandLine): void {
  try {
    if (fact === helpFlag) line.help = convert('bool', value) === true;
    else line.flags.set(fact, value);
  } catch (error) {
    const shown = fact.shorthand ? `-${fact.shorthand}, --${fact.name}` : `--${fact.name}`;
    throw new FlagError(`invalid argument ${goQuote(value)} for ${goQuote(shown)} flag: ${(error as Error).message}`, '');
  }
  if (fact.deprecated) line.notices.push(`Flag --${fact.name} has been deprecated, ${deprecations[fact.name] ?? ''}`);
}

const deprecations: Readonly<Record<string, string>> = {
  record: '--record will be removed in the future',
  'cpu-percent': "Use --cpu with percentage or resource quantity format (e.g., '70%' for utilization or '500m' for milliCPU).",
};
