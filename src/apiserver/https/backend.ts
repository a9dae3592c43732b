// What all ways of listening share: where requests go, and what is made of errors.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ApiRequest, ApiResponse } from '../../machinery/http.ts';
import { failure, StatusError } from '../../machinery/status.ts';
import type { KeyPair } from '../keys/root.ts';

/** What kubectl says of the command that a request belongs to. */
export interface Origin {
  session?: string;
  command?: string;
}

export type Backend = (request: ApiRequest, origin: Origin) => Promise<ApiResponse>;

export interface ListenerOptions {
  backend: Backend;
  address: string;
  /** 0 for any that is free. */
  port: number;
  /** Without it: plain HTTP, and everybody is the administrator. */
  tls?: { server: KeyPair; authority: string; clientAuthority?: string | undefined };
  /** A Unix socket in place of address and port. `own` answers what our own command line asks there. */
  socket?: { path: string; header: string; maxHeaders: number; own(message: IncomingMessage, reply: ServerResponse): Promise<void> };
  /** How long a request's head may take, and all of it, and how often that is looked after; in wall-clock milliseconds. */
  patience?: { head: number; request: number; check: number };
  /** Something that should never happen. */
  report(problem: string): void;
}

export function originOf({ headers }: IncomingMessage): Origin {
  const { 'kubectl-session': session, 'kubectl-command': command } = headers;
  return { ...(typeof session === 'string' ? { session } : {}), ...(typeof command === 'string' ? { command } : {}) };
}

export function asStatus(error: unknown): StatusError {
  if (error instanceof StatusError) return error;
  const why = error instanceof Error ? error.message : String(error);
  return failure(500, 'InternalError', `Internal error occurred: ${why}`, { causes: [{ message: why }] });
}

export const stackOf = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));
