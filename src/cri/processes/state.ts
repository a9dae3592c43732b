// What a machine is made of, as plain JSON. Everything the kernel, the shell and the programs know is in here.
import type { Instant } from '../../machinery/clock.ts';
import type { HttpRequest, HttpResponse } from '../../machinery/http.ts';
import type { ContainerProcess, MachineState } from './machine.ts';
import type { Tty } from './tty.ts';

/** A mark that stands for text depending on the clock (`f` a strftime format, `v` an instant) or on a counter (`f` empty). */
export interface Token {
  f: string;
  /** Instant, or the counter's value. */
  v: number;
  /** What a counter gains per lap. */
  d: number;
}

/** The same text `n` times, once every `every` ms from `at` on; its marks index `toks`, whose times are relative to the lap. */
export interface Repeat {
  text: string;
  toks: { f: string; v: number; d: number; p: number }[];
  at: Instant;
  every: number;
  n: number;
}

export type Segment = string | Repeat;

export interface Inode {
  t: 'f' | 'd' | 'l' | 'p';
  mode: number;
  uid: number;
  mtime: Instant;
  size: number;
  segs: Segment[];
  /** The text is a token whose signature is missing, though counted in `size`; it is added before anybody reads it. */
  unsigned?: true;
  /** Target of a symbolic link. */
  to?: string;
}

/** Path to inode; -1 hides a file of the image. */
export type Names = Record<string, number>;

/** An open file description: what file descriptors, also inherited ones, share. */
export interface OpenFile {
  k: 'file' | 'pipe-r' | 'pipe-w' | 'log' | 'null' | 'zero' | 'random' | 'full' | 'in' | 'out' | 'dir';
  refs: number;
  ino?: number;
  off?: number;
  append?: boolean;
  mode?: 'r' | 'w' | 'rw';
  pipe?: number;
  c?: string;
  ch?: 0 | 1;
  handle?: string;
}

export interface Pipe {
  data: string;
  readers: number;
  writers: number;
}

export type Block =
  | { on: 'time'; until: Instant }
  | { on: 'read'; fd: number; until?: Instant }
  | { on: 'flush' }
  | { on: 'child'; pids: number[]; any?: boolean; sig?: boolean }
  | { on: 'either'; pids: number[]; until: Instant }
  | { on: 'grow'; ino: number; size: number; path: string }
  | { on: 'host'; call: HostCall }
  | { on: 'forever' };

/** What only the world outside the machine can answer. */
export type HostCall =
  | { do: 'connect'; host: string; port: number; timeout?: number }
  | { do: 'exchange'; host: string; port: number; request: HttpRequest; timeout?: number }
  | { do: 'resolve'; host: string }
  | { do: 'filter'; argv: string[]; stdin: string; files: Record<string, string>; cwd: string; env: Record<string, string> };

export interface HostAnswer {
  failure?: 'refused' | 'timeout' | 'no-route' | 'no-such-host' | 'reset';
  address?: string;
  addresses?: string[];
  response?: HttpResponse;
  stdout?: string;
  stderr?: string;
  code?: number;
  /** Files that a filter changed (`sed -i`). */
  files?: Record<string, string>;
}

export interface Process {
  /** Container. */
  c: string;
  pid: number;
  ppid: number;
  argv: string[];
  env: Record<string, string>;
  cwd: string;
  umask: number;
  uid: number;
  fds: Record<number, number>;
  /** Program, a key of the program table. */
  prog: string;
  /** The program's own state. */
  st: Record<string, unknown>;
  block: Block | null;
  answer: HostAnswer | null;
  /** Output that a full pipe has not taken yet. */
  out: { fd: number; data: string }[];
  signals: number[];
  /** Signals that are ignored (inherited by children). */
  ignored: number[];
  startedAt: Instant;
  /** Set when it ended and nobody has waited for it: 0–255, or 128 + signal. */
  exit: number | null;
  /** The signal that ended it. */
  killedBy?: number;
  handle: string | null;
  memory: number;
}

export interface LogRepeat {
  lines: { at: number; ch: 0 | 1; text: string; toks: Repeat['toks'] }[];
  at: Instant;
  every: number;
  n: number;
}

export type LogSegment = [Instant, 0 | 1, string] | LogRepeat;

export interface ContainerLog {
  segs: LogSegment[];
  part: [string, string];
  /** Bytes in the current file, as the runtime writes it. */
  bytes: number;
}

export interface ContainerRecord {
  spec: ContainerProcess;
  names: Names;
  status: {
    state: 'running' | 'exited';
    startedAt: Instant;
    finishedAt?: Instant;
    exitCode?: number;
    signal?: number;
    oomKilled?: boolean;
    startError?: string;
  };
  log: ContainerLog;
  previous: ContainerLog | null;
  /** How often it was started. */
  runs: number;
}

export interface Listening {
  c: string;
  pid: number;
  port: number;
  address: string;
  component?: string;
}

export interface ExecRecord {
  c: string;
  pid: number;
  stdin: string;
  eof: boolean;
  tty?: Tty;
  out: { ch: 0 | 1; data: string }[];
  exitCode?: number;
  startError?: string;
}

export interface Dial {
  answer: HostAnswer;
  reads: string[];
  /** Of a question that reaches another machine again and again: since when, when last, and how often. */
  since?: Instant;
  last?: Instant;
  times?: number;
}

export interface KernelState extends MachineState {
  version: 1;
  now: Instant;
  /** Interpreter steps since the clock last moved. */
  spent: number;
  /** Since when it has not come to rest, and whether the clock's last stop was for computing. */
  busySince: Instant | null;
  throttled: boolean;
  containers: Record<string, ContainerRecord>;
  volumes: Record<string, Names>;
  inodes: Record<number, Inode>;
  files: Record<number, OpenFile>;
  pipes: Record<number, Pipe>;
  procs: Process[];
  /** Texts that shells run; frames name them by position. */
  scripts: string[];
  listening: Listening[];
  execs: Record<string, ExecRecord>;
  execCount: number;
  /** What the network answered last, by question; holds until a read key changes. */
  dials: Record<string, Dial>;
}

export function emptyState(at: Instant): KernelState {
  return {
    version: 1,
    now: at,
    spent: 0,
    busySince: null,
    throttled: false,
    containers: {},
    volumes: {},
    inodes: {},
    files: {},
    pipes: {},
    procs: [],
    scripts: [],
    listening: [],
    execs: {},
    execCount: 0,
    dials: {},
  };
}

/** The lowest number from `from` that a table does not use: identities repeat with the state, which cycles need. */
export function lowestFree(table: Record<number, unknown>, from = 1): number {
  let id = from;
  while (table[id] !== undefined) id++;
  return id;
}
