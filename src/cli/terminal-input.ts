// Standard input for exec, attach and run -i: all at once from a pipe, line by line from a terminal, and key by key where the process
// at the other end has a terminal of its own, which then echoes and edits what is typed.
import { readSync } from 'node:fs';
import type { Input } from '../machinery/http.ts';
import type { VerbContext } from './verb.ts';

export interface TerminalInput {
  chunks: Input;
  /** Gives the terminal back as it was. */
  end(): void;
}

export function terminalInput(context: VerbContext, tty: boolean): TerminalInput {
  return tty && context.terminal.stdin ? keys(context) : { chunks: inputChunks(context), end: () => {} };
}

/** Every key as it is pressed. While nobody types, time passes, and what was done so far is on disk. */
function keys(context: VerbContext): TerminalInput {
  const { stdin } = process;
  stdin.setRawMode(true);
  const iterator = stdin.iterator({ destroyOnReturn: false });
  return {
    chunks: {
      [Symbol.asyncIterator]: () => iterator,
      async meanwhile(piece) {
        let isOver = false;
        const over = (): void => {
          isOver = true;
        };
        piece.then(over, over);
        while (!isOver) await context.pass();
        return piece;
      },
    },
    end() {
      stdin.setRawMode(false);
      stdin.pause();
      stdin.unref();
    },
  };
}

async function* inputChunks(context: VerbContext): AsyncIterable<Uint8Array> {
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
