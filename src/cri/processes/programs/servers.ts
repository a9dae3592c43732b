// Servers other than nginx: they start, say a few lines, listen, and run until a signal stops them.
import type { HttpRequest, HttpResponse } from '../../../machinery/http.ts';
import { fromBytes } from '../bytes.ts';
import { isErrno } from '../files.ts';
import type { Program } from '../program.ts';
import type { Sys } from '../sys.ts';
import { replace } from './basic.ts';
import { entrypointLines } from './nginx.ts';

interface ServerPlan {
  ports: readonly { port: number; component?: string; address?: string }[];
  /** Lines of the start, and of the end. */
  start?: (sys: Sys) => { out?: string; err?: string };
  stop?: (sys: Sys, signal: number) => { out?: string; err?: string };
  /** What it says and exits with when a port is taken. */
  taken?: (port: number, sys: Sys) => { err?: string; out?: string; code: number };
  /** A reason not to start. */
  refuse?: (sys: Sys) => { err: string; code: number } | undefined;
  exitCode?: (signal: number) => number;
  serve?: Program['serve'];
  title?: string;
}

/** A server by its plan, which may depend on arguments and environment. */
function server(plan: (sys: Sys) => ServerPlan): Program {
  const stop =
    (signal: number) =>
    (sys: Sys): void => {
      const it = plan(sys);
      const last = it.stop?.(sys, signal);
      if (last?.out) sys.out(last.out);
      if (last?.err) sys.err(last.err);
      sys.exit(it.exitCode?.(signal) ?? 0);
    };
  const program: Program = {
    run(sys) {
      if (sys.p.st.serving) {
        sys.forever();
        return;
      }
      const it = plan(sys);
      const refusal = it.refuse?.(sys);
      if (refusal) {
        sys.err(refusal.err);
        sys.exit(refusal.code);
        return;
      }
      const lines = it.start?.(sys);
      const conflict = it.ports.find(({ port }) => sys.kernel.s.listening.some((l) => l.port === port));
      if (conflict) {
        const last = it.taken?.(conflict.port, sys) ?? {
          err: `${sys.name}: listen tcp :${conflict.port}: bind: address already in use\n`,
          code: 1,
        };
        if (last.out) sys.out(last.out);
        if (last.err) sys.err(last.err);
        sys.exit(last.code);
        return;
      }
      for (const { port, address, component } of it.ports) sys.kernel.listen(sys.p, port, address ?? '0.0.0.0', component);
      if (lines?.out) sys.out(lines.out);
      if (lines?.err) sys.err(lines.err);
      sys.p.st.serving = true;
      if (it.title) sys.p.st.title = it.title;
      sys.forever();
    },
    signals: { 15: stop(15), 2: stop(2), 3: stop(3) },
    serve: (sys, request, port) =>
      plan(sys).serve?.(sys, request, port) ?? { status: 200, reason: 'OK', headers: { 'Content-Type': 'text/plain' }, body: '' },
  };
  return program;
}

const option = (sys: Sys, ...names: string[]): string | undefined => {
  for (const name of names) {
    const i = sys.args.findIndex((a) => a === name || a.startsWith(`${name}=`));
    const found = sys.args[i];
    if (found !== undefined) return found.includes('=') ? found.slice(found.indexOf('=') + 1) : sys.args[i + 1];
  }
  return undefined;
};

const text = (body: string, type = 'text/plain; charset=utf-8', status = 200): HttpResponse => ({
  status,
  reason: status === 200 ? 'OK' : 'Not Found',
  headers: { 'Content-Type': type, 'Content-Length': String(Buffer.byteLength(body)) },
  body,
});

// --- web ---

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

// --- data stores ---

export const redis = server((sys) => {
  const port = Number(option(sys, '--port') ?? 6379);
  const line = (mark: string, words: string): string => `${sys.p.pid}:M ${sys.date('%d %b %Y %H:%M:%S')}.000 ${mark} ${words}\n`;
  const first = (words: string): string => `${sys.p.pid}:C ${sys.date('%d %b %Y %H:%M:%S')}.000 ${words}\n`;
  const configured = sys.args.some((a) => a.startsWith('--') || a.endsWith('.conf'));
  return {
    ports: [{ port }],
    start: () => ({
      out: `${first('* oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo')}${first(`* Redis version=8.2.2, bits=64, commit=00000000, modified=0, pid=${sys.p.pid}, just started`)}${configured ? first('* Configuration loaded') : first('# Warning: no config file specified, using the default config. In order to specify a config file use redis-server /path/to/redis.conf')}${line('*', 'monotonic clock: POSIX clock_gettime')}${line('*', `Running mode=standalone, port=${port}.`)}${line('*', 'Server initialized')}${line('*', 'Ready to accept connections tcp')}`,
    }),
    taken: (p) => ({
      out: `${line('#', `Warning: Could not create server TCP listening socket *:${p}: bind: Address already in use`)}${line('#', `Failed listening on port ${p} (tcp), aborting.`)}`,
      code: 1,
    }),
    stop: () => ({
      out: `${sys.p.pid}:signal-handler (${Math.floor(sys.clock() / 1000)}) Received SIGTERM scheduling shutdown...\n${line('*', 'User requested shutdown...')}${line('*', 'Saving the final RDB snapshot before exiting.')}${line('*', 'DB saved on disk')}${line('#', 'Redis is now ready to exit, bye bye...')}`,
    }),
  };
});

