// What carries SPDY: a connection that was upgraded to it, or the messages of a WebSocket.
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import { forbidden } from '../../../machinery/status.ts';
import { type SpdyStream, spdy } from './connection.ts';

/** Bytes that a message of a WebSocket may have. */
export const MOST_MESSAGE = 32 * 1024 * 1024;

/** The client's `X-Stream-Protocol-Version` must name one of these. */
export async function overSocket(
  { headersDistinct }: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  protocols: readonly string[],
  opened: (stream: SpdyStream) => void,
): Promise<void> {
  const offered = (headersDistinct['x-stream-protocol-version'] ?? []).flatMap((text) => text.split(',').map((name) => name.trim()));
  const protocol = protocols.find((name) => offered.includes(name));
  if (!protocol) {
    throw forbidden(
      { group: '', resource: '' },
      '',
      `unable to negotiate protocol: client supports [${offered.join(' ')}], server accepts [${protocols.join(' ')}]`,
    );
  }
  const connection = await spdy({ send: (bytes) => void socket.write(bytes), opened, failed: () => void socket.destroy() });
  const receive = async (bytes: Buffer): Promise<void> => {
    socket.pause();
    await connection.receive(bytes);
    socket.resume();
  };
  socket.on('data', (bytes: Buffer) => void receive(bytes));
  socket.on('end', () => socket.destroy()); // half a connection is none
  socket.on('close', () => connection.closed());
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: ${protocol}\r\n\r\n`,
  );
  if (head.length > 0) void receive(head);
}

export async function overWebSocket(
  message: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  protocol: string,
  opened: (stream: SpdyStream) => void,
): Promise<void> {
  const { WebSocketServer } = await import('ws');
  const server = new WebSocketServer({
    noServer: true,
    handleProtocols: () => protocol,
    perMessageDeflate: false,
    maxPayload: MOST_MESSAGE,
  });
  let client: WebSocket | undefined;
  const connection = await spdy({
    send: (bytes) => {
      if (client?.readyState === client?.OPEN) client?.send(bytes);
    },
    opened,
    failed: (why) => client?.close(1002, why),
  });
  server.handleUpgrade(message, socket, head, (upgraded) => {
    client = upgraded;
    upgraded.on('message', (raw) => {
      upgraded.pause();
      void connection.receive(bytesOf(raw)).then(() => upgraded.resume());
    });
    upgraded.on('error', () => upgraded.terminate());
    upgraded.on('close', () => connection.closed());
  });
}

export function bytesOf(raw: RawData): Buffer {
  if (Buffer.isBuffer(raw)) return raw;
  return Array.isArray(raw) ? Buffer.concat(raw) : Buffer.from(raw);
}
