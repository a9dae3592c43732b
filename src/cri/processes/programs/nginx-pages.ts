// How nginx answers a request: which server, which location, a file, a redirect, or another server's answer.
import type { HttpRequest, HttpResponse } from '../../../machinery/http.ts';
import { fromBytes } from '../bytes.ts';
import { isErrno } from '../files.ts';
import { exchangeOutside } from '../host-calls.ts';
import type { Sys } from '../sys.ts';
import type { Directive, Server } from './nginx-configuration.ts';
import { configuration } from './nginx-configuration.ts';

export const NGINX_VERSION = '1.29.1';
/** The times of its error log. */
export const ERROR_TIME = '%Y/%m/%d %H:%M:%S';

const TYPES: Record<string, string> = {
  html: 'text/html',
  htm: 'text/html',
  txt: 'text/plain',
  css: 'text/css',
  js: 'application/javascript',
  json: 'application/json',
  svg: 'image/svg+xml',
  png: 'image/png',
  xml: 'text/xml',
};
const REASONS: Record<number, string> = {
  200: 'OK',
  201: 'Created',
  204: 'No Content',
  301: 'Moved Permanently',
  302: 'Found',
  304: 'Not Modified',
  307: 'Temporary Redirect',
  308: 'Permanent Redirect',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Not Allowed',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Temporarily Unavailable',
  504: 'Gateway Time-out',
};

export function errorPage(status: number, server = `nginx/${NGINX_VERSION}`): string {
  const title = `${status} ${REASONS[status] ?? ''}`;
  return `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>${server}</center>\r\n</body>\r\n</html>\r\n`;
}

export async function serve(sys: Sys, request: HttpRequest, port: number): Promise<HttpResponse> {
  const { servers, upstreams } = configuration(sys, '/etc/nginx/nginx.conf');
  const candidates = servers.filter((s) => s.ports.includes(port));
  const host = request.host.replace(/:\d+$/, '');
  const server = candidates.find((s) => s.names.includes(host)) ?? candidates[0];
  const [path = '/'] = request.path.split('?');
  const answer = server ? await route(sys, server, upstreams, request, decodeURIComponent(path)) : reply(404, errorPage(404));
  answer.headers = {
    Server: `nginx/${NGINX_VERSION}`,
    Date: sys.date('%a, %d %b %Y %H:%M:%S GMT'),
    'Content-Length': String(Buffer.byteLength(answer.body)),
    Connection: 'keep-alive',
    ...answer.headers,
  };
  const { body } = answer;
  sys.out(
    `${request.headers['X-Client-Address'] ?? '127.0.0.1'} - - [${sys.date('%d/%b/%Y:%H:%M:%S +0000')}] "${request.method} ${request.path} HTTP/1.1" ${answer.status} ${Buffer.byteLength(body)} "-" "${request.headers['User-Agent'] ?? request.headers['user-agent'] ?? '-'}" "-"\n`,
  );
  return request.method === 'HEAD' ? { ...answer, body: '' } : answer;
}

const reply = (
  status: number,
  body: string,
  headers: Record<string, string> = {},
): { status: number; reason: string; headers: Record<string, string>; body: string } => ({
  status,
  reason: REASONS[status] ?? '',
  headers: { 'Content-Type': 'text/html', ...headers },
  body,
});

