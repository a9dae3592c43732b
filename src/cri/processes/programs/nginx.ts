// nginx as the official image runs it: the entrypoint's lines, master and workers, a small part of its configuration language
// (listen, server_name, root, index, location, return, proxy_pass, alias, add_header, try_files). Other directives are accepted unread.
import { toBytes } from '../bytes.ts';
import type { Program } from '../program.ts';
import type { Sys } from '../sys.ts';
import { ConfigError, configuration } from './nginx-configuration.ts';
import { ERROR_TIME, NGINX_VERSION, serve } from './nginx-pages.ts';

interface NginxState {
  phase: 'bind' | 'serving' | 'stop';
  tries: number;
  until: number;
  title: string;
  workers: number;
}

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

/** The lines that the official image's entrypoint prints before nginx itself. */
export function entrypointLines(sys: Sys): string {
  const writable = !sys.kernel.s.containers[sys.p.c]?.spec.readOnlyRootFilesystem && sys.p.uid === 0;
  return toBytes(
    `/docker-entrypoint.sh: /docker-entrypoint.d/ is not empty, will attempt to perform configuration\n/docker-entrypoint.sh: Looking for shell scripts in /docker-entrypoint.d/\n/docker-entrypoint.sh: Launching /docker-entrypoint.d/10-listen-on-ipv6-by-default.sh\n${writable ? '10-listen-on-ipv6-by-default.sh: info: Getting the checksum of /etc/nginx/conf.d/default.conf\n10-listen-on-ipv6-by-default.sh: info: Enabled listen on IPv6 in /etc/nginx/conf.d/default.conf\n' : '10-listen-on-ipv6-by-default.sh: info: can not modify /etc/nginx/conf.d/default.conf (read-only file system?)\n'}/docker-entrypoint.sh: Sourcing /docker-entrypoint.d/15-local-resolvers.envsh\n/docker-entrypoint.sh: Launching /docker-entrypoint.d/20-envsubst-on-templates.sh\n/docker-entrypoint.sh: Launching /docker-entrypoint.d/30-tune-worker-processes.sh\n/docker-entrypoint.sh: Configuration complete; ready for start up\n`,
  );
}
