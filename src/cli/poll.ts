// Waiting in virtual time: look, let time pass until something may have changed, look again.
import type { Duration } from '../machinery/clock.ts';
import type { VerbContext } from './verb.ts';

/** True as soon as `look` says so, false when `limit` has passed. A limit of 0 looks once. */
export async function pollUntil(context: VerbContext, limit: Duration, look: () => Promise<boolean>): Promise<boolean> {
  // The first look opens the cluster; its clock can be asked afterwards.
  if (await look()) return true;
  const deadline = context.now() + limit;
  for (;;) {
    const left = deadline - context.now();
    if (left <= 0) return false;
    await context.pass(left);
    if (await look()) return true;
  }
}

/** kubectl's way to say "as long as it takes": a week. */
export const A_WEEK: Duration = 168 * 3_600_000;
