// nginx's configuration language: directives, includes, and what they make of servers. Directives that mean nothing here are accepted
// unread; what is none is refused in nginx's words.

import { isErrno } from '../files.ts';
import { matches } from '../shell/pattern.ts';
import type { Sys } from '../sys.ts';

export interface Directive {
  name: string;
  args: readonly string[];
  body?: readonly Directive[];
  file: string;
  line: number;
}

export class ConfigError extends Error {}

/** What happens on one server and port. */
export interface Server {
  ports: number[];
  names: readonly string[];
  body: Directive[];
}

const TOKEN = /"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|([;{}])|#[^\n]*|([^\s;{}"'#][^\s;{}]*)|\n/g;

/** Many servers read the same few files. Nobody changes what they say; includes are still to be followed. */
const read = new Map<string, readonly Directive[]>();

function directivesOf(sys: Sys, file: string, text: string): readonly Directive[] {
  const key = `${file}\n${text}`;
  let directives = read.get(key);
  if (!directives) {
    directives = parse(file, text);
    if (read.size >= 32) read.clear();
    read.set(key, directives);
  }
  return included(sys, directives);
}

/** With what they include in its place. */
function included(sys: Sys, directives: readonly Directive[]): readonly Directive[] {
  if (!directives.some(({ name, body }) => name === 'include' || body)) return directives;
  return directives.flatMap((directive) => {
    if (directive.name === 'include' && !directive.body) return include(sys, directive.args[0] ?? '');
    return directive.body ? [{ ...directive, body: included(sys, directive.body) }] : [directive];
  });
}

function parse(file: string, text: string): Directive[] {
  const tokens = [...text.matchAll(TOKEN)];
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
      out.push({ name, args, file, line: startLine });
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

/** Files whose names fit the pattern behind the last slash. */
function matching(sys: Sys, path: string): string[] {
  const dir = path.slice(0, path.lastIndexOf('/'));
  const names = sys.list(dir);
  if (isErrno(names)) return [];
  const pattern = path.slice(dir.length + 1);
  return names.filter((name) => !name.startsWith('.') && matches(pattern, name)).map((name) => `${dir}/${name}`);
}

function include(sys: Sys, pattern: string): readonly Directive[] {
  const path = pattern.startsWith('/') ? pattern : `/etc/nginx/${pattern}`;
  if (path.endsWith('mime.types') || path.endsWith('_params')) return [];
  return (path.includes('*') ? matching(sys, path) : [path]).flatMap((file) => {
    const text = sys.content(file);
    if (typeof text !== 'string') {
      if (text.error === 'EISDIR') return [];
      throw new ConfigError(
        `open() "${file}" failed (${text.error === 'EACCES' ? '13: Permission denied' : '2: No such file or directory'}) in /etc/nginx/nginx.conf:1`,
      );
    }
    return directivesOf(sys, file, text);
  });
}

export function configuration(sys: Sys, file: string): { servers: Server[]; upstreams: Record<string, string[]> } {
  const text = sys.content(file);
  if (typeof text !== 'string') throw new ConfigError(`open() "${file}" failed (2: No such file or directory)`);
  const root = directivesOf(sys, file, text);
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
