// `proxy`: the API as plain HTTP on this computer, as the command line's user.
import { existsSync, rmSync, statSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import type { Backend, Filter } from '../../client/api-proxy.ts';
import type { LocalContext } from '../context.ts';
import { interrupted } from '../interrupted.ts';
import { defineVerb, KubectlError, type VerbContext } from '../verb.ts';

export const proxy = defineVerb({
  short: 'Serve the API as plain HTTP on this computer',
  long: 'Whoever asks the proxy asks the API server as you: no certificates, no tokens. Ends with Ctrl-C.',
  examples: [
    { about: 'On port 8001', command: 'kubectl proxy' },
    { about: 'On any free port, which is printed', command: 'kubectl proxy --port=0' },
    { about: 'With the files of a folder under /my-files/', command: 'kubectl proxy --www=my-files --www-prefix=/my-files/' },
    { about: 'The API below a path of its own', command: 'kubectl proxy --api-prefix=/k8s-api' },
  ],
  flags: {
    'accept-hosts': 'Expressions for hosts that the proxy answers to.',
    'accept-paths': 'Expressions for paths that it passes on.',
    address: 'The address of this computer to listen on.',
    'api-prefix': 'The path under which the API is.',
    'append-server-path': 'Put the path of the server in the kubeconfig before every path.',
    'disable-filter': 'Pass on everything. Not for a port that others can reach.',
    keepalive: 'How long connections are kept that are not used; 0 for the default.',
    port: 'The port to listen on; 0 for any that is free.',
    'reject-methods': 'Expressions for methods that it refuses.',
    'reject-paths': 'Expressions for paths that it refuses, even if they are accepted.',
    'unix-socket': 'A Unix socket to listen on, in place of address and port.',
    www: 'A folder whose files are served too.',
    'www-prefix': 'The path under which they are.',
  },
  async run(context) {
    const { flags, cwd } = context;
    const { io, connection } = context as LocalContext;
    if (flags.int('port') !== 8001 && flags.string('unix-socket'))
      throw new KubectlError('cannot set --unix-socket and --port at the same time');
    await connection();
    const folder = flags.string('www') && resolve(cwd, flags.string('www'));
    if (folder && !(existsSync(folder) && statSync(folder).isDirectory())) {
      throw new KubectlError(
        existsSync(folder) ? `static file directory ${folder} is not a directory` : `stat ${folder}: no such file or directory`,
      );
    }
    if (flags.bool('disable-filter') && !flags.string('unix-socket')) {
      io.stderr('Request filter disabled, your proxy is vulnerable to XSRF attacks, please be cautious\n');
    }
    const { apiProxy } = await import('../../client/api-proxy.ts');
    const server = apiProxy({
      backend: backend(context as LocalContext),
      ...(flags.bool('disable-filter') ? {} : { filter: filterOf(context) }),
      apiPrefix: slashed(flags.string('api-prefix')),
      ...(folder ? { files: { folder, prefix: slashed(flags.string('www-prefix')) } } : {}),
      report: (problem) => io.stderr(`${problem.split('\n')[0]}\n`),
    });
    const keepalive = flags.duration('keepalive');
    if (keepalive > 0) server.keepAliveTimeout = keepalive;
    const where = await listen(server, context);
    io.stdout(`Starting to serve on ${where}\n`);
    await interrupted();
    server.close();
    server.closeAllConnections();
    return 0;
  },
});

/** Each request is a command of its own; one that streams lasts as long as somebody reads. */
const backend =
  ({ afresh }: LocalContext): Backend =>
  async (request) => {
    const { client, close } = await afresh();
    let lasts = false;
    try {
      const response = await client.request(request);
      const { events, stream } = response;
      lasts = events !== undefined || stream !== undefined;
      return {
        ...response,
        ...(events ? { events: closing(events, close) } : {}),
        ...(stream ? { stream: closing(stream, close) } : {}),
      };
    } finally {
      if (!lasts) await close();
    }
  };

async function* closing<T>(pieces: AsyncIterable<T>, close: () => Promise<void>): AsyncGenerator<T> {
  try {
    yield* pieces;
  } finally {
    await close();
  }
}

function filterOf({ flags }: VerbContext): Filter {
  const expressions = (name: string): RegExp[] =>
    flags
      .string(name)
      .split(',')
      .filter((text) => text !== '')
      .map((text) => {
        try {
          return new RegExp(text);
        } catch {
          throw new KubectlError(`error parsing regexp in --${name}: ${JSON.stringify(text)}`);
        }
      });
  return {
    acceptHosts: expressions('accept-hosts'),
    acceptPaths: expressions('accept-paths'),
    rejectPaths: expressions('reject-paths'),
    rejectMethods: expressions('reject-methods'),
  };
}

const slashed = (prefix: string): string => `/${prefix.split('/').filter(Boolean).join('/')}/`.replace('//', '/');

function listen(server: Server, { flags, cwd }: VerbContext): Promise<string> {
  const socket = flags.string('unix-socket');
  return new Promise((done, fail) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const at = socket || `${flags.string('address')}:${flags.int('port')}`;
      const why = { EADDRINUSE: 'bind: address already in use', EACCES: 'bind: permission denied' }[error.code ?? ''];
      fail(new KubectlError(`listen ${socket ? 'unix' : 'tcp'} ${at}: ${why ?? error.message}`));
    });
    if (socket) {
      const path = resolve(cwd, socket);
      if (existsSync(path) && statSync(path).isSocket()) rmSync(path);
      server.listen(path, () => done(socket));
      return;
    }
    server.listen(flags.int('port'), flags.string('address'), () => {
      const { address, port, family } = server.address() as AddressInfo;
      done(family === 'IPv6' ? `[${address}]:${port}` : `${address}:${port}`);
    });
  });
}
