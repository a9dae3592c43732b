// Connections that become streams: exec, attach and port-forward. A request that is refused is answered as HTTP, before the upgrade.
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Credentials } from '../../machinery/http.ts';
import { badRequest, type StatusError } from '../../machinery/status.ts';
import { asStatus, type ListenerOptions } from './backend.ts';
import { requestOf } from './request.ts';

const REASONS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  503: 'Service Unavailable',
};

export async function upgrade(
  options: ListenerOptions,
  admin: Credentials | undefined,
  message: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): Promise<void> {
  socket.on('error', () => socket.destroy());
  try {
    const request = requestOf(message, admin);
    const wanted = /\/(exec|attach|portforward)$/.exec(request.path)?.[1];
    if (!wanted) throw badRequest('this path is not to be upgraded');
    const carrier = message.headers.upgrade?.toLowerCase();
    if (carrier !== 'websocket' && carrier !== 'spdy/3.1')
      throw badRequest(`unable to upgrade: unknown protocol ${message.headers.upgrade}`);
    if (wanted === 'portforward') {
      const { portForward } = await import('./port-forward.ts');
      await portForward(options, request, message, socket, head);
    } else {
      const { remoteCommand } = await import('./remote-command.ts');
      await remoteCommand(options, request, message, socket, head);
    }
  } catch (error) {
    refuse(socket, asStatus(error));
  }
}

function refuse(socket: Duplex, { code, status }: StatusError): void {
  const body = `${JSON.stringify(status)}\n`;
  socket.end(
    `HTTP/1.1 ${code} ${REASONS[code] ?? 'Error'}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
