// Standard input in pieces, for exec, attach and run -i: line by line from a terminal, all at once from a pipe.
import { readSync } from 'node:fs';
import type { VerbContext } from './verb.ts';

export async function* inputChunks(context: VerbContext): AsyncIterable<Uint8Array> {
  if (!context.terminal.stdin) {
    const text = await context.stdin();
    if (text) yield new TextEncoder().encode(text);
    return;
  }
  for (;;) {
    // What was printed so far must be seen before anybody is asked to type.
    await context.pass(0);
    const buffer = new Uint8Array(4096);
    const length = readChunk(buffer);
    if (length === 0) return;
    yield buffer.subarray(0, length);
  }
}

function readChunk(buffer: Uint8Array): number {
  for (;;) {
    try {
      return readSync(0, buffer);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EOF') return 0;
      if (code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}
