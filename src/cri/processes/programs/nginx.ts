// nginx as the official image runs it: the entrypoint's lines, master and workers, a small part of its configuration language
// (listen, server_name, root, index, location, return, proxy_pass, alias, add_header, try_files). Other directives are accepted unread.

import type { HttpRequest, HttpResponse } from '../../../machinery/http.ts';
import { fromBytes, toBytes } from '../bytes.ts';
import { isErrno } from '../files.ts';
import { exchangeOutside } from '../host-calls.ts';
import type { Program } from '../program.ts';
import type { Sys } from '../sys.ts';

interface Directive {
  name: string;
  args: string[];
  body?: Directive[];
  file: string;
  line: number;
}

class ConfigError extends Error {}

export const NGINX_VERSION = '1.29.1';

/** What happens on one server and port. */
interface Server {
  ports: number[];
  names: string[];
  body: Directive[];
}

const TOKEN = /"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|([;{}])|#[^\n]*|([^\s;{}"'#][^\s;{}]*)|\n/g;

/** Many servers read the same few files. */
const read = new Map<string, readonly RegExpMatchArray[]>();

function tokensOf(text: string): readonly RegExpMatchArray[] {
  let tokens = read.get(text);
  if (!tokens) {
    tokens = [...text.matchAll(TOKEN)];
    if (read.size >= 32) read.clear();
    read.set(text, tokens);
  }
  return tokens;
}

function tokenize(sys: Sys, file: string, text: string): Directive[] {
  const tokens = tokensOf(text);
  let at = 0;
  let line = 1;
  const block = (depth: number): Directive[] => {
    const out: Directive[] = [];
    let words: string[] = [];
    let startLine = line;
    for (; at < tokens.length; at++) {
      const token = tokens[at];
      if (!token) break;
      if (token[0] === '\n') {
        line++;
        continue;
      }
      if (token[0].startsWith('#')) continue;
      const punctuation = token[3];
      if (punctuation === undefined) {
        if (words.length === 0) startLine = line;
        words.push(token[1] ?? token[2] ?? token[4] ?? '');
        continue;
      }
      const [name, ...args] = words;
      if (punctuation === '}') {
        if (depth === 0 || name !== undefined) throw new ConfigError(`unexpected "}" in ${file}:${line}`);
        return out;
      }
      if (name === undefined) throw new ConfigError(`unexpected "${punctuation}" in ${file}:${line}`);
      words = [];
      if (!DIRECTIVES.has(name) && !name.startsWith('$')) {
        if (!insideMap) throw new ConfigError(`unknown directive "${name}" in ${file}:${startLine}`);
      }
      if (punctuation === '{') {
        at++;
        const wasMap = insideMap;
        insideMap = wasMap || ['map', 'types', 'geo', 'split_clients'].includes(name);
        const body = block(depth + 1);
        insideMap = wasMap;
        out.push({ name, args, body, file, line: startLine });
        continue;
      }
      if (name === 'include') out.push(...include(sys, args[0] ?? ''));
      else out.push({ name, args, file, line: startLine });
    }
    if (depth > 0) throw new ConfigError(`unexpected end of file, expecting "}" in ${file}:${line}`);
    if (words.length > 0) throw new ConfigError(`unexpected end of file, expecting ";" or "}" in ${file}:${line}`);
    return out;
  };
  let insideMap = false;
  return block(0);
}