export const redisCli: Program = {
  run(sys) {
    const host = option(sys, '-h') ?? '127.0.0.1';
    const port = Number(option(sys, '-p') ?? 6379);
    const words = sys.args.filter((a, i) => !/^-/.test(a) && !['-h', '-p', '-a', '-n'].includes(sys.args[i - 1] ?? ''));
    const answer = sys.ask({ do: 'connect', host, port });
    if (!answer) return;
    if (answer.failure) {
      sys.err(
        answer.failure === 'no-such-host'
          ? `Could not connect to Redis at ${host}:${port}: Name or service not known\n`
          : `Could not connect to Redis at ${host}:${port}: Connection refused\n`,
      );
      sys.exit(1);
      return;
    }
    const verb = (words[0] ?? '').toLowerCase();
    if (verb === 'ping') sys.out(`${words[1] ?? 'PONG'}\n`);
    else if (verb === 'echo') sys.out(`${words[1] ?? ''}\n`);
    else if (verb === 'info') sys.out('# Server\r\nredis_version:8.2.2\r\nredis_mode:standalone\r\n');
    else if (verb === 'set' || verb === 'get' || verb === 'del' || verb === 'incr' || verb === 'keys') {
      const store = '/data/.store';
      const content = sys.content(store);
      const table = JSON.parse(typeof content === 'string' && content ? content : '{}') as Record<string, string>;
      const key = words[1] ?? '';
      if (verb === 'set') table[key] = words[2] ?? '';
      if (verb === 'incr') table[key] = String(Number(table[key] ?? 0) + 1);
      if (verb === 'get') sys.out(`${table[key] ?? ''}\n`);
      else if (verb === 'del') {
        sys.out(key in table ? '1\n' : '0\n');
        delete table[key];
      } else
        sys.out(
          verb === 'set'
            ? 'OK\n'
            : verb === 'incr'
              ? `${table[key]}\n`
              : Object.keys(table)
                  .map((k) => `${k}\n`)
                  .join(''),
        );
      if (verb !== 'get' && verb !== 'keys') sys.writeFile(store, JSON.stringify(table));
    } else sys.out(`(error) ERR unknown command '${words[0] ?? ''}'\n`);
    sys.exit(0);
  },
};

const mysqlNote = (sys: Sys, name: string, words: string): string =>
  `${sys.date('%Y-%m-%d %H:%M:%S+00:00')} [${name}] [Entrypoint]: ${words}\n`;

export const mysqld = server((sys) => {
  const maria = sys.name.includes('maria') || sys.kernel.files.exists(sys.p.c, '/usr/bin/mariadbd');
  const product = maria ? 'MariaDB' : 'MySQL';
  const version = maria ? '12.0.2' : '9.5.0';
  const prefix = maria ? ['MARIADB', 'MYSQL'] : ['MYSQL'];
  const known = prefix.some((p) =>
    ['ROOT_PASSWORD', 'ROOT_PASSWORD_FILE', 'ALLOW_EMPTY_PASSWORD', 'ALLOW_EMPTY_ROOT_PASSWORD', 'RANDOM_ROOT_PASSWORD'].some(
      (v) => sys.env[`${p}_${v}`],
    ),
  );
  const head = mysqlNote(
    sys,
    'Note',
    `Entrypoint script for ${product} Server ${maria ? '1:12.0.2+maria~ubu2404' : '9.5.0-1.el9'} started.`,
  );
  const at = sys.date('%Y-%m-%dT%H:%M:%S.000000Z');
  return {
    ports: [{ port: 3306 }],
    refuse: () =>
      known
        ? undefined
        : {
            err: `${head}${mysqlNote(sys, 'ERROR', `Database is uninitialized and password option is not specified\n    You need to specify one of the following as an environment variable:\n    - ${maria ? 'MARIADB_ROOT_PASSWORD' : 'MYSQL_ROOT_PASSWORD'}\n    - ${maria ? 'MARIADB_ROOT_PASSWORD_HASH\n    - MARIADB_ALLOW_EMPTY_ROOT_PASSWORD\n    - MARIADB_RANDOM_ROOT_PASSWORD' : 'MYSQL_ALLOW_EMPTY_PASSWORD\n    - MYSQL_RANDOM_ROOT_PASSWORD'}`)}`,
            code: 1,
          },
    start: () => ({
      out: `${head}${mysqlNote(sys, 'Note', 'Initializing database files')}${mysqlNote(sys, 'Note', 'Database files initialized')}${mysqlNote(sys, 'Note', `${product} init process done. Ready for start up.`)}`,
      err: maria
        ? `${sys.date('%Y-%m-%d %H:%M:%S')} 0 [Note] mariadbd: ready for connections.\nVersion: '${version}-MariaDB-ubu2404'  socket: '/run/mysqld/mysqld.sock'  port: 3306  mariadb.org binary distribution\n`
        : `${at} 0 [System] [MY-010931] [Server] /usr/sbin/mysqld: ready for connections. Version: '${version}'  socket: '/var/run/mysqld/mysqld.sock'  port: 3306  MySQL Community Server - GPL.\n`,
    }),
    stop: () => ({
      err: maria
        ? `${sys.date('%Y-%m-%d %H:%M:%S')} 0 [Note] mariadbd: Shutdown complete\n`
        : `${at} 0 [System] [MY-010910] [Server] /usr/sbin/mysqld: Shutdown complete (mysqld ${version})  MySQL Community Server - GPL.\n`,
    }),
  };
});

