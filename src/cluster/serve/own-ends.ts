// The server's end of the Unix socket: what our own command line asks, as requests to the served cluster. See client/socket-wire.ts.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pump } from '../../apiserver/https/pump.ts';
import {
  type Channel,
  frameOf,
  headerOf,
  headOf,
  type Operation,
  REPLY_HEADER,
  REQUEST_HEADER,
  type ReplyHead,
  type RequestHead,
  WIRE_VERSION,
} from '../../client/socket-wire.ts';
import { wallNow } from '../../machinery/clock.ts';
import { DialError } from '../../machinery/dialer.ts';
import type { ApiRequest, ApiResponse, HttpMethod, Input, StreamChunk } from '../../machinery/http.ts';
import { StatusError } from '../../machinery/status.ts';
import type { ServedCluster } from './served.ts';

export type OwnHandler = (message: IncomingMessage, reply: ServerResponse) => Promise<void>;

export function ownEnd(served: ServedCluster, report: (problem: string) => void): OwnHandler {
  const { clock } = served.cluster;
  const begin = (reply: ServerResponse, rest: Omit<ReplyHead, 'now'>): void => {
    const { mode, speed } = clock.state;
    reply.writeHead(200, { [REPLY_HEADER]: headerOf({ now: clock.now(), clock: { mode, speed }, ...rest }) });
  };
  const say = (reply: ServerResponse, rest: Omit<ReplyHead, 'now'>, value?: unknown): void => {
    begin(reply, rest);
    reply.end(rest.kind === 'none' ? undefined : rest.kind === 'text' ? String(value) : JSON.stringify(value));
  };

  return async (message, reply) => {
    try {
      const head = headOf<RequestHead>(String(message.headers[REQUEST_HEADER]));
      if (head.operation) {
        await operate(served, head.session, head.operation, message, reply);
        say(reply, { code: 200, kind: 'none' });
        return;
      }
      const input = head.body === 'stdin' ? inputOf(message, reply) : undefined;
      const request = { ...(await requestOf(message, head, input)), managedFields: true };
      const response = await served.handle(request, { session: head.session, isOwn: true });
      await answer(reply, response, begin, say);
    } catch (error) {
      if (error instanceof DialError) {
        const { failure, host, port, address } = error;
        say(reply, { code: 0, kind: 'dial' }, { failure, host, port, address });
      } else if (error instanceof StatusError) {
        if (!reply.headersSent) return say(reply, { code: error.code, kind: 'json' }, error.status);
        reply.end(frame('refused', error.status));
      } else {
        report(error instanceof Error ? (error.stack ?? error.message) : String(error));
        if (reply.headersSent) reply.destroy();
        else say(reply, { code: 500, kind: 'problem' }, error instanceof Error ? error.message : String(error));
      }
    }
  };
}

async function operate(
  served: ServedCluster,
  session: string,
  operation: Operation,
  message: IncomingMessage,
  reply: ServerResponse,
): Promise<void> {
  const { cluster } = served;
  if (operation.name === 'begin') {
    if (operation.version !== WIRE_VERSION) {
      throw new Error('kubemu serve, which holds the cluster, is of another version of kubemu: end it, and start it again with this one');
    }
    await served.begin(session, operation.line);
    message.socket.once('close', () => served.end(session));
    const { speed } = operation;
    if (speed !== undefined) await served.change(() => cluster.clock.configure({ speed }, wallNow()));
  } else if (operation.name === 'pass') {
    const gone = new AbortController();
    reply.once('close', () => gone.abort());
    await served.pass(session, operation.limit, gone.signal);
  } else if (operation.name === 'advance') {
    const { to } = operation;
    await served.change(async () => {
      await cluster.advance(to);
      cluster.clock.configure({}, wallNow());
    });
  } else {
    const { change } = operation;
    await served.change(() => cluster.clock.configure(change, wallNow()));
  }
}

async function requestOf(message: IncomingMessage, head: RequestHead, stdin: Input | undefined): Promise<ApiRequest> {
  const { session: _session, body: kind, operation: _operation, ...rest } = head;
  const request = { ...rest, method: message.method as HttpMethod, path: message.url ?? '/' };
  if (stdin) return { ...request, stdin };
  if (!kind) return request;
  const pieces: Uint8Array[] = [];
  for await (const piece of message as AsyncIterable<Uint8Array>) pieces.push(piece);
  const text = Buffer.concat(pieces).toString('utf8');
  return { ...request, body: kind === 'json' ? JSON.parse(text) : text };
}

/** Input is asked for when somebody waits for it, so that nobody reads a terminal before the prompt is there. */
function inputOf(message: IncomingMessage, reply: ServerResponse): Input {
  return {
    [Symbol.asyncIterator]: () => {
      const pieces = (message as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
      return {
        async next() {
          if (!reply.destroyed) reply.write(frame('wanted'));
          // A terminal that is gone has said all that it will say.
          return pieces.next().catch(() => ({ done: true, value: undefined }) as const);
        },
      };
    },
  };
}

const frame = (channel: Channel, value?: unknown): Buffer =>
  frameOf(
    channel,
    value === undefined ? Buffer.alloc(0) : value instanceof Uint8Array ? value : Buffer.from(JSON.stringify(value), 'utf8'),
  );

async function answer(
  reply: ServerResponse,
  response: ApiResponse,
  begin: (reply: ServerResponse, rest: Omit<ReplyHead, 'now'>) => void,
  say: (reply: ServerResponse, rest: Omit<ReplyHead, 'now'>, value?: unknown) => void,
): Promise<void> {
  const { code, body, warnings, events, stream } = response;
  const rest = { code, ...(warnings?.length ? { warnings } : {}) };
  if (events) {
    begin(reply, { ...rest, kind: 'events' });
    await send(reply, events, (event) => `${JSON.stringify(event)}\n`);
  } else if (stream) {
    begin(reply, { ...rest, kind: 'stream' });
    await send(reply, stream, ({ channel, data }: StreamChunk) => frame(channel, data));
  } else {
    const kind = body === undefined ? 'none' : typeof body === 'string' ? 'text' : 'json';
    say(reply, { ...rest, kind }, body);
  }
}

async function send<T>(reply: ServerResponse, source: AsyncIterable<T>, shown: (piece: T) => string | Uint8Array): Promise<void> {
  reply.flushHeaders();
  await pump(reply, source, shown);
}
