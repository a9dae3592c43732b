// Plays the kubelet's prober: one exec, httpGet or tcpSocket probe of a container. It looks at a copy of the Pod's processes, so
// what a probe's command changes does not last. gRPC probes are left out and fail by name.
import type { V1Container, V1HTTPGetAction, V1Probe } from '../api/generated/types.ts';
import type { Machine } from '../cri/processes/machine.ts';
import { seconds } from '../machinery/clock.ts';
import type { Agent } from './agent.ts';
import { goDuration } from './duration.ts';
import type { PodRecord } from './record.ts';

export interface ProbeOutcome {
  ok: boolean;
  /** What the Unhealthy event says after `… probe failed: `. */
  output: string;
  /** It will be the same until the Pod's processes do something that others can notice. */
  settled?: boolean;
}

export async function probeOnce(agent: Agent, record: PodRecord, container: V1Container, probe: V1Probe): Promise<ProbeOutcome> {
  const machine = await agent.sandboxes.look(agent.node, record.uid);
  const timeout = seconds(probe.timeoutSeconds ?? 1);
  if (probe.exec) return execProbe(machine, container.name, probe.exec.command ?? [], timeout);
  if (probe.httpGet) return httpProbe(machine, container, probe.httpGet, record.ip ?? agent.machine.address);
  if (probe.tcpSocket) {
    const port = portOf(container, probe.tcpSocket.port);
    const address = `${probe.tcpSocket.host || record.ip || agent.machine.address}:${port}`;
    const open = machine.listeners().some((listener) => listener.port === port);
    return { ok: open, settled: true, output: open ? '' : `dial tcp ${address}: connect: connection refused` };
  }
  return { ok: false, output: 'kubemu does not simulate gRPC probes yet' };
}

async function execProbe(machine: Machine, container: string, argv: readonly string[], timeout: number): Promise<ProbeOutcome> {
  const handle = machine.exec(container, { argv });
  await machine.advance(machine.now + timeout);
  const { exitCode, startError } = machine.execResult(handle);
  if (startError !== undefined) return { ok: false, output: startError };
  const output = machine
    .execOutput(handle)
    .map(({ data }) => Buffer.from(data).toString('utf8'))
    .join('');
  if (exitCode === undefined) return { ok: false, output: `command timed out: "${argv.join(' ')}" timed out after ${goDuration(timeout)}` };
  return { ok: exitCode === 0, output };
}

async function httpProbe(
  machine: Machine,
  container: V1Container,
  { path = '/', port: wanted, scheme = 'HTTP', host, httpHeaders = [] }: V1HTTPGetAction,
  podIP: string,
): Promise<ProbeOutcome> {
  const port = portOf(container, wanted);
  const address = `${host || podIP}:${port}`;
  const url = `${scheme.toLowerCase()}://${address}${path.startsWith('/') ? path : `/${path}`}`;
  // A component of the control plane is well while it serves at all: its health endpoints are not simulated by themselves.
  if (machine.listeners().some((open) => open.container === container.name && open.component))
    return { ok: true, output: '', settled: true };
  if (!machine.listeners().some((open) => open.port === port))
    return { ok: false, settled: true, output: `Get "${url}": dial tcp ${address}: connect: connection refused` };
  const headers = Object.fromEntries(httpHeaders.map(({ name, value }) => [name.toLowerCase(), value]));
  const { status } = await machine.exchange(port, {
    method: 'GET',
    path: path || '/',
    host: headers.host ?? address,
    headers: { 'user-agent': 'kube-probe/1.36', accept: '*/*', ...headers },
    body: '',
  });
  return status >= 200 && status < 400 ? { ok: true, output: '' } : { ok: false, output: `HTTP probe failed with statuscode: ${status}` };
}

function portOf(container: V1Container, port: number | string): number {
  if (typeof port === 'number') return port;
  return container.ports?.find(({ name }) => name === port)?.containerPort ?? Number(port);
}
