// Plays port-forward: connections to ports of a Pod, each a pair of streams. Over SPDY, bare or in a WebSocket, a client opens as many as
// it likes; over v4.channel.k8s.io there is one for each port that the request names.
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { ApiRequest, ApiResponse } from '../../machinery/http.ts';
import { badRequest, failure, type Status, StatusError } from '../../machinery/status.ts';
import { type ListenerOptions, originOf } from './backend.ts';
import { createPipe, type Pipe } from './pipe.ts';
import { bytesOf, overSocket, overWebSocket } from './spdy/carriers.ts';
import type { SpdyStream } from './spdy/connection.ts';

export const TUNNEL = 'SPDY/3.1+portforward.k8s.io';
const CHANNELS = 'v4.channel.k8s.io';

/** Where a connection's bytes go. */
interface Ends {
  input: Pipe;
  data(bytes: Uint8Array): void;
  error(text: string): void;
  end(): void;
}

export async function portForward(
  options: ListenerOptions,
  request: ApiRequest,
  message: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): Promise<void> {
  // Whether it may be, and whether there is such a Pod, is answered before anything is upgraded.
  const { ports: _, ...query } = request.query ?? {};
  refusing(await options.backend({ ...request, query }, originOf(message)));
  const connect = (port: string, ends: Ends): void => void forward(options, { ...request, query: { ports: [port] } }, message, ends);
  if (message.headers.upgrade?.toLowerCase() !== 'websocket') {
    await overSocket(message, socket, head, ['portforward.k8s.io'], pairing(connect));
    return;
  }
  const offered = (message.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  if (offered.includes(TUNNEL)) await overWebSocket(message, socket, head, TUNNEL, pairing(connect));
  else if (offered.includes(CHANNELS)) await channels(request, message, socket, head, connect);
  else
    throw badRequest(
      `unable to upgrade: unable to negotiate protocol: client supports [${offered.join(' ')}], server accepts [${TUNNEL} ${CHANNELS}]`,
    );
}

/** Streams of data and errors belong together by the number of their request. */
function pairing(connect: (port: string, ends: Ends) => void): (stream: SpdyStream) => void {
  const waiting = new Map<string, SpdyStream>();
  return (stream) => {
    const { requestid: id = '', port = '', streamtype } = stream.headers;
    if (!port || (streamtype !== 'data' && streamtype !== 'error')) return stream.reset();
    const other = waiting.get(id);
    if (!other) return void waiting.set(id, stream);
    waiting.delete(id);
    const [data, error] = streamtype === 'data' ? [stream, other] : [other, stream];
    connect(port, {
      input: data.input,
      data: (bytes) => data.write(bytes),
      error: (text) => error.write(Buffer.from(text, 'utf8')),
      end() {
        error.end();
        data.end();
      },
    });
  };
}

async function channels(
  request: ApiRequest,
  message: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  connect: (port: string, ends: Ends) => void,
): Promise<void> {
  const ports = [request.query?.ports ?? []].flat().flatMap((text) => text.split(','));
  if (ports.length === 0) throw badRequest('query parameter "ports" is required');
  const { WebSocketServer } = await import('ws');
  const server = new WebSocketServer({ noServer: true, handleProtocols: () => CHANNELS, perMessageDeflate: false });
  server.handleUpgrade(message, socket, head, (client: WebSocket) => {
    const inputs = ports.map(() => createPipe());
    let left = ports.length;
    for (const [i, port] of ports.entries()) {
      const [data, error] = [2 * i, 2 * i + 1];
      const send = (channel: number, bytes: Uint8Array): void => {
        if (client.readyState === client.OPEN) client.send(Buffer.concat([Buffer.of(channel), bytes]));
      };
      for (const channel of [data, error]) send(channel, Buffer.of(Number(port) & 0xff, Number(port) >> 8));
      connect(port, {
        input: inputs[i] ?? createPipe(),
        data: (bytes) => send(data, bytes),
        error: (text) => send(error, Buffer.from(text, 'utf8')),
        end: () => {
          if (--left === 0) client.close(1000);
        },
      });
    }
    client.on('message', (raw) => {
      const bytes = bytesOf(raw);
      const channel = bytes[0] ?? 0;
      if (channel % 2 === 0) inputs[channel / 2]?.push(bytes.subarray(1));
    });
    client.on('error', () => client.terminate());
    client.on('close', () => {
      for (const input of inputs) input.end();
    });
  });
}

async function forward({ backend }: ListenerOptions, request: ApiRequest, message: IncomingMessage, ends: Ends): Promise<void> {
  try {
    const response = await backend({ ...request, stdin: ends.input }, originOf(message));
    refusing(response);
    for await (const { channel, data } of response.stream ?? []) {
      if (channel === 'error') ends.error(String(data));
      else ends.data(data as Uint8Array);
    }
  } catch (error) {
    ends.error(error instanceof Error ? error.message : String(error));
  }
  ends.end();
}

function refusing({ code, body }: ApiResponse): void {
  if (code < 400) return;
  throw typeof body === 'object' && body !== null ? new StatusError(body as Status) : failure(code, '', String(body ?? ''));
}
