// Clients of data stores that only ask whether the server is there: what probes run. Clients that speak SQL are not simulated.
import type { Program } from '../program.ts';
import { askPatiently } from './asking.ts';
import { option } from './server.ts';

/** PostgreSQL's: 0 when the server takes connections, 2 when nobody answers. */
export const pgIsready: Program = {
  run(sys) {
    const host = option(sys, '-h') ?? option(sys, '--host');
    const port = Number(option(sys, '-p') ?? option(sys, '--port') ?? 5432);
    const answer = askPatiently(sys, { do: 'connect', host: host ?? 'localhost', port }, 3000);
    if (!answer) return;
    const where = `${host ?? '/var/run/postgresql'}:${port}`;
    const isQuiet = sys.args.includes('-q') || sys.args.includes('--quiet');
    if (!isQuiet) sys.out(`${where} - ${answer.failure ? 'no response' : 'accepting connections'}\n`);
    sys.exit(answer.failure ? 2 : 0);
  },
};

/** MySQL's `mysqladmin ping`; MariaDB's reads the same. */
export const mysqladmin: Program = {
  run(sys) {
    if (!sys.args.includes('ping')) {
      sys.err('mysqladmin: kubemu simulates ping only\n');
      sys.exit(1);
      return;
    }
    const host = option(sys, '-h') ?? option(sys, '--host') ?? 'localhost';
    const port = Number(option(sys, '-P') ?? option(sys, '--port') ?? 3306);
    const answer = askPatiently(sys, { do: 'connect', host, port }, 3000);
    if (!answer) return;
    if (!answer.failure) {
      sys.out('mysqld is alive\n');
      sys.exit(0);
      return;
    }
    const socket = `Can't connect to local MySQL server through socket '/var/run/mysqld/mysqld.sock' (2)`;
    const remote = `Can't connect to MySQL server on '${host}:${port}' (111)`;
    sys.err(`mysqladmin: connect to server at '${host}' failed\nerror: '${host === 'localhost' ? socket : remote}'\n`);
    sys.err(
      host === 'localhost'
        ? "Check that mysqld is running and that the socket: '/var/run/mysqld/mysqld.sock' exists!\n"
        : `Check that mysqld is running on ${host} and that the port is ${port}.\nYou can check this by doing 'telnet ${host} ${port}'\n`,
    );
    sys.exit(1);
  },
};