export const postgres = server((sys) => {
  const line = (words: string): string => `${sys.date('%Y-%m-%d %H:%M:%S')}.000 UTC [${sys.p.pid}] LOG:  ${words}\n`;
  return {
    ports: [{ port: 5432 }],
    refuse: () =>
      sys.env.POSTGRES_PASSWORD || sys.env.POSTGRES_PASSWORD_FILE || sys.env.POSTGRES_HOST_AUTH_METHOD === 'trust'
        ? undefined
        : {
            err: 'Error: Database is uninitialized and superuser password is not specified.\n       You must specify POSTGRES_PASSWORD to a non-empty value for the\n       superuser. For example, "-e POSTGRES_PASSWORD=password" on "docker run".\n\n       You may also use "POSTGRES_HOST_AUTH_METHOD=trust" to allow all\n       connections without a password. This is *not* recommended.\n\n       See PostgreSQL documentation about "trust":\n       https://www.postgresql.org/docs/current/auth-trust.html\n',
            code: 1,
          },
    start: () => ({
      out: 'PostgreSQL init process complete; ready for start up.\n\n',
      err: `${line('starting PostgreSQL 18.1 (Debian 18.1-1.pgdg13+2) on x86_64-pc-linux-gnu, compiled by gcc (Debian 14.2.0-19) 14.2.0, 64-bit')}${line('listening on IPv4 address "0.0.0.0", port 5432')}${line('listening on Unix socket "/var/run/postgresql/.s.PGSQL.5432"')}${line('database system is ready to accept connections')}`,
    }),
    stop: () => ({ err: `${line('received smart shutdown request')}${line('database system is shut down')}` }),
  };
});

export const memcached = server((sys) => ({ ports: [{ port: Number(option(sys, '-p') ?? 11_211) }] }));

export const mongod = server((sys) => ({
  ports: [{ port: 27_017 }],
  start: () => ({
    out: `{"t":{"$date":"${sys.date('%Y-%m-%dT%H:%M:%S')}.000+00:00"},"s":"I",  "c":"NETWORK",  "id":23016,   "ctx":"listener","msg":"Waiting for connections","attr":{"port":27017,"ssl":"off"}}\n`,
  }),
}));

// --- the cluster's own ---

export const pause: Program = {
  run: (sys) => sys.forever(),
  signals: {
    15: (sys) => {
      sys.err('Shutting down, got signal: Terminated\n');
      sys.exit(0);
    },
    2: (sys) => sys.exit(0),
  },
};

const klog = (sys: Sys, level: string, where: string, words: string): string =>
  `${level}${sys.date('%m%d %H:%M:%S')}.000000       ${sys.p.pid} ${where}] ${words}\n`;

function component(name: string, port: (sys: Sys) => number[], lines: (sys: Sys) => string): Program {
  return server((sys) => ({
    ports: port(sys).map((p) => ({ port: p, component: name })),
    start: () => ({ err: lines(sys) }),
    taken: (p) => ({
      err: klog(
        sys,
        'E',
        'run.go:72',
        `"command failed" err="failed to create listener: failed to listen on 0.0.0.0:${p}: listen tcp 0.0.0.0:${p}: bind: address already in use"`,
      ),
      code: 1,
    }),
    stop: () => ({}),
  }));
}

