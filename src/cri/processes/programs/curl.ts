// curl: its commonest options.
import type { HttpRequest } from '../../../machinery/http.ts';
import { fromBytes, toBytes } from '../bytes.ts';
import type { Program } from '../program.ts';
import { askPatiently } from './asking.ts';
import { options } from './options.ts';
import { hostHeader, parseUrl } from './url.ts';

const CURL_LONG: Record<string, string> = {
  '--silent': '-s',
  '--show-error': '-S',
  '--output': '-o',
  '--head': '-I',
  '--include': '-i',
  '--location': '-L',
  '--request': '-X',
  '--data': '-d',
  '--header': '-H',
  '--max-time': '-m',
  '--insecure': '-k',
  '--fail': '-f',
  '--verbose': '-v',
  '--write-out': '-w',
  '--user': '-u',
  '--user-agent': '-A',
  '--data-raw': '-d',
  '--data-binary': '-d',
  '--get': '-G',
};

export const curl: Program = {
  run(sys) {
    const spelled = sys.args.flatMap((a) => {
      const name = a.split('=')[0] ?? '';
      return CURL_LONG[name]
        ? a.includes('=') && a.startsWith('--')
          ? [CURL_LONG[name] ?? '', a.slice(name.length + 1)]
          : [CURL_LONG[a] ?? a]
        : [a];
    });
    const args: string[] = [];
    const valued: Record<string, string> = {};
    for (let i = 0; i < spelled.length; i++) {
      const arg = spelled[i] ?? '';
      if (/^--(connect-timeout|resolve|cacert|cert|key|retry|retry-delay|retry-max-time|max-redirs|interface|connect-to)$/.test(arg))
        valued[arg] = spelled[++i] ?? '';
      else args.push(arg);
    }
    const { flags, rest } = options(args, 'oXdHmwuAeTb');
    const st = sys.state<{ url: string; hops: number; since: number }>();
    st.url ??= rest[0] ?? '';
    st.since ??= sys.now;
    const silent = flags.s !== undefined && flags.S === undefined;
    const complain = (code: number, text: string): void => {
      if (!silent) sys.err(`curl: (${code}) ${text}\n`);
      if (flags.w !== undefined) sys.out(writeOut(String(flags.w), 0, 0));
      sys.exit(code);
    };
    if (st.url === '') {
      sys.err("curl: try 'curl --help' or 'curl --manual' for more information\n");
      sys.exit(2);
      return;
    }
    const url = parseUrl(st.url);
    if (!url) return complain(3, 'URL rejected: Malformed input to a URL function');
    if (url.scheme !== 'http' && url.scheme !== 'https') return complain(1, `Protocol "${url.scheme}" not supported`);
    const headers: Record<string, string> = { 'User-Agent': 'curl/8.15.0', Accept: '*/*' };
    for (const h of typeof flags.H === 'string' ? flags.H.split('\n') : [])
      headers[h.slice(0, h.indexOf(':'))] = h.slice(h.indexOf(':') + 1).trim();
    const data = typeof flags.d === 'string' ? flags.d.split('\n').join('&') : undefined;
    if (data !== undefined && headers['Content-Type'] === undefined) headers['Content-Type'] = 'application/x-www-form-urlencoded';
    const method = flags.X !== undefined ? String(flags.X) : flags.I ? 'HEAD' : data !== undefined && !flags.G ? 'POST' : 'GET';
    const host = headers.Host ?? hostHeader(url);
    const request: HttpRequest = { method, path: url.path, host, headers, body: fromBytes(data ?? '') };
    const seconds = flags.m ?? valued['--connect-timeout'];
    const answer = askPatiently(
      sys,
      { do: 'exchange', host: url.host, port: url.port, request },
      seconds === undefined ? 130_000 : Number(seconds) * 1000,
    );
    if (!answer) return;
    const elapsed = sys.now - st.since;
    if (answer.failure === 'no-such-host') return complain(6, `Could not resolve host: ${url.host}`);
    if (answer.failure === 'refused' || answer.failure === 'no-route')
      return complain(7, `Failed to connect to ${url.host} port ${url.port} after ${elapsed} ms: Could not connect to server`);
    if (answer.failure === 'timeout')
      return complain(
        28,
        seconds === undefined
          ? `Failed to connect to ${url.host} port ${url.port} after ${elapsed} ms: Could not connect to server`
          : `Connection timed out after ${elapsed} milliseconds`,
      );
    if (answer.failure || !answer.response) return complain(52, 'Empty reply from server');
    const { response } = answer;
    const location = response.headers.Location ?? response.headers.location;
    if (flags.L && response.status >= 300 && response.status < 400 && location && (st.hops ?? 0) < 30) {
      st.hops = (st.hops ?? 0) + 1;
      st.url = location.startsWith('/') ? `${url.scheme}://${hostHeader(url)}${location}` : location;
      curl.run(sys);
      return;
    }
    if (flags.f && response.status >= 400) return complain(22, `The requested URL returned error: ${response.status}`);
    const body = toBytes(response.body);
    if (flags.v)
      sys.err(
        `* Connected to ${url.host} (${answer.address ?? ''}) port ${url.port}\n> ${method} ${url.path} HTTP/1.1\n> Host: ${host}\n${Object.entries(
          headers,
        )
          .map(([n, v]) => `> ${n}: ${v}\n`)
          .join('')}> \n< HTTP/1.1 ${response.status} ${response.reason}\n${Object.entries(response.headers)
          .map(([n, v]) => `< ${n}: ${v}\n`)
          .join('')}< \n`,
      );
    const head =
      flags.I || flags.i
        ? `HTTP/1.1 ${response.status} ${response.reason}\r\n${Object.entries(response.headers)
            .map(([n, v]) => `${n}: ${v}\r\n`)
            .join('')}\r\n`
        : '';
    const text = head + (flags.I ? '' : body);
    const target = flags.O ? (url.path.split('/').pop() ?? 'index.html') : flags.o;
    if (typeof target === 'string' && target !== '-') {
      if (target !== '/dev/null') {
        const error = sys.writeFile(target, text);
        if (error) return complain(23, 'Failure writing output to destination');
      }
    } else sys.out(text);
    if (flags.w !== undefined) sys.out(writeOut(String(flags.w), response.status, body.length));
    sys.exit(0);
  },
};

function writeOut(format: string, status: number, size: number): string {
  return format
    .replace(
      /%\{(\w+)\}/g,
      (_, name: string) =>
        ({
          http_code: String(status).padStart(3, '0'),
          response_code: String(status).padStart(3, '0'),
          size_download: String(size),
          time_total: '0.001234',
        })[name] ?? '',
    )
    .replace(/\\n/g, '\n')
    .replace(/\\t/g, '\t');
}
