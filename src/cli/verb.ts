// The look of a verb: a declaration and one `run`. Parsing happened before it, printing of errors happens after it, and everything
// it needs comes in as an argument.
import type { Client } from '../client/client.ts';
import type { Duration, Instant } from '../machinery/clock.ts';
import type { FlagValues } from './flags/values.ts';
import type { Builder } from './resources/builder.ts';
import type { RestMapper } from './resources/mapper.ts';

/** Everything a verb may use. One is made for each command line. */
export interface VerbContext {
  /** Arguments left after the flags. */
  args: readonly string[];
  /** Arguments behind `--`, or undefined without one; they are part of `args` too, as in cobra. */
  argsAfterDash: readonly string[] | undefined;
  flags: FlagValues;
  /** The path typed after the program's name: `rollout status`. */
  command: string;
  /** The program's name in messages: `kubectl`. */
  program: string;

  /** Connects on first use; local verbs never pay for a cluster. */
  client: Client;
  mapper: RestMapper;
  /** Files, stdin, URLs, TYPE/NAME arguments, selectors: kubectl's resource builder. */
  builder(): Builder;
  /** The namespace of this command: `-n`, else the context's, else `default`. */
  namespace: string;
  /** `-n` was given. */
  namespaceGiven: boolean;

  /** The cluster's virtual time. */
  now(): Instant;
  /**
   * Lets virtual time pass until something may have changed, at most `limit`: commits and flushes first, sleeps or jumps according to
   * the clock's mode, and looks at what other processes wrote.
   */
  pass(limit?: Duration): Promise<void>;

  /** A line to stdout. Output appears only once the changes before it are durable. */
  out(line: string): void;
  /** Text or bytes to stdout, as they are. */
  write(data: string | Uint8Array): void;
  /** A line to stderr. */
  err(line: string): void;
  /** All of standard input. */
  stdin(): Promise<string>;
  terminal: { stdin: boolean; stdout: boolean; columns: number };
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
}

/** A complaint of the client itself; prints as `error: …`. */
export class KubectlError extends Error {
  constructor(
    message: string,
    readonly options: {
      exitCode?: number /** print the message as it is, without `error: ` */;
      bare?: boolean /** add the hint to see `… --help` */;
      usage?: boolean;
    } = {},
  ) {
    super(message);
    this.name = 'KubectlError';
  }
}

/** A verb. Its flags' names, types and defaults come from the surface table; help texts are written here, in our own words. */
export interface Verb {
  /** One line for the list of commands. */
  short: string;
  /** Paragraphs for `--help`. */
  long?: string;
  examples?: readonly { about: string; command: string }[];
  /** Help of each flag by name. */
  flags?: Readonly<Record<string, string>>;
  /** Returns the exit code; nothing means 0. */
  run(context: VerbContext): Promise<number | undefined>;
}

export const defineVerb = (verb: Verb): Verb => verb;