const DIRECTIVES = new Set(
  `user worker_processes worker_rlimit_nofile error_log pid events worker_connections multi_accept use http include default_type log_format access_log sendfile tcp_nopush tcp_nodelay
  keepalive_timeout keepalive_requests gzip gzip_types gzip_vary gzip_proxied gzip_min_length gzip_comp_level server listen server_name root index location return rewrite proxy_pass proxy_set_header proxy_http_version proxy_redirect
  proxy_read_timeout proxy_connect_timeout proxy_send_timeout proxy_buffering proxy_cache proxy_cache_path proxy_cache_valid proxy_ssl_verify proxy_pass_header proxy_hide_header proxy_buffer_size proxy_buffers proxy_next_upstream
  upstream least_conn ip_hash hash keepalive alias add_header try_files error_page expires autoindex deny allow auth_basic auth_basic_user_file
  client_max_body_size client_body_buffer_size client_header_timeout client_body_timeout send_timeout ssl_certificate ssl_certificate_key ssl_protocols ssl_ciphers ssl_prefer_server_ciphers ssl_session_cache ssl_session_timeout ssl_session_tickets ssl_dhparam ssl
  server_tokens stub_status if set map types geo resolver resolver_timeout internal break charset daemon stream large_client_header_buffers types_hash_max_size server_names_hash_bucket_size
  map_hash_bucket_size limit_req limit_req_zone limit_conn limit_conn_zone real_ip_header set_real_ip_from sub_filter sub_filter_once mirror auth_request fastcgi_pass fastcgi_param fastcgi_index fastcgi_split_path_info uwsgi_pass
  grpc_pass http2 http3 etag if_modified_since open_file_cache open_file_cache_valid log_not_found reset_timedout_connection load_module working_directory env worker_shutdown_timeout split_clients client_body_temp_path proxy_temp_path fastcgi_temp_path
  uwsgi_temp_path scgi_temp_path absolute_redirect port_in_redirect merge_slashes underscores_in_headers ignore_invalid_headers satisfy recursive_error_pages chunked_transfer_encoding output_buffers postpone_output directio aio
  zone state random ssl_preread proxy_protocol proxy_timeout mp4 flv dav_methods js_import js_content perl_modules xslt_types error_log master_process thread_pool timer_resolution variables_hash_max_size variables_hash_bucket_size`.split(
    /\s+/,
  ),
);

function include(sys: Sys, pattern: string): Directive[] {
  const path = pattern.startsWith('/') ? pattern : `/etc/nginx/${pattern}`;
  if (path.endsWith('mime.types') || path.endsWith('_params')) return [];
  const dir = path.slice(0, path.lastIndexOf('/'));
  const files = path.includes('*')
    ? ((names) =>
        isErrno(names)
          ? []
          : names
              .filter(
                (n) =>
                  !n.startsWith('.') &&
                  new RegExp(
                    `^${path
                      .slice(dir.length + 1)
                      .replace(/\./g, '\\.')
                      .replace(/\*/g, '.*')}$`,
                  ).test(n),
              )
              .map((n) => `${dir}/${n}`))(sys.list(dir))
    : [path];
  return files.flatMap((file) => {
    const text = sys.content(file);
    if (typeof text !== 'string') {
      if (text.error === 'EISDIR') return [];
      throw new ConfigError(
        `open() "${file}" failed (${text.error === 'EACCES' ? '13: Permission denied' : '2: No such file or directory'}) in /etc/nginx/nginx.conf:1`,
      );
    }
    return tokenize(sys, file, text);
  });
}

function configuration(sys: Sys, file: string): { servers: Server[]; upstreams: Record<string, string[]> } {
  const text = sys.content(file);
  if (typeof text !== 'string') throw new ConfigError(`open() "${file}" failed (2: No such file or directory)`);
  const root = tokenize(sys, file, text);
  if (!root.some((d) => d.name === 'events')) throw new ConfigError('no "events" section in configuration');
  const http = root.find((d) => d.name === 'http')?.body ?? [];
  const upstreams: Record<string, string[]> = {};
  for (const d of http)
    if (d.name === 'upstream') upstreams[d.args[0] ?? ''] = (d.body ?? []).filter((s) => s.name === 'server').map((s) => s.args[0] ?? '');
  const inherited = http.filter((d) => ['root', 'index', 'add_header'].includes(d.name));
  const servers = http
    .filter((d) => d.name === 'server')
    .map((d): Server => {
      const body = [...inherited, ...(d.body ?? [])];
      const listens = (d.body ?? []).filter((l) => l.name === 'listen');
      const ports = listens.map((l) => {
        const port = Number(/(\d+)$/.exec(l.args[0] ?? '')?.[1] ?? 80);
        if (/^[\d.]+$/.test(l.args[0] ?? '') && (l.args[0] ?? '').includes('.') && !(l.args[0] ?? '').includes(':')) return 80;
        return port;
      });
      return { ports: [...new Set(ports.length > 0 ? ports : [80])], names: body.find((b) => b.name === 'server_name')?.args ?? [], body };
    });
  for (const server of servers) {
    for (const location of server.body.filter((b) => b.name === 'location')) {
      for (const pass of (location.body ?? []).filter((b) => b.name === 'proxy_pass')) {
        const host = /^https?:\/\/([^/:$]+)/.exec(pass.args[0] ?? '')?.[1];
        if (host && !upstreams[host] && !/^[\d.]+$/.test(host) && host !== 'localhost') toResolve(sys, host, pass);
      }
    }
  }
  for (const [name, members] of Object.entries(upstreams)) {
    if (members.length === 0)
      throw new ConfigError(
        `no servers are inside upstream in ${http.find((d) => d.name === 'upstream' && d.args[0] === name)?.file}:${http.find((d) => d.name === 'upstream' && d.args[0] === name)?.line}`,
      );
  }
  return { servers, upstreams };
}

