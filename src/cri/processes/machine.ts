// The contract between the container runtime and the process engine: one machine holds all processes of one Pod sandbox.
// A machine is data. It is opened from its state, moved to an instant, looked at or given an input, and its state is kept
// again only at canonical instants (a start, an input, a due projection), so that looking at it changes nothing.
import type { Instant } from '../../machinery/clock.ts';
import type { Dialer, NetworkNamespace } from '../../machinery/dialer.ts';
import type { HttpRequest, HttpResponse } from '../../machinery/http.ts';
import type { Random } from '../../machinery/random.ts';

/** All of a machine as plain JSON: processes (syntax-tree position, variables, open files), files, logs, sockets. */
export interface MachineState {
  readonly version: 1;
  [part: string]: unknown;
}

/** A dot, and 64 bytes in base64url. */
export const SIGNATURE_LENGTH = 87;

/** What a machine asks of the world around it. */
export interface MachineHost {
  dialer: Dialer;
  random: Random;
  /** The Pod's (or, with hostNetwork, the node's) namespace. */
  netns: NetworkNamespace;
  hostname: string;
  podIP: string;
  /** What completes a token before a process sees it: {@link SIGNATURE_LENGTH} characters. */
  signature(token: string): string;
  /** The machine is a copy that will be thrown away: whoever it asks must not notice. */
  isCopy?: boolean;
}

export interface FileContent {
  /** UTF-8 text, or base64 with `binary`. */
  text: string;
  binary?: boolean;
  /** The text is a token that lacks its signature: {@link MachineHost.signature}. */
  unsigned?: boolean;
  /** Permission bits, 0o644 when absent. */
  mode?: number;
}

/** What the runtime starts: the image's configuration merged with the container's. */
export interface ContainerProcess {
  name: string;
  /** Catalog name of the image: decides files, shell and programs. See `cri/images`. */
  image: string;
  argv: readonly string[];
  env: Readonly<Record<string, string>>;
  workingDir: string;
  user?: number;
  group?: number;
  /** Ports that a program of which nothing is known listens on: the container's `containerPort`s. */
  ports?: readonly number[];
  readOnlyRootFilesystem?: boolean;
  mounts: readonly { path: string; volume: string; subPath?: string; readOnly?: boolean }[];
  memoryLimit?: number;
  stdin?: boolean;
  tty?: boolean;
}

export interface ContainerState {
  state: 'running' | 'exited';
  startedAt: Instant;
  finishedAt?: Instant;
  exitCode?: number;
  signal?: number;
  /** Killed for passing its memory limit. */
  oomKilled?: boolean;
  /** What `argv[0]` could not be started for, in the runtime's words; the container then never ran. */
  startError?: string;
}

export interface LogLine {
  at: Instant;
  stream: 'stdout' | 'stderr';
  text: string;
  /** False for a last line without its newline yet. */
  complete: boolean;
}

/** What a machine will do if nobody interferes. */
export interface Projection {
  /** When something outside could first notice: a container exits, a port opens or closes, an unread outcome is needed; undefined: never. */
  at?: Instant;
  /** State keys and network names read on the way; a change of any of them voids the projection from that instant on. */
  reads: readonly string[];
  /** What it will do at `at` it has done many times before: it asks somebody the same again. */
  repeats?: boolean;
}

export interface ExecResult {
  /** Undefined while it runs. */
  exitCode?: number;
  /** In the runtime's words when `argv[0]` cannot be started. */
  startError?: string;
}

export interface ExecRequest {
  argv: readonly string[];
  tty?: boolean;
  stdin?: boolean;
}

/** An open machine at one instant. Everything is deterministic: same state, same calls, same result, to the byte. */
export interface Machine {
  readonly now: Instant;
  /** Creates or replaces a volume's files; with `keep`, files that are not named stay (emptyDir: no files). */
  putVolume(volume: string, files: Readonly<Record<string, FileContent>>, keep?: boolean): void;
  /** Starts (or restarts) a container's first process now. The log of the run before becomes the previous one. */
  start(container: ContainerProcess): void;
  container(name: string): ContainerState | undefined;
  /** Signal to the container's first process: 15, 9 … PID 1 ignores what it does not handle, except 9 from outside. */
  kill(container: string, signal: number): void;
  /** Forgets a container and its writable layer. Volumes stay. */
  remove(container: string): void;
  /** Runs everything that happens up to and including `to`. */
  advance(to: Instant): Promise<void>;
  project(): Promise<Projection>;
  /** Ports on which containers listen now; `component` where a control plane component serves. */
  listeners(): readonly { container: string; port: number; address: string; component?: string }[];
  /** An HTTP request to whatever listens on the port. */
  exchange(port: number, request: HttpRequest): Promise<HttpResponse>;
  /** Starts a process beside the container's own; it runs with {@link Machine.advance}. Returns its handle. */
  exec(container: string, request: ExecRequest): string;
  /** Input of a process started by exec, or with the handle `stdin:<container>` of a container that keeps its standard input open. */
  execInput(handle: string, bytes: Uint8Array | 'eof'): void;
  execResult(handle: string): ExecResult;
  /** Output since the last call. */
  execOutput(handle: string): { channel: 'stdout' | 'stderr'; data: Uint8Array }[];
  /** Log lines of the current run, or the previous one; oldest first. `tail` asks for the last n only. */
  logs(container: string, options?: { previous?: boolean; tail?: number; since?: Instant }): Promise<LogLine[]>;
  readFile(container: string, path: string): Promise<Uint8Array | undefined>;
  /** The machine's state at `now`, to be kept. */
  snapshot(): MachineState;
  /** The same when the machine will only be asked, never changed again: where nothing can move in it, its own state without a copy. */
  lastSnapshot(): MachineState;
}
