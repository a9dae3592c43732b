// Web servers other than nginx: http-echo, httpd, python -m http.server.
import type { HttpRequest, HttpResponse } from '../../../machinery/http.ts';
import { fromBytes } from '../bytes.ts';
import { isErrno } from '../files.ts';
import type { Program } from '../program.ts';
import type { Sys } from '../sys.ts';
import { option, server, text } from './server.ts';

export const httpEcho = server((sys) => {
  const listen = option(sys, '-listen', '--listen') ?? ':5678';
  const port = Number(listen.split(':').pop());
  const words = option(sys, '-text', '--text') ?? '';
  return {
    ports: [{ port }],
    refuse: () => (words === '' ? { err: 'Missing -text option!\n', code: 127 } : undefined),
    start: () => ({ out: `${sys.date('%Y/%m/%d %H:%M:%S')} [INFO] server is listening on ${listen}\n` }),
    stop: (_, signal) => ({
      out: `${sys.date('%Y/%m/%d %H:%M:%S')} [INFO] server shutting down: ${signal === 2 ? 'interrupt' : 'terminated'}\n`,
    }),
    serve: (_, request) => {
      sys.out(
        `${sys.date('%Y/%m/%d %H:%M:%S')} ${request.host} ${sys.kernel.host.podIP}:40000 "${request.method} ${request.path} HTTP/1.1" 200 ${words.length + 1} "${request.headers['User-Agent'] ?? ''}" 12.5µs\n`.replace(
          'µ',
          '\xc2\xb5',
        ),
      );
      return {
        ...text(`${fromBytes(words)}\n`),
        headers: { 'X-App-Name': 'http-echo', 'X-App-Version': '1.0.0', 'Content-Type': 'text/plain; charset=utf-8' },
      };
    },
  };
});

export const httpd = server((sys) => {
  const name = sys.kernel.host.podIP;
  const stamp = (level: string): string =>
    `[${sys.date('%a %b %d %H:%M:%S')}.000000 ${sys.date('%Y')}] [${level}] [pid ${sys.p.pid}:tid ${sys.p.pid}]`;
  const warn = `AH00558: httpd: Could not reliably determine the server's fully qualified domain name, using ${name}. Set the 'ServerName' directive globally to suppress this message\n`;
  const config = sys.content('/usr/local/apache2/conf/httpd.conf');
  const port = Number((typeof config === 'string' && /^Listen\s+(?:[\d.]+:)?(\d+)/m.exec(config)?.[1]) || 80);
  const root = (typeof config === 'string' && /^DocumentRoot\s+"?([^"\s]+)/m.exec(config)?.[1]) || '/usr/local/apache2/htdocs';
  return {
    ports: [{ port }],
    start: () => ({
      err: `${warn}${warn}${stamp('mpm_event:notice')} AH00489: Apache/2.4.65 (Unix) configured -- resuming normal operations\n${stamp('core:notice')} AH00094: Command line: 'httpd -D FOREGROUND'\n`,
    }),
    taken: (p) => ({
      err: `${warn}(98)Address already in use: AH00072: make_sock: could not bind to address [::]:${p}\n(98)Address already in use: AH00072: make_sock: could not bind to address 0.0.0.0:${p}\nno listening sockets available, shutting down\nAH00015: Unable to open logs\n`,
      code: 1,
    }),
    stop: () => ({ err: `${stamp('mpm_event:notice')} AH00491: caught SIGTERM, shutting down\n` }),
    serve: (_, request) =>
      files(
        sys,
        root,
        request,
        (status, size) =>
          sys.out(
            `${request.headers['X-Client-Address'] ?? name} - - [${sys.date('%d/%b/%Y:%H:%M:%S +0000')}] "${request.method} ${request.path} HTTP/1.1" ${status} ${size}\n`,
          ),
        'Apache/2.4.65 (Unix)',
      ),
  };
});

/** Static files below a directory. */
function files(
  sys: Sys,
  root: string,
  request: HttpRequest,
  log: (status: number, size: number) => void,
  name: string,
  listing = false,
): HttpResponse {
  const [path = '/'] = request.path.split('?');
  const base = root + decodeURIComponent(path);
  const stat = sys.stat(base);
  const directory = !isErrno(stat) && stat.t === 'd';
  const content = sys.content(directory ? `${base.replace(/\/$/, '')}/index.html` : base);
  const send = (status: number, body: string, type: string): HttpResponse => {
    log(status, Buffer.byteLength(body));
    return {
      ...text(request.method === 'HEAD' ? '' : body, type, status),
      headers: { Server: name, 'Content-Type': type, 'Content-Length': String(Buffer.byteLength(body)) },
    };
  };
  if (typeof content === 'string') return send(200, fromBytes(content), /\.html?$/.test(base) || directory ? 'text/html' : 'text/plain');
  if (directory && listing) {
    const names = sys.list(base);
    const rows = isErrno(names) ? '' : names.map((n) => `<li><a href="${n}">${n}</a></li>\n`).join('');
    return send(
      200,
      `<!DOCTYPE HTML>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>Directory listing for ${path}</title>\n</head>\n<body>\n<h1>Directory listing for ${path}</h1>\n<hr>\n<ul>\n${rows}</ul>\n<hr>\n</body>\n</html>\n`,
      'text/html; charset=utf-8',
    );
  }
  return send(
    404,
    '<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">\n<html><head>\n<title>404 Not Found</title>\n</head><body>\n<h1>Not Found</h1>\n<p>The requested URL was not found on this server.</p>\n</body></html>\n',
    'text/html; charset=iso-8859-1',
  );
}

export const python: Program = (() => {
  const http = server((sys) => {
    const port = Number(sys.args.slice(2).find((a) => /^\d+$/.test(a)) ?? 8000);
    const root = option(sys, '--directory', '-d') ?? sys.p.cwd;
    return {
      ports: [{ port }],
      start: () => ({ out: `Serving HTTP on 0.0.0.0 port ${port} (http://0.0.0.0:${port}/) ...\n` }),
      exitCode: (signal) => (signal === 2 ? 0 : 128 + signal),
      serve: (_, request) =>
        files(
          sys,
          root,
          request,
          (status) =>
            sys.err(
              `${sys.kernel.host.podIP} - - [${sys.date('%d/%b/%Y %H:%M:%S')}] "${request.method} ${request.path} HTTP/1.1" ${status} -\n`,
            ),
          'SimpleHTTP/0.6 Python/3.13.9',
          true,
        ),
    };
  });
  return {
    ...http,
    run(sys) {
      if (sys.args[0] === '-m' && sys.args[1] === 'http.server') return http.run(sys);
      if (sys.args[0] === '--version' || sys.args[0] === '-V') {
        sys.out('Python 3.13.9\n');
        sys.exit(0);
        return;
      }
      const script = sys.args.find((a) => !a.startsWith('-'));
      if (sys.args.length === 0) {
        sys.exit(0);
        return;
      }
      if (script !== undefined && sys.args[0] !== '-c' && typeof sys.content(script) !== 'string') {
        sys.err(`python3: can't open file '${sys.path(script)}': [Errno 2] No such file or directory\n`);
        sys.exit(2);
        return;
      }
      sys.err('python3: Python programs are not simulated; `python3 -m http.server` is\n');
      sys.exit(1);
    },
    signals: { 2: (sys) => http.signals?.[2]?.(sys) },
  };
})();
