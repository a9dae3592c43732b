// Bytes from whoever has them to whoever waits for them.

export interface Pipe extends AsyncIterable<Uint8Array> {
  push(piece: Uint8Array): void;
  end(): void;
}

export function createPipe(): Pipe {
  const pieces: Uint8Array[] = [];
  let isOver = false;
  let wake: (() => void) | undefined;
  const notify = (): void => {
    wake?.();
    wake = undefined;
  };
  return {
    push(piece) {
      if (isOver) return;
      pieces.push(piece);
      notify();
    },
    end() {
      isOver = true;
      notify();
    },
    [Symbol.asyncIterator]: () => ({
      async next() {
        for (;;) {
          const value = pieces.shift();
          if (value) return { done: false, value };
          if (isOver) return { done: true, value: undefined };
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      },
    }),
  };
}
