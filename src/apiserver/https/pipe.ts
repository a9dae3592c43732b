// Bytes from whoever has them to whoever waits for them.

export interface Pipe extends AsyncIterable<Uint8Array> {
  push(piece: Uint8Array): void;
  end(): void;
  /** Resolves when little enough waits in it: at once, mostly. Who does not wait for it fills the memory. */
  room(): Promise<void>;
}

/** In bytes. */
const MOST = 1024 * 1024;

export function createPipe(): Pipe {
  const pieces: Uint8Array[] = [];
  let isOver = false;
  let size = 0;
  let empty: (() => void)[] = [];
  const roomAgain = (): void => {
    if (size > MOST && !isOver) return;
    for (const resolve of empty) resolve();
    empty = [];
  };
  let wake: (() => void) | undefined;
  const notify = (): void => {
    wake?.();
    wake = undefined;
  };
  return {
    push(piece) {
      if (isOver) return;
      pieces.push(piece);
      size += piece.length;
      notify();
    },
    end() {
      isOver = true;
      notify();
      roomAgain();
    },
    room() {
      if (size <= MOST || isOver) return Promise.resolve();
      return new Promise((resolve) => empty.push(resolve));
    },
    [Symbol.asyncIterator]: () => ({
      async next() {
        for (;;) {
          const value = pieces.shift();
          if (value) {
            size -= value.length;
            roomAgain();
            return { done: false, value };
          }
          if (isOver) return { done: true, value: undefined };
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      },
    }),
  };
}
