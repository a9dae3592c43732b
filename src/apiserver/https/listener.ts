// Plays the secure serving of kube-apiserver: HTTP/1.1 over TLS on loopback, and plain HTTP where that is asked for, or on a Unix socket.
import { chmodSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { wallSleep } from '../../machinery/clock.ts';
import { DialError } from '../../machinery/dialer.ts';
import type { Credentials } from '../../machinery/http.ts';
import { badRequest, StatusError } from '../../machinery/status.ts';
import { asStatus, type ListenerOptions, originOf, stackOf } from './backend.ts';
import { bodyOf, requestOf } from './request.ts';
import { checkAcceptable, respond, respondError } from './response.ts';

export type { ListenerOptions } from './backend.ts';

export interface Listener {
  port: number;
  /** Lets nobody connect for the time being, and drops who is: kube-apiserver does not run. */
  suspend(): void;
  /** Listens again on the same port. */
  resume(): void;
  /** Takes no more connections, and ends those that are left once their requests have been answered. */
  close(): Promise<void>;
}

const ADMIN: Credentials = { certificate: { commonName: 'kubernetes-admin', organizations: ['system:masters'] } };
/** Longer than clients keep connections that they do not use: they end them, and no request runs into an end of ours. */
const KEEP_ALIVE = 180_000;
/** As http.Server's DefaultMaxHeaderBytes. */
const MOST_HEADERS = 1024 * 1024;
/** kube-apiserver's ReadHeaderTimeout and request timeout. */
const PATIENCE = { head: 32_000, request: 60_000, check: 5_000 };
/** A connection at whose other end nobody is any more is found out after this, and ends. */
const PROBE = 15_000;
/** How long connections may take to end, in wall-clock milliseconds. */
const FAREWELL = 500;

/** What is no HTTP, or comes too slowly, is answered in plain text, as Go's server does. */
const MISTAKES: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

export async function listen(options: ListenerOptions): Promise<Listener> {
  const { tls, socket, report, patience = PATIENCE } = options;
  const serve = (message: IncomingMessage, reply: ServerResponse): void =>
    void (socket && message.headers[socket.header] ? socket.own(message, reply) : answer(options, message, reply));
  const common = {
    maxHeaderSize: socket?.maxHeaders ?? MOST_HEADERS,
    headersTimeout: patience.head,
    requestTimeout: socket ? 0 : patience.request, // what our own command line sends lasts as long as somebody types
    keepAliveTimeout: socket ? 0 : KEEP_ALIVE,
    connectionsCheckingInterval: patience.check,
    keepAlive: !socket,
    keepAliveInitialDelay: PROBE,
  };
  const server: Server = tls
    ? createSecureServer(
        {
          ...common,
          handshakeTimeout: patience.head,
          key: tls.server.key,
          cert: `${tls.server.certificate}\n${tls.authority}`,
          ca: [tls.authority, ...(tls.clientAuthority ? [tls.clientAuthority] : [])],
          requestCert: true,
          rejectUnauthorized: false,
          ALPNProtocols: ['http/1.1'],
        },
        serve,
      )
    : createServer(common, serve);
  server.on('upgrade', (message: IncomingMessage, socket, head: Buffer) => {
    void import('./upgrade.ts').then(({ upgrade }) => upgrade(options, adminOf(options), message, socket, head));
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const text = MISTAKES[error.code ?? ''] ?? '400 Bad Request';
    if (!socket.writable) return socket.destroy();
    socket.end(`HTTP/1.1 ${text}\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n${text}`, () => socket.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    if (socket) listenPrivately(server, socket.path, resolve);
    else server.listen(options.port, options.address, resolve);
  });
  const port = socket ? 0 : (server.address() as AddressInfo).port;
  let state: 'open' | 'suspended' | 'closed' = 'open';
  return {
    port,
    suspend() {
      if (state !== 'open') return;
      state = 'suspended';
      server.close();
      server.closeAllConnections();
    },
    resume() {
      if (state !== 'suspended') return;
      state = 'open';
      server.once('error', (error) => report(`cannot listen on port ${port} again: ${error.message}`));
      server.listen(port, options.address);
    },
    async close() {
      const wasOpen = state === 'open';
      state = 'closed';
      if (!wasOpen) return;
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      server.closeIdleConnections();
      void wallSleep(FAREWELL).then(() => server.closeAllConnections());
      await closed;
    },
  };
}

/** Only who may read the state file may connect. Whoever left a socket there is dead: we hold the lock. */
function listenPrivately(server: Server, path: string, done: () => void): void {
  rmSync(path, { force: true });
  server.listen(path, done);
  chmodSync(path, 0o600);
}

const adminOf = ({ tls }: Pick<ListenerOptions, 'tls'>): Credentials | undefined => (tls ? undefined : ADMIN);

/** Answers one request that came over HTTP. */
export async function answer(
  options: Pick<ListenerOptions, 'backend' | 'report' | 'tls'>,
  message: IncomingMessage,
  reply: ServerResponse,
): Promise<void> {
  try {
    checkAcceptable(message);
    const request = requestOf(message, adminOf(options));
    if (request.auditID) reply.setHeader('Audit-Id', request.auditID);
    if (/\/pods\/[^/]+\/(exec|attach|portforward)$/.test(request.path)) throw badRequest('Upgrade request required');
    const body = request.method === 'GET' ? undefined : await bodyOf(message);
    const response = await options.backend(body === undefined ? request : { ...request, body }, originOf(message));
    await respond(message, reply, response);
  } catch (error) {
    if (reply.headersSent || error instanceof DialError) {
      if (!(error instanceof DialError)) options.report(stackOf(error));
      message.socket.destroy(); // nobody listens on port 6443 of the control plane
      return;
    }
    if (isGone(error)) return;
    if (!(error instanceof StatusError)) options.report(stackOf(error));
    if (!message.complete) reply.setHeader('Connection', 'close');
    await respondError(message, reply, asStatus(error)).catch(() => message.socket.destroy());
  }
}

/** Whoever asked has gone in the middle of the body. */
const isGone = (error: unknown): boolean => error instanceof Error && (error as NodeJS.ErrnoException).code === 'ECONNRESET';
