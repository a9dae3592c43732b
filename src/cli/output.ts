// Keeps what a command says until its changes are durable, in the order it was said.
import type { Io } from './io.ts';

export class Output {
  private pending: { stream: 'stdout' | 'stderr'; data: string | Uint8Array }[] = [];
  constructor(private readonly io: Io) {}

  out(data: string | Uint8Array): void {
    this.add('stdout', data);
  }
  err(data: string | Uint8Array): void {
    this.add('stderr', data);
  }

  flush(): void {
    const pending = this.pending;
    this.pending = [];
    for (const { stream, data } of pending) this.io[stream](data);
  }

  /** Success that never became durable is not announced. */
  discard(): void {
    this.pending = [];
  }

  private add(stream: 'stdout' | 'stderr', data: string | Uint8Array): void {
    const last = this.pending.at(-1);
    if (last?.stream === stream && typeof last.data === 'string' && typeof data === 'string') last.data += data;
    else this.pending.push({ stream, data });
  }
}
