// The server's side of SPDY/3.1, as far as Kubernetes clients speak it: streams that the client opens, their headers, data and ends, and
// pings. Left out: priorities, settings and flow control, which those clients leave out as well.
import type { Deflate, Inflate } from 'node:zlib';
import { createPipe, type Pipe } from '../pipe.ts';
import { dictionary } from './dictionary.ts';

export interface SpdyStream {
  id: number;
  /** Names in lower case. */
  headers: Readonly<Record<string, string>>;
  /** What the client sends. */
  input: Pipe;
  write(data: Uint8Array): void;
  /** Ends our half. */
  end(): void;
  reset(): void;
}

export interface SpdyConnection {
  /** Bytes from the client. Resolves when there is room for more. */
  receive(bytes: Uint8Array): Promise<void>;
  /** The client went away. */
  closed(): void;
}

export interface SpdyOptions {
  send(bytes: Buffer): void;
  /** A stream was opened; its reply has been sent. */
  opened(stream: SpdyStream): void;
  /** Nothing more can be understood. */
  failed(why: string): void;
}

const SYN_STREAM = 1;
const SYN_REPLY = 2;
const RST_STREAM = 3;
const PING = 6;
const GOAWAY = 7;
const FIN = 1;
const CONTROL = 0x8003;
const CANCEL = 5;
const LARGEST = 16 * 1024 * 1024;
const PIECE = 64 * 1024;
/** Headers of a stream, compressed or not. */
const MOST_HEADERS = 64 * 1024;
const MOST_STREAMS = 1000;

export async function spdy({ send, opened, failed }: SpdyOptions): Promise<SpdyConnection> {
  const zlib = await import('node:zlib');
  const inflate = zlib.createInflate({ dictionary: dictionary(), finishFlush: zlib.constants.Z_SYNC_FLUSH });
  const deflate = zlib.createDeflate({ dictionary: dictionary() });
  const streams = new Map<number, SpdyStream>();
  let rest: Buffer = Buffer.alloc(0);
  let last: Promise<void> = Promise.resolve();
  let isOver = false;

  const over = (why: string): void => {
    if (isOver) return;
    isOver = true;
    for (const { input } of streams.values()) input.end();
    if (why) failed(why);
  };
  inflate.on('error', () => over('headers that cannot be decompressed'));
  deflate.on('error', () => over('headers cannot be compressed'));

  /** Of those that are open, whose half has ended: 'ours' or 'theirs'. */
  const halves = new Map<number, 'ours' | 'theirs'>();
  const ends = (id: number, half: 'ours' | 'theirs'): void => {
    const other = halves.get(id);
    if (!streams.has(id) || other === half) return;
    if (other === undefined) return void halves.set(id, half);
    halves.delete(id);
    streams.delete(id);
  };
  const theirEnd = (id: number): void => {
    streams.get(id)?.input.end();
    ends(id, 'theirs');
  };

  const streamOf = (id: number, headers: Record<string, string>): SpdyStream => {
    let ended = false;
    return {
      id,
      headers,
      input: createPipe(),
      write(data) {
        for (let at = 0; at < data.length && !ended && !isOver; at += PIECE) send(dataFrame(id, 0, data.subarray(at, at + PIECE)));
      },
      end() {
        if (!ended && !isOver) send(dataFrame(id, FIN, new Uint8Array()));
        ended = true;
        ends(id, 'ours');
      },
      reset() {
        if (!isOver) send(controlFrame(RST_STREAM, 0, words(id, CANCEL)));
        ended = true;
        theirEnd(id);
        ends(id, 'ours');
      },
    };
  };

  const control = async (type: number, flags: number, body: Buffer): Promise<void> => {
    switch (type) {
      case SYN_STREAM: {
        const id = body.readUInt32BE(0) & 0x7fffffff;
        if (streams.size >= MOST_STREAMS) return over('too many streams');
        const stream = streamOf(id, headersIn(await through(inflate, body.subarray(10), zlib.constants.Z_SYNC_FLUSH)));
        streams.set(id, stream);
        if (flags & FIN) theirEnd(id);
        send(controlFrame(SYN_REPLY, 0, Buffer.concat([words(id), await through(deflate, words(0), zlib.constants.Z_SYNC_FLUSH)])));
        opened(stream);
        break;
      }
      case RST_STREAM:
        theirEnd(body.readUInt32BE(0) & 0x7fffffff);
        break;
      case PING:
        send(controlFrame(PING, 0, body));
        break;
      case GOAWAY:
        over('');
        break;
    }
  };

  const frame = async (head: Buffer, body: Buffer): Promise<void> => {
    if (isOver) return;
    const flags = head[4] ?? 0;
    if (head.readUInt16BE(0) === CONTROL) return control(head.readUInt16BE(2), flags, body);
    if ((head[0] ?? 0) & 0x80) return over('a version of SPDY other than 3');
    const id = head.readUInt32BE(0);
    const stream = streams.get(id);
    if (body.length > 0) stream?.input.push(body);
    if (flags & FIN) theirEnd(id);
    await stream?.input.room();
  };

  return {
    async receive(bytes) {
      rest = Buffer.concat([rest, bytes]);
      while (rest.length >= 8 && !isOver) {
        const length = rest.readUIntBE(5, 3);
        if (length > LARGEST) return over('a frame that is too large');
        if (rest.length < 8 + length) return;
        const [head, body] = [rest.subarray(0, 8), rest.subarray(8, 8 + length)];
        rest = rest.subarray(8 + length);
        // In order: the headers of one stream are compressed with those before.
        last = last.then(() => frame(head, body)).catch(() => over('a frame that is malformed'));
      }
      await last;
    },
    closed: () => over(''),
  };
}

/** A piece of a compressed series, in or out. */
function through(codec: Inflate | Deflate, piece: Buffer, flush: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const collect = (chunk: Buffer): void => {
      chunks.push(chunk);
      size += chunk.length;
      if (size <= MOST_HEADERS) return;
      codec.destroy();
      reject(new RangeError('too many headers'));
    };
    if (piece.length > MOST_HEADERS) return reject(new RangeError('too many headers'));
    codec.on('data', collect);
    codec.write(piece, () =>
      codec.flush(flush, () => {
        codec.off('data', collect);
        resolve(Buffer.concat(chunks));
      }),
    );
  });
}

function headersIn(block: Buffer): Record<string, string> {
  const headers: Record<string, string> = {};
  let at = 4;
  const text = (): string => {
    const length = block.readUInt32BE(at);
    at += 4 + length;
    return block.toString('utf8', at - length, at);
  };
  for (let left = block.readUInt32BE(0); left > 0; left--) {
    const name = text();
    headers[name.toLowerCase()] = text();
  }
  return headers;
}

function words(...values: number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [i, value] of values.entries()) bytes.writeUInt32BE(value, 4 * i);
  return bytes;
}

function controlFrame(type: number, flags: number, body: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt16BE(CONTROL, 0);
  head.writeUInt16BE(type, 2);
  head[4] = flags;
  head.writeUIntBE(body.length, 5, 3);
  return Buffer.concat([head, body]);
}

function dataFrame(id: number, flags: number, body: Uint8Array): Buffer {
  const head = words(id, 0);
  head[4] = flags;
  head.writeUIntBE(body.length, 5, 3);
  return Buffer.concat([head, body]);
}
