// Sends what comes, piece by piece, no faster than the other end reads; the source ends when the other end goes away.
import type { ServerResponse } from 'node:http';

/** The head has been written. Resolves when the source is at its end or nobody listens any more. */
export async function pump<T>(reply: ServerResponse, source: AsyncIterable<T>, shown: (piece: T) => string | Uint8Array): Promise<void> {
  const pieces = source[Symbol.asyncIterator]();
  reply.once('close', () => void pieces.return?.());
  for (;;) {
    const { done, value } = await pieces.next();
    if (done || reply.destroyed) break;
    if (!reply.write(shown(value))) await drained(reply);
  }
  reply.end();
}

const drained = (reply: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      reply.off('drain', done);
      reply.off('close', done);
      resolve();
    };
    reply.once('drain', done);
    reply.once('close', done);
  });
