// Who takes turns at a served cluster: a request, the command line that it belongs to, and what it waits for.
import type { Duration, Instant } from '../../machinery/clock.ts';
import type { ApiRequest } from '../../machinery/http.ts';
import type { CommandMark } from '../../state/format.ts';

/** What a request says about the command line it belongs to: kubectl tells both. */
export interface Origin {
  session?: string;
  /** `kubectl wait` */
  command?: string;
  /** Our own command line, over the Unix socket: time passes for it as it would without `serve`. */
  isOwn?: boolean;
}

/** A command line, or a request that belongs to none. */
export interface Command {
  /** Time that has been skipped for it. */
  skipped: Duration;
  own?: OwnCommand;
}

/** A command line of our own. */
export interface OwnCommand {
  /** As typed, for `kubemu cluster undo`. */
  line: string | undefined;
  /** What it is called in the file, once it has changed something. */
  mark?: CommandMark;
  /** It has changed something at clock `max`, whose consequences come when it ends or waits. */
  holds: boolean;
  /** Waiting without a limit at clock `max`, it follows processes this far. */
  patience: Instant;
  /** What it has been told of. */
  revision: number;
  stirs: number;
}

/** Somebody who takes turns. */
export interface Caller {
  /** What may move time at clock `max` while this one waits. */
  patience: 'none' | 'lively' | 'any';
  /** Only changes of API objects concern it. */
  isWatch: boolean;
  /** Nobody waits for it any more. */
  gone: boolean;
  command: Command;
  /** Resolves when the piece of input that it waits for is there. */
  input?: Promise<void> | undefined;
  /** Ends its wait for input. */
  leave?: (() => void) | undefined;
}

export interface Waiter {
  caller: Caller;
  revision: number;
  stirs: number;
  end: Instant | undefined;
  wake(): void;
}

/** Commands that end when something has happened, however long that takes. */
const WAITS = /^kubectl (wait|rollout|delete|drain|run|replace|apply|debug)\b/;

export function callerOf(request: ApiRequest, { command: words = '' }: Origin, command: Command): Caller {
  const isStream = /\/(exec|attach|portforward|log)$/.test(request.path);
  return {
    isWatch: !isStream,
    patience: WAITS.test(words) ? 'any' : isStream ? 'lively' : 'none',
    gone: false,
    command,
  };
}

/** Requests that may change the cluster. An exec runs a process, so it does too, whatever its method. */
export function changes(request: ApiRequest): boolean {
  if (/\/(exec|attach|portforward)$|\/proxy(\/|$)/.test(request.path)) return true;
  return request.method !== 'GET' && request.query?.dryRun === undefined;
}
