// Plays kubectl's proxy server: plain HTTP on this computer for the API, as the command line's user, and files beside it. What its
// filter refuses it refuses as the real one does; exec and attach (which need an upgrade) it never passes on.
import { createReadStream, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { extname, join, normalize } from 'node:path';
import type { Backend } from '../apiserver/https/backend.ts';
import { answer } from '../apiserver/https/listener.ts';

export type { Backend };

export interface Filter {
  acceptHosts: readonly RegExp[];
  acceptPaths: readonly RegExp[];
  rejectPaths: readonly RegExp[];
  rejectMethods: readonly RegExp[];
}

export interface ApiProxyOptions {
  backend: Backend;
  /** Everything is let through without one. */
  filter?: Filter;
  /** `/`, or what comes before the API's own paths. */
  apiPrefix: string;
  /** A folder of files, and the path under which they are. */
  files?: { folder: string; prefix: string };
  report(problem: string): void;
}

export function apiProxy({ backend, filter, apiPrefix, files, report }: ApiProxyOptions): Server {
  const server = createServer((message, reply) => {
    const path = (message.url ?? '/').split('?', 1)[0] ?? '/';
    if (files && path.startsWith(files.prefix)) return sendFile(files.folder, path.slice(files.prefix.length), reply);
    if (filter && !accepts(filter, message, path)) return plain(reply, 403, 'Forbidden');
    if (!path.startsWith(apiPrefix)) return plain(reply, 404, '404 page not found');
    message.url = `/${(message.url ?? '/').slice(apiPrefix.length)}`;
    void answer({ backend, report }, message, reply);
  });
  server.on('upgrade', (_message, socket) => socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'));
  return server;
}

function accepts({ acceptHosts, acceptPaths, rejectPaths, rejectMethods }: Filter, message: IncomingMessage, path: string): boolean {
  const host = (message.headers.host ?? '').replace(/:\d+$/, '');
  const some = (list: readonly RegExp[], text: string): boolean => list.some((expression) => expression.test(text));
  if (some(rejectPaths, path) || some(rejectMethods, message.method ?? '')) return false;
  return some(acceptPaths, path) && some(acceptHosts, host);
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.txt': 'text/plain; charset=utf-8',
};

/** No name leads out of the folder. */
function sendFile(folder: string, name: string, reply: ServerResponse): void {
  const path = fileAt(folder, name);
  if (path === undefined) {
    plain(reply, 404, '404 page not found');
    return;
  }
  reply.writeHead(200, { 'Content-Type': TYPES[extname(path)] ?? 'application/octet-stream', 'Content-Length': statSync(path).size });
  createReadStream(path).pipe(reply);
}

function fileAt(folder: string, name: string): string | undefined {
  try {
    const path = join(folder, normalize(`/${decodeURIComponent(name)}`));
    const file = statSync(path).isDirectory() ? join(path, 'index.html') : path;
    return statSync(file).isFile() ? file : undefined;
  } catch {
    return undefined; // there is none, or no such name
  }
}

function plain(reply: ServerResponse, code: number, text: string): void {
  reply.writeHead(code, { 'Content-Type': 'text/plain; charset=utf-8', 'X-Content-Type-Options': 'nosniff' });
  reply.end(`${text}\n`);
}