/** Names in proxy_pass must resolve at the start. */
function toResolve(sys: Sys, host: string, pass: Directive): void {
  const { dialer, netns } = sys.kernel.host;
  const { addresses, reads } = dialer.resolve(netns, host);
  for (const read of reads) sys.kernel.reads.add(read);
  if (addresses.length === 0) throw new ConfigError(`host not found in upstream "${host}" in ${pass.file}:${pass.line}`);
}

interface NginxState {
  phase: 'bind' | 'serving' | 'stop';
  tries: number;
  until: number;
  title: string;
  workers: number;
}

const ERROR_TIME = '%Y/%m/%d %H:%M:%S';

export const nginx: Program = {
  run(sys) {
    const st = sys.state<NginxState>();
    const args = sys.args;
    if (args.includes('-v') || args.includes('-V')) {
      sys.err(`nginx version: nginx/${NGINX_VERSION}\n`);
      sys.exit(0);
      return;
    }
    if (st.title === 'nginx: worker process') {
      sys.forever();
      return;
    }
    const file = args.includes('-c') ? (args[args.indexOf('-c') + 1] ?? '') : '/etc/nginx/nginx.conf';
    if (args.includes('-s')) {
      controlMaster(sys, args[args.indexOf('-s') + 1] ?? '');
      return;
    }
    if (st.phase === 'serving') {
      sys.forever();
      return;
    }
    const log = (level: string, text: string): void => sys.err(`${sys.date(ERROR_TIME)} [${level}] ${sys.p.pid}#${sys.p.pid}: ${text}\n`);
    let ports: number[];
    try {
      ports = [...new Set(configuration(sys, file).servers.flatMap((s) => s.ports))];
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      sys.err(`${sys.date(ERROR_TIME)} [emerg] ${sys.p.pid}#${sys.p.pid}: ${error.message}\nnginx: [emerg] ${error.message}\n`);
      if (args.includes('-t')) sys.err(`nginx: configuration file ${file} test failed\n`);
      sys.exit(1);
      return;
    }
    if (args.includes('-t')) {
      sys.err(`nginx: the configuration file ${file} syntax is ok\nnginx: configuration file ${file} test is successful\n`);
      sys.exit(0);
      return;
    }
    const taken = ports.find((port) => sys.kernel.s.listening.some((l) => l.port === port && !(l.c === sys.p.c && l.pid === sys.p.pid)));
    if (taken !== undefined) {
      st.tries = (st.tries ?? 0) + 1;
      const text = `bind() to 0.0.0.0:${taken} failed (98: Address already in use)`;
      log('emerg', text);
      sys.err(`nginx: [emerg] ${text}\n`);
      if (st.tries < 5) {
        log('notice', 'try again to bind() after 500ms');
        sys.sleepUntil(sys.now + 500);
        return;
      }
      log('emerg', 'still could not bind()');
      sys.err('nginx: [emerg] still could not bind()\n');
      sys.exit(1);
      return;
    }
    for (const port of ports) sys.kernel.listen(sys.p, port, '0.0.0.0');
    log('notice', 'using the "epoll" event method');
    log('notice', `nginx/${NGINX_VERSION}`);
    log('notice', 'built by gcc 12.2.0 (Debian 12.2.0-14+deb12u1)');
    log('notice', 'OS: Linux 6.8.0-45-generic');
    log('notice', 'getrlimit(RLIMIT_NOFILE): 1048576:1048576');
    log('notice', 'start worker processes');
    st.phase = 'serving';
    sys.p.st.title = `nginx: master process ${sys.p.argv.join(' ')}`;
    for (let i = 0; i < 2; i++) {
      const worker = sys.kernel.fork(sys.p, { st: { title: 'nginx: worker process' } });
      log('notice', `start worker process ${worker.pid}`);
    }
    sys.forever();
  },
  signals: {
    15: (sys) => stop(sys, 'SIGTERM', 15),
    2: (sys) => stop(sys, 'SIGINT', 2),
    3: (sys) => stop(sys, 'SIGQUIT', 3),
    1: (sys) => {
      if (sys.p.st.phase !== 'serving') return;
      sys.err(`${sys.date(ERROR_TIME)} [notice] ${sys.p.pid}#${sys.p.pid}: signal 1 (SIGHUP) received, reconfiguring\n`);
      try {
        configuration(sys, '/etc/nginx/nginx.conf');
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        sys.err(`${sys.date(ERROR_TIME)} [emerg] ${sys.p.pid}#${sys.p.pid}: ${error.message}\n`);
      }
    },
    28: () => undefined,
    17: () => undefined,
  },
  serve: (sys, request, port) => serve(sys, request, port),
};

