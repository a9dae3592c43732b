// What a shell remembers, as plain data.
export type Dialect = 'ash' | 'dash' | 'bash';
export type Value = string | string[];

/** A place in a running script. `s` and `n` name script and node; the rest depends on the node. */
export interface Frame {
  k: string;
  s: number;
  n: number;
  i: number;
  /** Outputs of command substitutions that the current expansion has run so far. */
  memo?: string[];
  /** Status of the last of them. */
  sub?: number;
  /** Fields expanded so far. */
  words?: string[];
  w?: number;
  assigned?: [string, Value, boolean][];
  targets?: string[];
  /** Descriptors to put back, -1 for closed ones. */
  saved?: Record<number, number>;
  /** A condition: `set -e` does not apply inside. */
  cond?: boolean;
  /** Children it waits for. */
  pids?: number[];
  /** Pipe end that a command substitution is read from. */
  fd?: number;
  text?: string;
  /** Of a function: what it hides. */
  args?: string[];
  locals?: Record<string, Value | null>;
  restore?: Record<string, Value | null>;
  /** A builtin's own memory while it waits. */
  mem?: Record<string, unknown>;
  status?: number;
}

export interface ShellState {
  vars: Record<string, Value>;
  exported: Record<string, 1>;
  readonly: Record<string, 1>;
  funcs: Record<string, [number, number]>;
  opts: Record<string, boolean>;
  args: string[];
  zero: string;
  /** `$$`. */
  self: number;
  status: number;
  lastBg: number;
  frames: Frame[];
  traps: Record<string, string>;
  done: Record<number, number>;
  jobs: number[];
  /** Children that a signal ended. */
  killed?: Record<number, number>;
  /** A subshell that started inside a condition. */
  noerr: boolean;
  dialect: Dialect;
  line: number;
  /** Reads its commands from here: standard input. */
  input?: { text: string; eof: boolean; tty: boolean; prompted: boolean; unfinished?: string };
  /** Ctrl-C was typed. */
  interrupted?: boolean;
  /** From a script file, whose lines errors name. */
  file: boolean;
  exiting?: number;
  optpos?: number;
  /** Random numbers drawn. */
  draws?: number;
  exe?: unknown;
}
