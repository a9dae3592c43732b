// Plays exec and attach over WebSocket: v5.channel.k8s.io, and v4, which cannot close its input. The first byte of a message names the
// channel. The size of terminals is left out: nothing simulated asks for it.
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import type { ApiRequest, StreamChunk } from '../../machinery/http.ts';
import { badRequest, failure, type Status, StatusError } from '../../machinery/status.ts';
import { asStatus, type ListenerOptions, originOf } from './backend.ts';
import { createPipe, type Pipe } from './pipe.ts';

const PROTOCOLS = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];
const STDIN = 0;
const CHANNELS = { stdout: 1, stderr: 2, error: 3 } as const;
const CLOSE = 255;

export async function remoteCommand(
  { backend, report }: ListenerOptions,
  request: ApiRequest,
  message: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): Promise<void> {
  const offered = (message.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  const protocol = PROTOCOLS.find((name) => offered.includes(name));
  if (!protocol)
    throw badRequest(
      `unable to upgrade: unable to negotiate protocol: client supports [${offered.join(' ')}], server accepts [${PROTOCOLS.join(' ')}]`,
    );
  const wantsInput = [request.query?.stdin ?? []].flat()[0] === 'true';
  const stdin = createPipe();
  const response = await backend({ ...request, ...(wantsInput ? { stdin } : {}) }, originOf(message));
  if (response.code >= 400 || !response.stream) {
    const { body } = response;
    throw typeof body === 'object' && body !== null ? new StatusError(body as Status) : failure(response.code, '', String(body ?? ''));
  }
  const { WebSocketServer } = await import('ws');
  const server = new WebSocketServer({ noServer: true, handleProtocols: () => protocol, perMessageDeflate: false });
  const pieces = response.stream[Symbol.asyncIterator]();
  server.handleUpgrade(message, socket, head, (client) => {
    client.on('message', (data) => receive(data, stdin));
    client.on('error', () => client.terminate());
    client.on('close', () => {
      stdin.end();
      void pieces.return?.();
    });
    void send(client, pieces).catch((error: unknown) => {
      report(error instanceof Error ? (error.stack ?? error.message) : String(error));
      finish(client, asStatus(error).status);
    });
  });
}

function receive(data: RawData, stdin: Pipe): void {
  const bytes = Buffer.isBuffer(data) ? data : Buffer.concat(([data] as Uint8Array[][]).flat().map((part) => new Uint8Array(part)));
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
  const last = status ?? { metadata: {}, status: 'Success' };
  client.send(framed(CHANNELS.error, Buffer.from(JSON.stringify(last), 'utf8')));
  client.close(1000);
}

const framed = (channel: number, data: Uint8Array): Buffer => Buffer.concat([Buffer.of(channel), data]);
