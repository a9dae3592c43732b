// Network clients: nc, wget, curl, nslookup, dig, ping. They reach the world through the machine's dialer.
import type { HttpRequest } from '../../../machinery/http.ts';
import { fromBytes, toBytes } from '../bytes.ts';
import type { Program } from '../program.ts';
import type { HostAnswer, HostCall } from '../state.ts';
import type { Sys } from '../sys.ts';
import { options } from './options.ts';

/** A question whose answer may take its time: a connection that is never answered times out after `limit` ms. */
function askPatiently(sys: Sys, call: HostCall, limit: number): HostAnswer | undefined {
  const st = sys.p.st as { late?: { until: number; answer: HostAnswer } };
  if (st.late) {
    if (sys.now < st.late.until) {
      sys.sleepUntil(st.late.until);
      return undefined;
    }
    const { answer } = st.late;
    delete st.late;
    return answer;
  }
  const answer = sys.ask(call);
  if (!answer) return undefined;
  const wait = answer.failure === 'timeout' ? limit : answer.failure === 'no-route' ? Math.min(limit, 3000) : 0;
  if (wait === 0) return answer;
  st.late = { until: sys.now + wait, answer };
  sys.sleepUntil(st.late.until);
  return undefined;
}

const isAddress = (host: string): boolean => /^\d+\.\d+\.\d+\.\d+$/.test(host) || host.includes(':');

export const nc: Program = {
  run(sys) {
    const { flags, rest } = options(sys.args, 'wpqs');
    if (flags.l) {
      listen(sys, Number(flags.p ?? rest.at(-1) ?? 0), flags);
      return;
    }
    const [host = '', port = ''] = rest;
    if (host === '' || port === '') {
      sys.err(
        sys.gnu
          ? 'usage: nc [-46CDdFhklNnrStUuvZz] [destination] [port]\n'
          : 'BusyBox v1.37.0 () multi-call binary.\n\nUsage: nc [OPTIONS] HOST PORT  - connect\nnc [OPTIONS] -l -p PORT [HOST] [PORT]  - listen\n',
      );
      sys.exit(1);
      return;
    }
    const st = sys.state<{ open: string; sent: string }>();
    if (st.open === undefined) {
      const answer = askPatiently(
        sys,
        { do: 'connect', host, port: Number(port) },
        flags.w === undefined ? 127_000 : Number(flags.w) * 1000,
      );
      if (!answer) return;
      if (answer.failure) {
        const address = answer.address ?? host;
        if (answer.failure === 'no-such-host')
          sys.err(sys.gnu ? `nc: getaddrinfo for host "${host}" port ${port}: Name or service not known\n` : `nc: bad address '${host}'\n`);
        else {
          const why =
            answer.failure === 'refused'
              ? 'Connection refused'
              : answer.failure === 'timeout'
                ? sys.gnu
                  ? 'Operation timed out'
                  : 'Connection timed out'
                : 'Host is unreachable';
          if (sys.gnu) {
            if (flags.v) sys.err(`nc: connect to ${host} (${address}) port ${port} (tcp) failed: ${why}\n`);
          } else if (!(answer.failure === 'timeout' && flags.w !== undefined)) sys.err(`nc: ${host} (${address}:${port}): ${why}\n`);
          else sys.err('nc: timed out\n');
        }
        sys.exit(1);
        return;
      }
      st.open = answer.address ?? host;
      if (flags.v)
        sys.err(sys.gnu ? `Connection to ${host} (${st.open}) ${port} port [tcp/*] succeeded!\n` : `${host} (${st.open}:${port}) open\n`);
      if (flags.z) {
        sys.exit(0);
        return;
      }
    }
    const input = sys.input([]);
    if (!input) return;
    const lines = input.text.split(/\r?\n/);
    const request = /^([A-Z]+) (\S+)(?: HTTP\/1\.\d)?$/.exec(lines[0] ?? '');
    if (!request) {
      sys.exit(0);
      return;
    }
    const headers = Object.fromEntries(
      lines
        .slice(1)
        .filter((l) => l.includes(':'))
        .map((l) => [l.slice(0, l.indexOf(':')).trim(), l.slice(l.indexOf(':') + 1).trim()]),
    );
    const answer = sys.ask({
      do: 'exchange',
      host,
      port: Number(port),
      request: { method: request[1] ?? 'GET', path: request[2] ?? '/', host: headers.Host ?? host, headers, body: '' },
    });
    if (!answer) return;
    const response = answer.response;
    if (response)
      sys.out(
        `HTTP/1.1 ${response.status} ${response.reason}\r\n${Object.entries(response.headers)
          .map(([n, v]) => `${n}: ${v}\r\n`)
          .join('')}\r\n${toBytes(response.body)}`,
      );
    sys.exit(0);
  },
  serve(sys, request) {
    const st = sys.state<{ listening: boolean; served: string; reply: string }>();
    const head = `${request.method} ${request.path} HTTP/1.1\r\nHost: ${request.host}\r\n${Object.entries(request.headers)
      .map(([n, v]) => `${n}: ${v}\r\n`)
      .join('')}\r\n`;
    sys.out(toBytes(head + request.body));
    const input = sys.kernel.read(sys.p, 0);
    const reply = typeof input === 'object' && 'data' in input ? fromBytes(input.data) : '';
    const m = /^HTTP\/1\.\d (\d+) ?([^\r\n]*)\r?\n(?:([\s\S]*?)\r?\n)??\r?\n([\s\S]*)$/.exec(reply);
    if (!options(sys.args, 'wpqs').flags.k) {
      st.served = 'yes';
      sys.p.block = null;
    }
    if (!m) return { status: 502, reason: 'Bad Gateway', headers: {}, body: reply };
    const headers = Object.fromEntries(
      (m[3] ?? '')
        .split(/\r?\n/)
        .filter((l) => l.includes(':'))
        .map((l) => [l.slice(0, l.indexOf(':')).trim(), l.slice(l.indexOf(':') + 1).trim()]),
    );
    return { status: Number(m[1]), reason: m[2] || 'OK', headers, body: m[4] ?? '' };
  },
};

