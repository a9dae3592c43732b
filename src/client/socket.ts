// The transport to a cluster that `kubemu serve` holds, over its Unix socket.
import { Agent, type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { DialError } from '../machinery/dialer.ts';
import type { ApiRequest, ApiResponse, Input, StreamChunk } from '../machinery/http.ts';
import { type Status, StatusError } from '../machinery/status.ts';
import type { Transport } from './client.ts';
import {
  framesIn,
  headerOf,
  headOf,
  linesIn,
  MOST_HEADERS,
  type Operation,
  REPLY_HEADER,
  REQUEST_HEADER,
  type ReplyHead,
  type RequestHead,
} from './socket-wire.ts';

/** The server went away, before the first word (`unheard`) or in the middle. */
export class ServerGone extends Error {
  constructor(readonly unheard: boolean) {
    super('kubemu serve, which held the cluster, went away in the middle of this command: look at what it has done before you repeat it');
    this.name = 'ServerGone';
  }
}

export interface SocketOptions {
  path: string;
  /** Names the command line in all its requests. */
  session: string;
  /** Called before waiting for more of a stream: lets output go. */
  beforeWait?(): void;
}

export interface SocketTransport extends Transport {
  operate(operation: Operation): Promise<ReplyHead>;
  /** What the last answer said. */
  readonly last: ReplyHead;
  close(): void;
}

interface Answer {
  head: ReplyHead;
  message: IncomingMessage;
}

export function connectSocket({ path, session, beforeWait }: SocketOptions): SocketTransport {
  const agent = new Agent({ keepAlive: true });
  let last: ReplyHead = { now: 0, code: 0, kind: 'none' };

  const send = async (
    asked: Pick<ApiRequest, 'method' | 'path'>,
    head: Omit<RequestHead, 'session'>,
    body?: string,
  ): Promise<Answer & { request: ClientRequest }> => {
    const text = body === undefined ? undefined : Buffer.from(body, 'utf8');
    const request = httpRequest({
      socketPath: path,
      agent,
      ...asked,
      maxHeaderSize: MOST_HEADERS,
      headers: {
        Host: 'kubemu',
        [REQUEST_HEADER]: headerOf({ ...head, session }),
        ...(text ? { 'Content-Length': text.length } : {}),
        ...(head.body === 'stdin' ? { 'Transfer-Encoding': 'chunked' } : {}),
      },
    });
    const message = await new Promise<IncomingMessage>((resolve, reject) => {
      request.on('response', resolve);
      request.on('error', (error: NodeJS.ErrnoException) => reject(gone(error)));
      if (head.body === 'stdin') request.flushHeaders();
      else request.end(text);
    });
    const header = message.headers[REPLY_HEADER];
    if (typeof header !== 'string') throw new ServerGone(false);
    last = { ...(last.clock ? { clock: last.clock } : {}), ...headOf<ReplyHead>(header) };
    return { head: last, message, request };
  };

  return {
    get last() {
      return last;
    },
    async operate(operation) {
      const answer = await send({ method: 'POST', path: '/kubemu' }, { credentials: {}, operation });
      const content = await contentOf(answer);
      if (answer.head.code >= 400) throw new StatusError(content as Status);
      return answer.head;
    },
    async handle({ method, path: target, body, stdin, ...rest }) {
      const kind = stdin ? 'stdin' : body === undefined ? undefined : typeof body === 'string' ? 'text' : 'json';
      const answer = await send(
        { method, path: target },
        { ...rest, ...(kind ? { body: kind } : {}) },
        kind === 'text' ? String(body) : kind === 'json' ? JSON.stringify(body) : undefined,
      );
      const { code, warnings, kind: replied } = answer.head;
      const response: ApiResponse = { code, ...(warnings ? { warnings } : {}) };
      if (replied === 'events') return { ...response, events: events(answer.message, beforeWait) };
      if (replied === 'stream') return { ...response, stream: chunks(answer.message, answer.request, stdin, beforeWait) };
      if (stdin) answer.request.end();
      const value = await contentOf(answer);
      return value === undefined ? response : { ...response, body: value };
    },
    close: () => agent.destroy(),
  };
}

/** What an answer that is no stream holds; throws what the other end could not do. */
async function contentOf({ head, message }: Answer): Promise<unknown> {
  const pieces: Uint8Array[] = [];
  for await (const piece of bytes(message)) pieces.push(piece);
  const text = Buffer.concat(pieces).toString('utf8');
  if (head.kind === 'none') return undefined;
  if (head.kind === 'text') return text;
  const value: unknown = JSON.parse(text);
  if (head.kind === 'problem') throw new Error(String(value));
  if (head.kind === 'dial') {
    const { failure, host, port, address } = value as DialError;
    throw new DialError(failure, host, port, [], address);
  }
  return value;
}

async function* events(
  message: IncomingMessage,
  beforeWait?: () => void,
): AsyncGenerator<{ type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR'; object: unknown }> {
  for await (const line of linesIn(bytes(message, beforeWait))) if (line !== '') yield JSON.parse(line);
}

/** Input goes up piece by piece, whenever the process at the other end waits for it. */
async function* chunks(
  message: IncomingMessage,
  request: ClientRequest,
  stdin: Input | undefined,
  beforeWait?: () => void,
): AsyncGenerator<StreamChunk> {
  const input = stdin?.[Symbol.asyncIterator]();
  const feed = async (): Promise<void> => {
    const piece = await input?.next();
    if (!piece || piece.done) request.end();
    else request.write(piece.value);
  };
  let broken: unknown;
  try {
    for await (const { channel, data } of framesIn(bytes(message, beforeWait))) {
      if (broken) throw broken;
      if (channel === 'wanted') {
        feed().catch((error: unknown) => {
          broken = error;
          request.destroy();
        });
      } else if (channel === 'refused') throw new StatusError(JSON.parse(data.toString('utf8')) as Status);
      else yield channel === 'error' ? { channel, data: JSON.parse(data.toString('utf8')) } : { channel, data };
    }
  } catch (error) {
    throw broken ?? error;
  } finally {
    request.destroy();
  }
}

async function* bytes(message: IncomingMessage, beforeWait?: () => void): AsyncGenerator<Uint8Array> {
  const pieces = (message as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
  try {
    for (;;) {
      if (message.readableLength === 0) beforeWait?.();
      const { done, value } = await pieces.next();
      if (done) return;
      yield value;
    }
  } catch (error) {
    throw gone(error as NodeJS.ErrnoException);
  } finally {
    if (!message.complete) message.destroy();
  }
}

/** Every way in which a connection over a Unix socket breaks. */
function gone(error: NodeJS.ErrnoException): Error {
  if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED') return new ServerGone(true);
  if (['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE'].includes(error.code ?? '')) return new ServerGone(false);
  return error;
}
