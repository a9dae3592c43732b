// The table of kubectl 1.36's commands and flags (surface.json: facts only) with kubemu's own beside it (own.ts). Finds one command
// and unpacks the flags of that one only, so that a start costs nothing for the other ninety.
import { ownCommands, ownGlobals } from './own.ts';
import surface from './surface.json' with { type: 'json' };

export type FlagType = 'bool' | 'int' | 'duration' | 'string' | 'array' | 'slice' | 'map';

export interface FlagFact {
  name: string;
  shorthand: string;
  type: FlagType;
  /** As help shows it: `'text'`, `[]`, `30s`; empty when help shows none. */
  default: string;
  /** The value of the flag when it stands alone; undefined when it must have one. */
  alone: string | undefined;
  required: boolean;
  hidden: boolean;
  deprecated: boolean;
}

export interface CommandFact {
  usage?: string;
  aliases?: readonly string[];
  hidden?: boolean;
  /** `name|shorthand|type|default|value when alone|marks`, trailing empty fields left out; marks: required, hidden, deprecated. */
  flags: readonly string[];
}

export const version: string = surface.version;
export const kustomizeVersion: string = surface.kustomize;
const kubectlCommands: Readonly<Record<string, CommandFact>> = surface.commands;

export type Program = 'kubectl' | 'kubemu';

/** The facts of `rollout status`; undefined when there is no such command. */
export function commandFact(program: string, path: string): CommandFact | undefined {
  return kubectlCommands[path] ?? (program === 'kubectl' ? undefined : ownCommands[path]);
}

/** Every path in the table, kubemu's own last. */
export function commandPaths(program: string): string[] {
  return program === 'kubectl' ? Object.keys(kubectlCommands) : [...Object.keys(kubectlCommands), ...Object.keys(ownCommands)];
}

/** The path of the word below `parent`, following aliases; undefined when it is no command. */
export function childPath(program: string, parent: string, word: string): string | undefined {
  const path = parent ? `${parent} ${word}` : word;
  if (word.includes(' ')) return undefined;
  if (commandFact(program, path)) return path;
  const prefix = parent ? `${parent} ` : '';
  return commandPaths(program).find(
    (candidate) =>
      candidate.startsWith(prefix) &&
      !candidate.slice(prefix.length).includes(' ') &&
      commandFact(program, candidate)?.aliases?.includes(word),
  );
}

/** The flags of one command itself, without the global ones. */
export const localFlags = (program: string, path: string): FlagFact[] => (commandFact(program, path)?.flags ?? []).map(unpack);

/** Flags that every command accepts. */
export const globalFlags = (): FlagFact[] => [...surface.globals, ...ownGlobals].map(unpack);

function unpack(packed: string): FlagFact {
  const [name = '', shorthand = '', type = 'bool', def = '', alone = '', marks = ''] = packed.split('|');
  return {
    name,
    shorthand,
    type: type as FlagType,
    default: def,
    alone: type === 'bool' ? 'true' : alone || undefined,
    required: marks.includes('r'),
    hidden: marks.includes('h'),
    deprecated: marks.includes('d'),
  };
}