export const kubeApiserver = component(
  'kube-apiserver',
  (sys) => [Number(option(sys, '--secure-port') ?? 6443)],
  (sys) =>
    `${klog(sys, 'I', 'options.go:249', 'external host was not specified, using the advertise address')}${klog(sys, 'I', 'server.go:147', 'Version: v1.36.0')}${klog(sys, 'I', 'secure_serving.go:211', `Serving securely on [::]:${option(sys, '--secure-port') ?? 6443}`)}`,
);
export const etcd = component(
  'etcd',
  () => [2379, 2380, 2381],
  (sys) =>
    `{"level":"info","ts":"${sys.date('%Y-%m-%dT%H:%M:%S')}.000000Z","caller":"embed/serve.go:210","msg":"serving client traffic securely","traffic":"grpc+http","address":"127.0.0.1:2379"}\n`,
);
export const kubeScheduler = component(
  'kube-scheduler',
  () => [10_259],
  (sys) =>
    `${klog(sys, 'I', 'server.go:175', '"Starting Kubernetes Scheduler" version="v1.36.0"')}${klog(sys, 'I', 'leaderelection.go:271', 'successfully acquired lease kube-system/kube-scheduler')}`,
);
export const kubeControllerManager = component(
  'kube-controller-manager',
  () => [10_257],
  (sys) =>
    `${klog(sys, 'I', 'controllermanager.go:189', '"Starting" version="v1.36.0"')}${klog(sys, 'I', 'leaderelection.go:271', 'successfully acquired lease kube-system/kube-controller-manager')}`,
);
export const kubeProxy = component(
  'kube-proxy',
  () => [10_249, 10_256],
  (sys) =>
    `${klog(sys, 'I', 'server_linux.go:63', '"Using iptables proxy"')}${klog(sys, 'I', 'server.go:677', '"Version info" version="v1.36.0"')}`,
);
export const coredns = server((sys) => ({
  ports: [{ port: 53, component: 'coredns' }, { port: 8080 }, { port: 8181 }, { port: 9153 }],
  start: () => ({
    out: '.:53\n[INFO] plugin/reload: Running configuration SHA512 = 591cf328cccc12bc490481273e738df59329c62c0b729d94e8b61db9961c2fa5f046dd37f1cf888b953814040d180f52594972691cd6ff41be96639138a43908\nCoreDNS-1.13.1\nlinux/amd64, go1.25.2, 1db4568\n',
  }),
  refuse: () => {
    const path = option(sys, '-conf', '--conf');
    if (path !== undefined && typeof sys.content(path) !== 'string') return { err: `open ${path}: no such file or directory\n`, code: 1 };
    return undefined;
  },
  stop: () => ({ out: '[INFO] SIGTERM: Shutting down servers then terminating\n' }),
  serve: (_, request) =>
    request.path === '/health' || request.path === '/ready' ? text('OK') : text('404 page not found\n', 'text/plain', 404),
}));
export const metricsServer = component(
  'metrics-server',
  (sys) => [Number(option(sys, '--secure-port') ?? 10_250)],
  (sys) => klog(sys, 'I', 'secure_serving.go:213', `Serving securely on [::]:${option(sys, '--secure-port') ?? 10_250}`),
);
/** Agents that listen nowhere: CNI, provisioners. */
export const agent = server((sys) => ({
  ports: [],
  start: () => ({ err: klog(sys, 'I', 'main.go:80', `"Starting" component="${sys.name}"`) }),
}));

// --- anything else ---

/** The official images' entrypoint: prepares, then runs the command. */
export const entrypoint: Program = {
  run(sys) {
    const [name = '', ...rest] = sys.args;
    if (name === 'nginx') sys.out(entrypointLines(sys));
    const server = name === '' ? undefined : name.startsWith('-') ? ['redis-server', name, ...rest] : sys.args;
    if (!server) {
      sys.exit(0);
      return;
    }
    replace(sys, server, sys.env);
  },
};

/** curlimages/curl: options and addresses go to curl, commands run. */
export const curlEntrypoint: Program = {
  run(sys) {
    const first = sys.args[0] ?? 'curl';
    const command = !first.startsWith('-') && typeof sys.kernel.lookupProgram(sys.p, first, sys.env.PATH) !== 'string';
    replace(sys, command ? sys.args : ['curl', ...sys.args], sys.env);
  },
};

/** What an image of which nothing is known does: it listens on the ports that the container declares, and runs. */
export const genericServer = server((sys) => {
  const ports = sys.kernel.s.containers[sys.p.c]?.spec.ports ?? [];
  return {
    ports: ports.map((port) => ({ port })),
    exitCode: (signal) => 128 + signal,
    serve: () => text(`${sys.kernel.host.hostname}\n`),
  };
});

export const unsupported: Program = {
  run(sys) {
    sys.err(`${sys.name}: this program is not simulated\n`);
    sys.exit(1);
  },
};
