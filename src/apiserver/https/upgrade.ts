// Connections that become streams: exec, attach and port-forward.
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Credentials } from '../../machinery/http.ts';
import type { ListenerOptions } from './listener.ts';

export async function upgrade(
  _options: ListenerOptions,
  _admin: Credentials | undefined,
  _message: IncomingMessage,
  socket: Duplex,
  _head: Buffer,
): Promise<void> {
  socket.end('HTTP/1.1 501 Not Implemented\r\nConnection: close\r\n\r\n');
}
