// Streams of a served cluster, in and out: each piece is a turn, and whoever waits for the next one lets others go on.
import type { Input } from '../../machinery/http.ts';
import type { Caller } from './caller.ts';

/** The stream's consumer went away. */
export class Gone extends Error {}

/** What streams need of the served cluster. */
export interface StreamHost {
  turn<T>(caller: Caller, work: () => Promise<T>): Promise<T>;
  take(caller: Caller): Promise<void>;
  give(): void;
  /** Resolves when all that has been changed so far is on disk. */
  durable(): Promise<void>;
  /** Ends what a caller waits for. */
  leave(caller: Caller): void;
  /** Ends its wait for time. */
  wake(caller: Caller): void;
  report(error: unknown): void;
  /** Everybody with an open stream. */
  callers: Set<Caller>;
}

/** What a stream tells of is durable before. */
export function inTurns<T>(host: StreamHost, source: AsyncIterable<T>, caller: Caller): AsyncIterable<T> {
  const inner = source[Symbol.asyncIterator]();
  const end: IteratorReturnResult<undefined> = { done: true, value: undefined };
  let last: Promise<IteratorResult<T>> = Promise.resolve(end);
  host.callers.add(caller);
  const next = async (): Promise<IteratorResult<T>> => {
    if (caller.gone) return end;
    try {
      const result = await host.turn(caller, () => inner.next());
      await host.durable();
      if (result.done) host.callers.delete(caller);
      return result;
    } catch (error) {
      host.callers.delete(caller);
      if (error instanceof Gone) return end;
      throw error;
    }
  };
  return {
    [Symbol.asyncIterator]: () => ({
      next: () => (last = next()),
      return: async () => {
        host.leave(caller);
        host.callers.delete(caller);
        await last.catch(() => undefined);
        await inner.return?.().catch((error: unknown) => host.report(error));
        return end;
      },
    }),
  };
}

/** Whoever waits for input lets others go on, and hears of it at once. */
export function inputInTurns(host: StreamHost, source: Input, caller: Caller): Input {
  return {
    [Symbol.asyncIterator]: () => {
      const inner = source[Symbol.asyncIterator]();
      return {
        next: async () => {
          const coming = inner.next();
          const arrived = coming.then(
            () => undefined,
            () => undefined,
          );
          caller.input = arrived;
          const piece = await coming;
          if (caller.input === arrived) caller.input = undefined;
          host.wake(caller);
          return piece;
        },
      };
    },
    meanwhile: async (piece) => {
      const left = new Promise<never>((_, reject) => {
        caller.leave = () => reject(new Gone());
      });
      if (caller.command.own) caller.command.own.holds = false;
      host.give();
      try {
        if (caller.gone) throw new Gone();
        return await Promise.race([piece, left]);
      } finally {
        caller.leave = undefined;
        await host.take(caller);
      }
    },
  };
}
