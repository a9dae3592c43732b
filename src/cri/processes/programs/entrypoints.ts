// What images start with, and what stands in for programs of which nothing is known.
import type { Program } from '../program.ts';
import { replace } from './basic.ts';
import { entrypointLines } from './nginx.ts';
import { server, text } from './server.ts';

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