async function route(
  sys: Sys,
  server: Server,
  upstreams: Record<string, string[]>,
  request: HttpRequest,
  path: string,
): Promise<ReturnType<typeof reply>> {
  const locations = server.body.filter((b) => b.name === 'location');
  const uriOf = (l: Directive): [string, string] => (l.args.length > 1 ? [l.args[0] ?? '', l.args[1] ?? ''] : ['', l.args[0] ?? '']);
  const exact = locations.find((l) => uriOf(l)[0] === '=' && uriOf(l)[1] === path);
  const prefixes = locations
    .filter((l) => ['', '^~'].includes(uriOf(l)[0]) && path.startsWith(uriOf(l)[1]))
    .sort((a, b) => uriOf(b)[1].length - uriOf(a)[1].length);
  const regexp =
    prefixes[0] && uriOf(prefixes[0])[0] === '^~'
      ? undefined
      : locations.find((l) => /^~\*?$/.test(uriOf(l)[0]) && new RegExp(uriOf(l)[1], uriOf(l)[0] === '~*' ? 'i' : '').test(path));
  const location = exact ?? regexp ?? prefixes[0];
  const body = location?.body ?? [];
  const find = (name: string): Directive | undefined => body.find((b) => b.name === name) ?? server.body.find((b) => b.name === name);
  const variables = (text: string): string =>
    text.replace(
      /\$(\w+)|\$\{(\w+)\}/g,
      (_, a?: string, b?: string) =>
        ({
          hostname: sys.kernel.host.hostname,
          host: request.host.replace(/:\d+$/, ''),
          http_host: request.host,
          uri: path,
          request_uri: request.path,
          remote_addr: request.headers['X-Client-Address'] ?? '127.0.0.1',
          server_addr: sys.kernel.host.podIP,
          server_port: String(server.ports[0]),
          scheme: 'http',
          request_method: request.method,
        })[a ?? b ?? ''] ?? '',
    );
  const extra: Record<string, string> = {};
  for (const d of [...server.body, ...body]) if (d.name === 'add_header') extra[d.args[0] ?? ''] = variables(d.args[1] ?? '');
  const returned = body.find((b) => b.name === 'return') ?? server.body.find((b) => b.name === 'return');
  if (returned) {
    const [code = '200', text] = /^\d+$/.test(returned.args[0] ?? '') ? returned.args : ['302', returned.args[0]];
    const status = Number(code);
    if (status >= 300 && status < 400 && text !== undefined)
      return reply(status, errorPage(status), { Location: variables(text), ...extra });
    if (text === undefined) return reply(status, status < 300 ? '' : errorPage(status), extra);
    return reply(status, fromBytes(variables(text)), { 'Content-Type': find('default_type')?.args[0] ?? 'text/plain', ...extra });
  }
  const pass = body.find((b) => b.name === 'proxy_pass');
  if (pass) return proxy(sys, variables(pass.args[0] ?? ''), upstreams, request, location ? uriOf(location)[1] : '/');
  if (body.some((b) => b.name === 'stub_status'))
    return reply(200, 'Active connections: 1 \nserver accepts handled requests\n 1 1 1 \nReading: 0 Writing: 1 Waiting: 0 \n', {
      'Content-Type': 'text/plain',
    });
  const alias = body.find((b) => b.name === 'alias')?.args[0];
  const root = find('root')?.args[0] ?? '/etc/nginx/html';
  const base =
    alias !== undefined && location
      ? alias + path.slice(uriOf(location)[1].length)
      : (root.startsWith('/') ? root : `/etc/nginx/${root}`) + path;
  const indexes = find('index')?.args ?? ['index.html'];
  const open = (file: string): string | undefined => {
    const text = sys.content(file);
    return typeof text === 'string' ? text : undefined;
  };
  const send = (file: string, text: string): ReturnType<typeof reply> =>
    reply(200, fromBytes(text), {
      'Content-Type': TYPES[file.split('.').pop() ?? ''] ?? find('default_type')?.args[0] ?? 'application/octet-stream',
      ...extra,
    });
  const stat = sys.stat(base);
  if (!isErrno(stat) && stat.t === 'd') {
    if (!path.endsWith('/')) return reply(301, errorPage(301), { Location: `http://${request.host}${path}/` });
    for (const name of indexes) {
      const text = open(`${base.replace(/\/$/, '')}/${name}`);
      if (text !== undefined) return send(name, text);
    }
    logError(sys, request, `directory index of "${base}" is forbidden`);
    return reply(403, errorPage(403));
  }
  const text = open(base);
  if (text !== undefined) return send(base, text);
  const fallback = body.find((b) => b.name === 'try_files')?.args.at(-1);
  if (fallback?.startsWith('/')) {
    const other = open(root + variables(fallback));
    if (other !== undefined) return send(fallback, other);
  }
  if (stat === 'EACCES') return reply(403, errorPage(403));
  logError(sys, request, `open() "${base}" failed (2: No such file or directory)`);
  return reply(404, errorPage(404));
}

function logError(sys: Sys, request: HttpRequest, text: string): void {
  const client = request.headers['X-Client-Address'] ?? '127.0.0.1';
  sys.err(
    `${sys.date(ERROR_TIME)} [error] ${sys.p.pid + 28}#${sys.p.pid + 28}: *1 ${text}, client: ${client}, server: localhost, request: "${request.method} ${request.path} HTTP/1.1", host: "${request.host}"\n`,
  );
}

async function proxy(
  sys: Sys,
  target: string,
  upstreams: Record<string, string[]>,
  request: HttpRequest,
  prefix: string,
): Promise<ReturnType<typeof reply>> {
  const m = /^(https?):\/\/([^/:]+)(?::(\d+))?(\/.*)?$/.exec(target);
  if (!m) return reply(500, errorPage(500));
  const members = upstreams[m[2] ?? ''];
  const [host = '', port] = (members ? (members[0] ?? '') : `${m[2]}:${m[3] ?? (m[1] === 'https' ? 443 : 80)}`).split(':');
  const path = m[4] === undefined ? request.path : m[4] + request.path.slice(prefix.length);
  const inner: HttpRequest = { ...request, path, host: m[2] ?? host };
  const local = sys.kernel.s.listening.find((l) => l.port === Number(port ?? 80));
  const process = local && (host === 'localhost' || host === '127.0.0.1') ? sys.kernel.process(local.c, local.pid) : undefined;
  const program = process && sys.kernel.programs[process.prog];
  if (process && program?.serve) {
    const answer = await program.serve(sys.kernel.sys(process), inner, Number(port ?? 80));
    return { ...answer, headers: { ...answer.headers } };
  }
  const { failure, response } = await exchangeOutside(sys.kernel, host, Number(port ?? 80), inner);
  if (response) return { ...response, headers: { ...response.headers } };
  const status = failure === 'timeout' ? 504 : 502;
  if (failure !== 'reset')
    logError(
      sys,
      request,
      `connect() failed (${failure === 'refused' ? '111: Connection refused' : failure === 'timeout' ? '110: Connection timed out' : '113: Host is unreachable'}) while connecting to upstream`,
    );
  return reply(status, errorPage(status));
}
