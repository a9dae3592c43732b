// Plays the secure serving of kube-apiserver: HTTP/1.1 over TLS on loopback, and plain HTTP where that is asked for.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { DialError } from '../../machinery/dialer.ts';
import type { ApiRequest, ApiResponse, Credentials } from '../../machinery/http.ts';
import { failure, StatusError } from '../../machinery/status.ts';
import type { KeyPair } from './certificates.ts';
import { bodyOf, requestOf } from './request.ts';
import { checkAcceptable, respond, respondError } from './response.ts';

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
  tls?: { server: KeyPair; authority: string };
  /** Something that should never happen. */
  report(problem: string): void;
}

export interface Listener {
  port: number;
  /** Takes no more connections, and ends those that are left once their requests have been answered. */
  close(): Promise<void>;
}

const ADMIN: Credentials = { certificate: { commonName: 'kubernetes-admin', organizations: ['system:masters'] } };
/** How long connections may take to end, in wall-clock milliseconds. */
const FAREWELL = 500;

export async function listen(options: ListenerOptions): Promise<Listener> {
  const { tls } = options;
  const serve = (message: IncomingMessage, reply: ServerResponse): void => void answer(options, message, reply);
  const server: Server = tls
    ? createSecureServer(
        {
          key: tls.server.key,
          cert: `${tls.server.certificate}\n${tls.authority}`,
          ca: tls.authority,
          requestCert: true,
          rejectUnauthorized: false,
          ALPNProtocols: ['http/1.1'],
        },
        serve,
      )
    : createServer(serve);
  server.requestTimeout = 60_000;
  server.on('upgrade', (message: IncomingMessage, socket, head: Buffer) => {
    void import('./upgrade.ts').then(({ upgrade }) => upgrade(options, adminOf(options), message, socket, head));
  });
  server.on('clientError', (_error, socket) => {
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
    else socket.destroy();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.address, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
        void import('../../machinery/clock.ts').then(({ wallSleep }) => wallSleep(FAREWELL)).then(() => server.closeAllConnections());
      }),
  };
}

const adminOf = ({ tls }: ListenerOptions): Credentials | undefined => (tls ? undefined : ADMIN);

async function answer(options: ListenerOptions, message: IncomingMessage, reply: ServerResponse): Promise<void> {
  try {
    checkAcceptable(message);
    const request = requestOf(message, adminOf(options));
    const body = request.method === 'GET' ? undefined : await bodyOf(message);
    const response = await options.backend(body === undefined ? request : { ...request, body }, originOf(message));
    await respond(message, reply, response);
  } catch (error) {
    if (reply.headersSent || error instanceof DialError) {
      if (!(error instanceof DialError)) options.report(stackOf(error));
      message.socket.destroy(); // nobody listens on port 6443 of the control plane
      return;
    }
    if (!(error instanceof StatusError)) options.report(stackOf(error));
    if (!message.complete) reply.setHeader('Connection', 'close');
    await respondError(message, reply, asStatus(error)).catch(() => message.socket.destroy());
  }
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
