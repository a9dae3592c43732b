// How errors are shown and what they exit with: kubectl's checkErr. The only file that words an error for the terminal.
import { DialError } from '../machinery/dialer.ts';
import { StatusError } from '../machinery/status.ts';
import { FlagError } from './flags/parse.ts';
import { KubectlError } from './verb.ts';

export interface Shown {
  text: string;
  exitCode: number;
}

/** What stderr gets for an error that ends the command. */
export function showError(error: unknown, program: string, command: string, debug = false): Shown {
  const shown = shownError(error, program, command);
  const stack = debug && error instanceof Error ? `${error.stack ?? ''}\n` : '';
  return { text: stack + (shown.text === '' || shown.text.endsWith('\n') ? shown.text : `${shown.text}\n`), exitCode: shown.exitCode };
}

function shownError(error: unknown, program: string, command: string): Shown {
  const typed = command ? `${program} ${command}` : program;
  if (error instanceof FlagError) {
    const at = error.command ? `${program} ${error.command}` : program;
    return { text: `error: ${error.message}\nSee '${at} --help' for usage.`, exitCode: 1 };
  }
  if (error instanceof KubectlError) {
    const { exitCode = 1, bare = false, usage = false } = error.options;
    const hint = usage ? `\nSee '${typed} -h' for help and examples` : '';
    return { text: `${bare || error.message.startsWith('error: ') ? '' : 'error: '}${error.message}${hint}`, exitCode };
  }
  if (error instanceof StatusError && error.reason === 'Invalid') return { text: invalid(error), exitCode: 1 };
  if (error instanceof AggregateError)
    return {
      text: flatten(error)
        .map((one) => `${messageOf(one)}\n`)
        .join(''),
      exitCode: 1,
    };
  const standard = standardMessage(error);
  if (standard !== undefined) return { text: standard, exitCode: 1 };
  return { text: `error: ${messageOf(error)}`, exitCode: 1 };
}

/** `The Deployment "web" is invalid: …`; several causes stand in a list. */
function invalid(error: StatusError): string {
  const { details, message = '' } = error.status;
  if (!details) return `The request is invalid: ${message}`;
  const causes = [...new Set((details.causes ?? []).map((cause) => `${cause.field ?? ''}: ${cause.message}`))];
  let start = 'The request is invalid';
  if (details.kind || details.name) start = `The ${details.kind ?? ''} ${JSON.stringify(details.name ?? '')} is invalid`;
  else if (message && causes.length === 0) start = `The request is invalid: ${message}`;
  if (causes.length === 0) return start;
  if (causes.length === 1) return `${start}: ${causes[0]}`;
  return `${start}: \n${causes.map((cause) => `* ${cause}\n`).join('')}`;
}

/** The text of one error of several: as the server's if it is, else without any prefix. */
export function messageOf(error: unknown): string {
  return standardMessage(error) ?? (error instanceof Error ? error.message : String(error));
}

function standardMessage(error: unknown): string | undefined {
  if (error instanceof StatusError) {
    if (error.reason === 'Unauthorized') return `error: You must be logged in to the server (${error.message})`;
    return error.reason && error.reason !== 'Unknown'
      ? `Error from server (${error.reason}): ${error.message}`
      : `Error from server: ${error.message}`;
  }
  if (error instanceof DialError) {
    if (error.failure === 'refused')
      return `The connection to the server ${error.host}:${error.port} was refused - did you specify the right host or port?`;
    return `Unable to connect to the server: ${error.message}`;
  }
  return undefined;
}

const flatten = (error: AggregateError): unknown[] => error.errors.flatMap((one) => (one instanceof AggregateError ? flatten(one) : [one]));
