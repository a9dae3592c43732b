// Data stores, as far as their start, their ports and their end go: redis, mysql, postgres, memcached, mongo. Data is left out.
import type { Program } from '../program.ts';
import type { Sys } from '../sys.ts';
import { option, server } from './server.ts';

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
