// Plays exec and attach. Over WebSocket: v5.channel.k8s.io, and v4, which cannot close its input; the first byte of a message names the
// channel. Over SPDY a channel is a stream. The size of terminals is left out: nothing simulated asks for it.
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import type { ApiRequest, StreamChunk } from '../../machinery/http.ts';
import { badRequest, failure, type Status, StatusError } from '../../machinery/status.ts';
import { asStatus, type ListenerOptions, originOf, stackOf } from './backend.ts';
import { createPipe, type Pipe } from './pipe.ts';
import { bytesOf, MOST_MESSAGE } from './spdy/carriers.ts';
import type { SpdyStream } from './spdy/connection.ts';

const PROTOCOLS = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];
const STDIN = 0;
const CHANNELS = { stdout: 1, stderr: 2, error: 3 } as const;
const CLOSE = 255;
const SUCCESS = { metadata: {}, status: 'Success' };

export async function remoteCommand(
  options: ListenerOptions,
  request: ApiRequest,
  message: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): Promise<void> {
  const { report } = options;
  if (message.headers.upgrade?.toLowerCase() !== 'websocket') return overSpdy(options, request, message, socket, head);
  const offered = (message.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  const protocol = PROTOCOLS.find((name) => offered.includes(name));
  if (!protocol) {
    throw badRequest(
      `unable to upgrade: unable to negotiate protocol: client supports [${offered.join(' ')}], server accepts [${PROTOCOLS.join(' ')}]`,
    );
  }
  const stdin = createPipe();
  const pieces = await started(options, request, message, stdin);
  const { WebSocketServer } = await import('ws');
  const server = new WebSocketServer({
    noServer: true,
    handleProtocols: () => protocol,
    perMessageDeflate: false,
    maxPayload: MOST_MESSAGE,
  });
  server.handleUpgrade(message, socket, head, (client) => {
    client.on('message', (data) => {
      receive(data, stdin);
      client.pause();
      void stdin.room().then(() => client.resume());
    });
    client.on('error', () => client.terminate());
    client.on('close', () => {
      stdin.end();
      void pieces.return?.();
    });
    void send(client, pieces).catch((error: unknown) => {
      report(stackOf(error));
      finish(client, asStatus(error).status);
    });
  });
}

/** Starts the command; its refusal is thrown. */
async function started(
  { backend }: ListenerOptions,
  request: ApiRequest,
  message: IncomingMessage,
  stdin: Pipe,
): Promise<AsyncIterator<StreamChunk>> {
  const response = await backend({ ...request, ...(asks(request, 'stdin') ? { stdin } : {}) }, originOf(message));
  if (response.code >= 400 || !response.stream) {
    const { body } = response;
    throw typeof body === 'object' && body !== null ? new StatusError(body as Status) : failure(response.code, '', String(body ?? ''));
  }
  return response.stream[Symbol.asyncIterator]();
}

const asks = ({ query }: ApiRequest, name: string): boolean => ['true', '1'].includes([query?.[name] ?? ''].flat()[0] ?? '');

/** The command starts before the upgrade; its output waits for the streams that the request has asked for. */
async function overSpdy(
  options: ListenerOptions,
  request: ApiRequest,
  message: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): Promise<void> {
  const stdin = createPipe();
  const pieces = await started(options, request, message, stdin);
  const wanted = [
    'error',
    ...['stdin', 'stdout', 'stderr'].filter((name) => asks(request, name) && !(name === 'stderr' && asks(request, 'tty'))),
  ];
  const streams = new Map<string, SpdyStream>();
  socket.on('close', () => {
    stdin.end();
    void pieces.return?.();
  });
  const { overSocket } = await import('./spdy/carriers.ts');
  await overSocket(message, socket, head, ['v4.channel.k8s.io'], (stream) => {
    const { streamtype = '' } = stream.headers;
    if (!wanted.includes(streamtype) || streams.has(streamtype)) return;
    streams.set(streamtype, stream);
    if (streamtype === 'stdin') void pour(stream.input, stdin);
    if (streams.size === wanted.length) void sendOver(streams, pieces).catch((error: unknown) => options.report(stackOf(error)));
  });
}

async function pour(from: Pipe, into: Pipe): Promise<void> {
  for await (const piece of from) {
    into.push(piece);
    await into.room();
  }
  into.end();
}

async function sendOver(streams: ReadonlyMap<string, SpdyStream>, pieces: AsyncIterator<StreamChunk>): Promise<void> {
  let last: unknown;
  for (;;) {
    const { done, value } = await pieces.next();
    if (done) break;
    if (value.channel === 'error') {
      last = value.data;
      break;
    }
    streams.get(value.channel)?.write(value.data as Uint8Array);
  }
  streams.get('error')?.write(Buffer.from(JSON.stringify(last ?? SUCCESS), 'utf8'));
  for (const stream of streams.values()) stream.end();
}

function receive(data: RawData, stdin: Pipe): void {
  const bytes = bytesOf(data);
  if (bytes[0] === STDIN && bytes.length > 1) stdin.push(bytes.subarray(1));
  else if (bytes[0] === CLOSE && bytes[1] === STDIN) stdin.end();
}

async function send(client: WebSocket, pieces: AsyncIterator<StreamChunk>): Promise<void> {
  for (;;) {
    const { done, value } = await pieces.next();
    if (client.readyState !== client.OPEN) return;
    if (done) return finish(client, undefined);
    const { channel, data } = value;
    if (channel === 'error') return finish(client, data as Status);
    await new Promise<void>((resolve) => client.send(framed(CHANNELS[channel], data as Uint8Array), () => resolve()));
  }
}

/** The last word of a command is how it ended. */
function finish(client: WebSocket, status: Status | undefined): void {
  const last = status ?? SUCCESS;
  client.send(framed(CHANNELS.error, Buffer.from(JSON.stringify(last), 'utf8')));
  client.close(1000);
}

const framed = (channel: number, data: Uint8Array): Buffer => Buffer.concat([Buffer.of(channel), data]);
