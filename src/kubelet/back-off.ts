// Plays flowcontrol.Backoff as the kubelet uses it: 10 s doubling to 5 minutes, forgotten after 10 minutes of peace.
import { type Duration, type Instant, minutes, seconds } from '../machinery/clock.ts';

export interface BackOff {
  delay: Duration;
  since: Instant;
}

const FIRST = seconds(10);
export const LONGEST_BACK_OFF = minutes(5);
const FORGOTTEN_AFTER = 2 * LONGEST_BACK_OFF;

const isForgotten = (entry: BackOff, event: Instant): boolean => event - entry.since > FORGOTTEN_AFTER;

/** Until when to hold back after `event` (the end of a container, the failure of a pull). */
export function heldBackUntil(entry: BackOff | undefined, event: Instant): Instant {
  return entry && !isForgotten(entry, event) ? event + entry.delay : event;
}

/** The entry after one more try at `now`. */
export function nextBackOff(entry: BackOff | undefined, event: Instant, now: Instant): BackOff {
  if (!entry || isForgotten(entry, event)) return { delay: FIRST, since: now };
  return { delay: Math.min(entry.delay * 2, LONGEST_BACK_OFF), since: now };
}

/**
 * What is tried again every `period` for long is looked at ever more rarely: after `n` tries the next look is `delay` away and stands
 * for `count` of them. Nothing else decides it, so going there in steps or at once is the same.
 */
export function thinned(period: Duration, n: number, most: Duration): { delay: Duration; count: number } {
  const count = Math.max(1, Math.min(Math.floor(n / 25), Math.floor(most / period)));
  return { delay: period * count, count };
}

/** Rounds of the same trouble that are played one by one before several are taken at once: six hours at five minutes each. */
const PLAYED_ROUNDS = 72;

/** How many rounds the next one stands for, after `rounds` of them. */
export const roundsAtOnce = (rounds: number): number => Math.max(1, Math.floor(rounds / PLAYED_ROUNDS));
