// The wait for input of exec and attach. While processes have something to do, time passes beside it; else only input can go on.
import { seconds } from '../machinery/clock.ts';
import type { Input } from '../machinery/http.ts';
import type { Pass } from './server.ts';

/** The next piece of input, or undefined when time has passed first. */
export async function inputOrTime(
  pending: Promise<IteratorResult<Uint8Array>>,
  busy: boolean,
  pass: Pass,
  input: Input | undefined,
): Promise<IteratorResult<Uint8Array> | undefined> {
  if (!busy) return input?.meanwhile?.(pending) ?? pending;
  const passing = pass(seconds(1));
  const next = await Promise.race([pending, passing.then(() => undefined)]);
  await passing;
  return next;
}