function stop(sys: Sys, name: string, signal: number): void {
  const { p } = sys;
  if (p.st.title === 'nginx: worker process') {
    sys.exit(0);
    return;
  }
  const log = (text: string): void => sys.err(`${sys.date(ERROR_TIME)} [notice] ${p.pid}#${p.pid}: ${text}\n`);
  log(`signal ${signal} (${name}) received${signal === 3 ? ', shutting down' : ', exiting'}`);
  for (const worker of sys.kernel.s.procs.filter((q) => q.c === p.c && q.ppid === p.pid)) {
    sys.kernel.exit(worker, 0);
    log(`worker process ${worker.pid} exited with code 0`);
  }
  log('exit');
  sys.exit(0);
}

function controlMaster(sys: Sys, what: string): void {
  const master = sys.kernel.s.procs.find((q) => q.c === sys.p.c && q.prog === 'nginx' && q.st.phase === 'serving');
  const signal = ({ stop: 15, quit: 3, reload: 1, reopen: 10 } as Record<string, number>)[what];
  if (!master || signal === undefined) {
    sys.err('nginx: [error] open() "/run/nginx.pid" failed (2: No such file or directory)\n');
    sys.exit(1);
    return;
  }
  sys.err(`${sys.date(ERROR_TIME)} [notice] ${sys.p.pid}#${sys.p.pid}: signal process started\n`);
  sys.kernel.signal(master, signal);
  sys.exit(0);
}

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

async function serve(sys: Sys, request: HttpRequest, port: number): Promise<HttpResponse> {
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

/** The lines that the official image's entrypoint prints before nginx itself. */
export function entrypointLines(sys: Sys): string {
  const writable = !sys.kernel.s.containers[sys.p.c]?.spec.readOnlyRootFilesystem && sys.p.uid === 0;
  return toBytes(
    `/docker-entrypoint.sh: /docker-entrypoint.d/ is not empty, will attempt to perform configuration\n/docker-entrypoint.sh: Looking for shell scripts in /docker-entrypoint.d/\n/docker-entrypoint.sh: Launching /docker-entrypoint.d/10-listen-on-ipv6-by-default.sh\n${writable ? '10-listen-on-ipv6-by-default.sh: info: Getting the checksum of /etc/nginx/conf.d/default.conf\n10-listen-on-ipv6-by-default.sh: info: Enabled listen on IPv6 in /etc/nginx/conf.d/default.conf\n' : '10-listen-on-ipv6-by-default.sh: info: can not modify /etc/nginx/conf.d/default.conf (read-only file system?)\n'}/docker-entrypoint.sh: Sourcing /docker-entrypoint.d/15-local-resolvers.envsh\n/docker-entrypoint.sh: Launching /docker-entrypoint.d/20-envsubst-on-templates.sh\n/docker-entrypoint.sh: Launching /docker-entrypoint.d/30-tune-worker-processes.sh\n/docker-entrypoint.sh: Configuration complete; ready for start up\n`,
  );
}
