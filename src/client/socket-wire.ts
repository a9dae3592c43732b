// What our own command line and `kubemu serve` say to each other over the Unix socket: HTTP, with what HTTP has no word for in one
// header each way, and streams in frames: a channel (one byte), a length (four), the bytes.
import type { Duration, Instant } from '../machinery/clock.ts';
import type { ApiRequest } from '../machinery/http.ts';

export const REQUEST_HEADER = 'kubemu-request';
export const REPLY_HEADER = 'kubemu-reply';
/** Both ends speak the same one, or do not speak. */
export const WIRE_VERSION = 1;
/** Headers of requests hold command lines. */
export const MOST_HEADERS = 1024 * 1024;

/** A part of the session's work that is no request to the API. */
export type Operation =
  | { name: 'begin'; version: number; speed?: number; line?: string }
  | { name: 'pass'; limit?: Duration }
  | { name: 'advance'; to: Instant }
  | { name: 'clock'; change: { mode?: 'real' | 'max'; speed?: number } };

export interface RequestHead extends Pick<ApiRequest, 'credentials' | 'accept' | 'contentType' | 'userAgent' | 'query'> {
  /** The command line that asks: all its requests name it. */
  session: string;
  /** What the body is: JSON, text, or input that comes when it is asked for. Absent: there is none. */
  body?: 'json' | 'text' | 'stdin';
  operation?: Operation;
}

export interface ReplyHead {
  /** The cluster's time when this was answered. */
  now: Instant;
  clock?: { mode: 'real' | 'max'; speed: number };
  code: number;
  /** `problem`: what should never happen. `dial`: no API server listens; `code` means nothing then. */
  kind: 'json' | 'text' | 'none' | 'events' | 'stream' | 'dial' | 'problem';
  warnings?: readonly string[];
}

/** What frames carry. `wanted` asks for the next piece of input; `refused` is a StatusError and ends the stream. */
export const CHANNELS = ['wanted', 'stdout', 'stderr', 'error', 'refused'] as const;
export type Channel = (typeof CHANNELS)[number];

export const headerOf = (head: RequestHead | ReplyHead): string => encodeURIComponent(JSON.stringify(head));

export const headOf = <T extends RequestHead | ReplyHead>(header: string): T => JSON.parse(decodeURIComponent(header)) as T;

export function frameOf(channel: Channel, data: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(5 + data.length);
  frame[0] = CHANNELS.indexOf(channel);
  frame.writeUInt32BE(data.length, 1);
  frame.set(data, 5);
  return frame;
}

/** Takes the frames out of bytes that come in any pieces. */
export async function* framesIn(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<{ channel: Channel; data: Buffer }> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const piece of pieces) {
    rest = rest.length === 0 ? Buffer.from(piece) : Buffer.concat([rest, piece]);
    while (rest.length >= 5 && rest.length >= 5 + rest.readUInt32BE(1)) {
      const end = 5 + rest.readUInt32BE(1);
      yield { channel: CHANNELS[rest[0] ?? 0] ?? 'wanted', data: rest.subarray(5, end) };
      rest = rest.subarray(end);
    }
  }
}

/** Takes the lines out of text that comes in any pieces. */
export async function* linesIn(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const piece of pieces) {
    const lines = (rest + decoder.decode(piece, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
}