function listen(sys: Sys, port: number, flags: Record<string, string | true | undefined>): void {
  const st = sys.state<{ listening: boolean; served: string }>();
  if (st.served !== undefined) {
    sys.exit(0);
    return;
  }
  if (!st.listening) {
    if (!sys.kernel.listen(sys.p, port, '0.0.0.0')) {
      sys.err(sys.gnu ? 'nc: Address already in use\n' : 'nc: bind: Address already in use\n');
      sys.exit(1);
      return;
    }
    st.listening = true;
    if (flags.v) sys.err(sys.gnu ? `Listening on 0.0.0.0 ${port}\n` : `listening on 0.0.0.0:${port} ...\n`);
  }
  sys.forever();
}

interface Url {
  scheme: string;
  host: string;
  port: number;
  path: string;
}

function parseUrl(text: string): Url | undefined {
  const m = /^(?:(\w+):\/\/)?(\[[^\]]+\]|[^/:?]+)(?::(\d+))?([/?][^#]*)?/.exec(text);
  if (!m) return undefined;
  const scheme = (m[1] ?? 'http').toLowerCase();
  return {
    scheme,
    host: (m[2] ?? '').replace(/^\[|\]$/g, ''),
    port: m[3] ? Number(m[3]) : scheme === 'https' ? 443 : 80,
    path: m[4]?.startsWith('?') ? `/${m[4]}` : (m[4] ?? '/'),
  };
}

const hostHeader = (url: Url): string => (url.port === (url.scheme === 'https' ? 443 : 80) ? url.host : `${url.host}:${url.port}`);

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

function nameServer(sys: Sys): string {
  const text = sys.content('/etc/resolv.conf');
  return (typeof text === 'string' && /^nameserver\s+(\S+)/m.exec(text)?.[1]) || '10.96.0.10';
}

function searchList(sys: Sys): string[] {
  const text = sys.content('/etc/resolv.conf');
  return typeof text === 'string' ? (/^search\s+(.+)$/m.exec(text)?.[1]?.trim().split(/\s+/) ?? []) : [];
}

export const nslookup: Program = {
  run(sys) {
    const names = sys.args.filter((a) => !a.startsWith('-'));
    const name = names[0] ?? '';
    const server = names[1] && isAddress(names[1]) ? names[1] : nameServer(sys);
    const answer = sys.ask({ do: 'resolve', host: name });
    if (!answer) return;
    const full =
      name.includes('.svc.') || isAddress(name)
        ? name
        : answer.addresses && searchList(sys).length > 0
          ? qualified(name, searchList(sys))
          : name;
    if (sys.gnu) {
      sys.out(`Server:\t\t${server}\nAddress:\t${server}#53\n\n`);
      if (!answer.addresses) {
        sys.out(`** server can't find ${name}: NXDOMAIN\n\n`);
        sys.exit(1);
        return;
      }
      for (const address of answer.addresses) sys.out(`Name:\t${full}\nAddress: ${address}\n`);
      sys.out('\n');
      sys.exit(0);
      return;
    }
    sys.out(`Server:\t\t${server}\nAddress:\t${server}:53\n\n`);
    if (!answer.addresses) {
      sys.out(`** server can't find ${name}: NXDOMAIN\n\n`);
      sys.exit(1);
      return;
    }
    for (const address of answer.addresses) sys.out(`Name:\t${full}\nAddress: ${address}\n`);
    sys.out('\n');
    sys.exit(0);
  },
};

function qualified(name: string, search: string[]): string {
  const cluster = search.find((s) => s.startsWith('svc.'))?.slice(4) ?? 'cluster.local';
  const parts = name.split('.');
  if (parts.length === 1) return `${name}.${search[0] ?? ''}`.replace(/\.$/, '');
  if (parts.length === 2) return `${name}.svc.${cluster}`;
  return parts[2] === 'svc' && parts.length === 3 ? `${name}.${cluster}` : name;
}

export const dig: Program = {
  run(sys) {
    const short = sys.args.includes('+short');
    const name = sys.args.find((a) => !/^[-+@]/.test(a) && !/^(A|AAAA|SRV|ANY|CNAME|TXT|PTR)$/.test(a)) ?? '';
    const answer = sys.ask({ do: 'resolve', host: sys.args.includes('+search') ? name : name.includes('.') ? name : `${name}.` });
    if (!answer) return;
    const addresses = answer.addresses ?? [];
    if (short) sys.out(addresses.map((a) => `${a}\n`).join(''));
    else {
      sys.out(
        `\n; <<>> DiG 9.18 <<>> ${sys.args.join(' ')}\n;; global options: +cmd\n;; Got answer:\n;; ->>HEADER<<- opcode: QUERY, status: ${addresses.length > 0 ? 'NOERROR' : 'NXDOMAIN'}, id: 4242\n\n;; QUESTION SECTION:\n;${name}.\t\tIN\tA\n\n`,
      );
      if (addresses.length > 0) sys.out(`;; ANSWER SECTION:\n${addresses.map((a) => `${name}.\t30\tIN\tA\t${a}\n`).join('')}\n`);
      sys.out(`;; SERVER: ${nameServer(sys)}#53(${nameServer(sys)}) (UDP)\n`);
    }
    sys.exit(0);
  },
};

export const ping: Program = {
  run(sys) {
    const { flags, rest } = options(sys.args, 'cwWis');
    const host = rest[0] ?? '';
    const st = sys.state<{ address: string; sent: number; until: number; ok: boolean; asked: boolean }>();
    if (st.address === undefined) {
      if (isAddress(host)) st.address = host;
      else {
        const answer = sys.ask({ do: 'resolve', host });
        if (!answer) return;
        if (!answer.addresses?.[0]) {
          sys.err(sys.gnu ? `ping: ${host}: Name or service not known\n` : `ping: bad address '${host}'\n`);
          sys.exit(sys.gnu ? 2 : 1);
          return;
        }
        st.address = answer.addresses[0];
      }
      sys.out(`PING ${host} (${st.address}): 56 data bytes\n`);
      st.sent = 0;
    }
    if (st.ok === undefined) {
      const answer = sys.ask({ do: 'connect', host: st.address, port: 7 });
      if (!answer) return;
      st.ok = answer.failure === undefined || answer.failure === 'refused';
    }
    const count = flags.c === undefined ? Number.POSITIVE_INFINITY : Number(flags.c);
    if (st.until !== undefined && sys.now < st.until) {
      sys.sleepUntil(st.until);
      return;
    }
    const sent = st.sent ?? 0;
    if (sent >= count) {
      sys.out(
        `\n--- ${host} ping statistics ---\n${sent} packets transmitted, ${st.ok ? sent : 0} packets received, ${st.ok ? 0 : 100}% packet loss\n${st.ok ? 'round-trip min/avg/max = 0.061/0.070/0.093 ms\n' : ''}`,
      );
      sys.exit(st.ok ? 0 : 1);
      return;
    }
    if (st.ok) sys.out(`64 bytes from ${st.address}: seq=${sent} ttl=63 time=0.0${61 + (sent % 9)} ms\n`);
    st.sent = sent + 1;
    st.until = sys.now + (sent + 1 >= count ? (st.ok ? 0 : 10_000) : 1000);
    sys.sleepUntil(st.until);
  },
};
