import type { ContainerProcess, Machine, MachineHost } from '../../../src/cri/processes/machine.ts';
import { openMachine } from '../../../src/cri/processes/open.ts';
import { DialError } from '../../../src/machinery/dialer.ts';
import { keyedRandom } from '../../../src/machinery/random.ts';

export const T0 = Date.parse('2026-11-20T13:45:00Z');

export interface World {
  /** `host:port` that accept connections, with what they answer. */
  open: Map<string, string>;
  names: Map<string, string>;
  dials: number;
}

export function world(): World {
  return {
    open: new Map(),
    names: new Map([
      ['db', '10.96.1.1'],
      ['web', '10.96.1.2'],
    ]),
    dials: 0,
  };
}

export function hostOf(w: World = world()): MachineHost {
  return {
    random: keyedRandom('test'),
    netns: 'pod-uid',
    hostname: 'web-0',
    podIP: '10.244.1.5',
    signature: () => `.${'s'.repeat(86)}`,
    dialer: {
      async connect(_from, host, port) {
        w.dials++;
        const address = w.names.get(host) ?? (/^[\d.]+$/.test(host) ? host : undefined);
        const reads = [`/kubemu/net/listeners/${host}/${port}`];
        if (address === undefined) throw new DialError('no-such-host', host, port, reads);
        const body = w.open.get(`${host}:${port}`);
        if (body === undefined) throw new DialError('refused', host, port, reads, address);
        return { address, port, reads, exchange: async () => ({ status: 200, reason: 'OK', headers: {}, body }) };
      },
      resolve: (_from, host) => ({ addresses: w.names.has(host) ? [w.names.get(host) ?? ''] : [], reads: [`/kubemu/net/names/${host}`] }),
    },
  };
}

export function container(argv: readonly string[], more: Partial<ContainerProcess> = {}): ContainerProcess {
  return { name: 'main', image: 'busybox', argv, env: {}, workingDir: '/', mounts: [], ...more };
}

export const sh = (script: string, more: Partial<ContainerProcess> = {}): ContainerProcess => container(['sh', '-c', script], more);

export function machine(w: World = world()): Machine {
  return openMachine(undefined, hostOf(w), T0);
}

/** Log lines as `seconds text`, errors marked. */
export async function log(m: Machine, name = 'main', options: Parameters<Machine['logs']>[1] = {}): Promise<string[]> {
  return (await m.logs(name, options)).map((l) => `${(l.at - T0) / 1000} ${l.stream === 'stderr' ? '! ' : ''}${l.text}`);
}

export async function run(
  m: Machine,
  name: string,
  argv: readonly string[],
  ms = 1,
): Promise<{ stdout: string; stderr: string; code: number | undefined; startError?: string }> {
  const handle = m.exec(name, { argv });
  await m.advance(m.now + ms);
  const out = m.execOutput(handle);
  const text = (channel: string): string =>
    out
      .filter((o) => o.channel === channel)
      .map((o) => Buffer.from(o.data).toString())
      .join('');
  const { exitCode, startError } = m.execResult(handle);
  return { stdout: text('stdout'), stderr: text('stderr'), code: exitCode, ...(startError !== undefined && { startError }) };
}
