// wget, as busybox and as GNU have it.
import type { HttpRequest } from '../../../machinery/http.ts';
import { fromBytes, toBytes } from '../bytes.ts';
import type { Program } from '../program.ts';
import { askPatiently } from './asking.ts';
import { options } from './options.ts';
import { hostHeader, parseUrl } from './url.ts';

export const wget: Program = {
  run(sys) {
    const long = sys.args.map((a) =>
      a
        .replace(/^--(spider|no-check-certificate|quiet)$/, (_, w: string) => (w === 'quiet' ? '-q' : `--${w}`))
        .replace(/^--timeout=/, '-T')
        .replace(/^--tries=/, '-t')
        .replace(/^--output-document=/, '-O')
        .replace(/^-qO-$/, '-qO-'),
    );
    const at = long.indexOf('--timeout');
    if (at >= 0) long.splice(at, 2, '-T', long[at + 1] ?? '0');
    const { flags, rest } = options(long, 'OTtUPY');
    const headers: Record<string, string> = { 'User-Agent': 'Wget' };
    for (const h of long.filter((a) => a.startsWith('--header='))) headers[h.slice(9, h.indexOf(':'))] = h.slice(h.indexOf(':') + 1).trim();
    const headerAt = long.indexOf('--header');
    if (headerAt >= 0) {
      const h = long[headerAt + 1] ?? '';
      headers[h.slice(0, h.indexOf(':'))] = h.slice(h.indexOf(':') + 1).trim();
    }
    const st = sys.state<{ url: string; hops: number }>();
    st.url ??= rest.find((r) => !r.includes(': ')) ?? '';
    const url = parseUrl(st.url);
    if (!url || st.url === '') {
      sys.err(
        sys.gnu
          ? 'wget: missing URL\nUsage: wget [OPTION]... [URL]...\n'
          : 'BusyBox v1.37.0 () multi-call binary.\n\nUsage: wget [-cqS] [--spider] [-O FILE] [-o LOGFILE] [--header STR]\n',
      );
      sys.exit(1);
      return;
    }
    const post = long.find((a) => a.startsWith('--post-data='))?.slice(12);
    const request: HttpRequest = {
      method: post === undefined ? 'GET' : 'POST',
      path: url.path,
      host: hostHeader(url),
      headers,
      body: fromBytes(post ?? ''),
    };
    const limit = flags.T === undefined ? 900_000 : Number(flags.T) * 1000;
    const quiet = flags.q !== undefined;
    const answer = askPatiently(sys, { do: 'exchange', host: url.host, port: url.port, request }, flags.T === undefined ? 127_000 : limit);
    if (!answer) return;
    const address = answer.address ?? url.host;
    if (answer.failure === 'no-such-host') {
      sys.err(`wget: bad address '${hostHeader(url)}'\n`);
      sys.exit(1);
      return;
    }
    if (!quiet) sys.err(`Connecting to ${hostHeader(url)} (${address}:${url.port})\n`);
    if (answer.failure || !answer.response) {
      const why =
        answer.failure === 'refused'
          ? `can't connect to remote host (${address}): Connection refused`
          : answer.failure === 'no-route'
            ? `can't connect to remote host (${address}): Host is unreachable`
            : answer.failure === 'timeout'
              ? flags.T === undefined
                ? `can't connect to remote host (${address}): Connection timed out`
                : 'download timed out'
              : 'error getting response: Connection reset by peer';
      sys.err(`wget: ${why}\n`);
      sys.exit(1);
      return;
    }
    const { response } = answer;
    const location = response.headers.Location ?? response.headers.location;
    if (response.status >= 300 && response.status < 400 && location && (st.hops ?? 0) < 10) {
      st.hops = (st.hops ?? 0) + 1;
      st.url = location.startsWith('/') ? `${url.scheme}://${hostHeader(url)}${location}` : location;
      wget.run(sys);
      return;
    }
    if (flags.S)
      sys.err(
        `  HTTP/1.1 ${response.status} ${response.reason}\n${Object.entries(response.headers)
          .map(([n, v]) => `  ${n}: ${v}\n`)
          .join('')}  \n`,
      );
    if (response.status >= 400) {
      sys.err(`wget: server returned error: HTTP/1.1 ${response.status} ${response.reason}\n`);
      sys.exit(1);
      return;
    }
    const body = toBytes(response.body);
    if (flags['--spider']) {
      if (!quiet) sys.err('remote file exists\n');
      sys.exit(0);
      return;
    }
    const target = flags.O === undefined ? url.path.split('?')[0]?.split('/').pop() || 'index.html' : String(flags.O);
    if (target === '-') {
      if (!quiet) sys.err('writing to stdout\n');
      sys.out(body);
      if (!quiet)
        sys.err(
          `-                    100% |********************************| ${String(body.length).padStart(5)}  0:00:00 ETA\nwritten to stdout\n`,
        );
    } else {
      const error = sys.writeFile(target, body);
      if (error) {
        sys.err(`wget: can't open '${target}': ${sys.errorText(error)}\n`);
        sys.exit(1);
        return;
      }
      if (!quiet)
        sys.err(
          `saving to '${target}'\n${target.padEnd(20)} 100% |********************************| ${String(body.length).padStart(5)}  0:00:00 ETA\n'${target}' saved\n`,
        );
    }
    sys.exit(0);
  },
};
