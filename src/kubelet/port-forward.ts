// Plays the kubelet's port-forward: one connection to a port of a Pod. Bytes come in and go out as over TCP; behind them the simulated
// process speaks HTTP, and other protocols are left out and refused by name.
import type { Machine } from '../cri/processes/machine.ts';
import type { ApiRequest, ApiResponse, HttpRequest, HttpResponse, StreamChunk } from '../machinery/http.ts';
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
    const parsed = parse(bytes);
    if (parsed === 'foreign') {
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

/** The first request in what came so far, and what is behind it; undefined when it is not all there yet. */
function parse(bytes: Buffer): { request: HttpRequest; rest: Buffer } | 'foreign' | undefined {
  if (bytes.length > 0 && !/^[A-Z]{1,10}( |$)/.test(bytes.toString('latin1', 0, 11).split('/', 1)[0] ?? '')) return 'foreign';
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [first = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n');
  const [, method, path] = /^([A-Z]+) (\S+) HTTP\/1\.[01]$/.exec(first) ?? [];
  if (method === undefined || path === undefined) return 'foreign';
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon > 0) headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  const start = end + 4;
  const isChunked = headers['transfer-encoding']?.toLowerCase() === 'chunked';
  const body = isChunked ? unchunked(bytes, start) : sized(bytes, start, Number(headers['content-length'] ?? 0));
  if (!body) return undefined;
  return { request: { method, path, host: headers.host ?? '', headers, body: body.text }, rest: bytes.subarray(body.end) };
}

const sized = (bytes: Buffer, start: number, length: number): { text: string; end: number } | undefined =>
  bytes.length < start + length ? undefined : { text: bytes.toString('utf8', start, start + length), end: start + length };

function unchunked(bytes: Buffer, start: number): { text: string; end: number } | undefined {
  const parts: Buffer[] = [];
  for (let at = start; ; ) {
    const line = bytes.indexOf('\r\n', at);
    if (line < 0) return undefined;
    const size = Number.parseInt(bytes.toString('latin1', at, line), 16) || 0;
    const from = line + 2;
    if (bytes.length < from + size + 2) return undefined;
    parts.push(bytes.subarray(from, from + size));
    at = from + size + 2;
    if (size === 0) return { text: Buffer.concat(parts).toString('utf8'), end: at };
  }
}

function written({ status, reason, headers, body }: HttpResponse, isHead: boolean): Buffer {
  const bytes = Buffer.from(body, 'utf8');
  const shown = Object.entries(headers).filter(([name]) => !/^(content-length|transfer-encoding)$/i.test(name));
  const lines = [`HTTP/1.1 ${status} ${reason}`, ...shown.map(([name, value]) => `${name}: ${value}`), `Content-Length: ${bytes.length}`];
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'utf8'), isHead ? Buffer.alloc(0) : bytes]);
}
