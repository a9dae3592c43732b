// Plays the kubelet's port-forward: one connection to a port of a Pod. Bytes come in and go out as over TCP; behind them the simulated
// process speaks HTTP, and other protocols are left out and refused by name.
import type { Machine } from '../cri/processes/machine.ts';
import type { ApiRequest, ApiResponse, StreamChunk } from '../machinery/http.ts';
import { nextRequest, written } from '../machinery/http-wire.ts';
import type { Agent } from './agent.ts';
import type { PodRecord } from './record.ts';

export async function portForward(agent: Agent, record: PodRecord, request: ApiRequest): Promise<ApiResponse> {
  const text = [request.query?.ports ?? []].flat()[0];
  if (text === undefined) return { code: 101 }; // which ports is said with each connection
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) return { code: 400, body: `unable to parse "${text}" as a port\n` };
  return { code: 101, stream: connection(agent, record, port, request.stdin) };
}

async function* connection(agent: Agent, record: PodRecord, port: number, input: ApiRequest['stdin']): AsyncGenerator<StreamChunk> {
  const refused = (why: string): StreamChunk => ({
    channel: 'error',
    data: `error forwarding port ${port} to pod ${record.uid}, uid : failed to execute portforward in network namespace: ${why}`,
  });
  const listens = (machine: Machine): boolean => machine.listeners().some((open) => open.port === port && !open.component);
  if (!listens(await agent.sandboxes.look(agent.node, record.uid))) {
    const address = `dial tcp4 127.0.0.1:${port}: connect: connection refused`;
    yield refused(
      `failed to connect to localhost:${port} inside namespace, IPv4: ${address} IPv6 dial tcp6: address localhost: no suitable address found `,
    );
    return;
  }
  const pieces = input?.[Symbol.asyncIterator]();
  let bytes: Buffer = Buffer.alloc(0);
  for (;;) {
    const parsed = nextRequest(bytes);
    if (parsed === 'no HTTP') {
      yield refused('kubemu forwards HTTP only');
      return;
    }
    if (parsed) {
      bytes = parsed.rest;
      const { request } = parsed;
      const response = await agent.sandboxes.act(agent.node, record.uid, (machine) => machine.exchange(port, request));
      yield { channel: 'stdout', data: written(response, request.method === 'HEAD') };
      if (request.headers.connection?.toLowerCase() === 'close') return;
      continue;
    }
    const pending = pieces?.next();
    const next = pending && (await (input?.meanwhile?.(pending) ?? pending));
    if (!next || next.done) return;
    bytes = Buffer.concat([bytes, next.value]);
  }
}
