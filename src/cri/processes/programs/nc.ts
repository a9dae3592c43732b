// nc: connections by hand, and a server for one of them.
import { fromBytes, toBytes } from '../bytes.ts';
import type { Program } from '../program.ts';
import type { Sys } from '../sys.ts';
import { askPatiently } from './asking.ts';
import { options } from './options.ts';

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
