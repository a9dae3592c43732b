// Virtual time. Instants are whole milliseconds since the Unix epoch; the cluster's clock is the only one that rooms may ask.
// The wall clock appears here alone, for whoever turns the cluster's clock.

/** Virtual milliseconds since 1970-01-01T00:00:00Z. */
export type Instant = number;

/** A length of time in virtual milliseconds. */
export type Duration = number;

export interface Clock {
  now(): Instant;
}

export const milliseconds = (n: number): Duration => n;
export const seconds = (n: number): Duration => n * 1000;
export const minutes = (n: number): Duration => n * 60_000;
export const hours = (n: number): Duration => n * 3_600_000;

/** metav1.Time: RFC 3339 in UTC, whole seconds, truncated: `2026-11-20T13:45:00Z`. */
export function rfc3339(at: Instant): string {
  const second = Math.floor(at / 1000);
  if (second !== lastSecond) {
    lastText = `${new Date(second * 1000).toISOString().slice(0, 19)}Z`;
    lastSecond = second;
  }
  return lastText;
}

/** What was written last: many objects are written in one virtual second. */
let lastSecond = Number.NaN;
let lastText = '';

/** metav1.MicroTime: RFC 3339 with six decimals. */
export function rfc3339Micro(at: Instant): string {
  return `${new Date(at).toISOString().slice(0, 23)}000Z`;
}

/** Any RFC 3339 text to an instant; NaN when it is none. */
export function parseTime(text: string): Instant {
  return Date.parse(text);
}

/** Calendar view of an instant in UTC, for `date` and cron. */
export function calendar(at: Instant): Date {
  return new Date(at);
}

/** The computer's own clock, in milliseconds since the epoch. Only the cluster's clock and timed waits may use it. */
export function wallNow(): number {
  return Date.now();
}

/** Sleeps in wall-clock time; resolves early when the signal aborts. */
export function wallSleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done, { once: true });
    function done(): void {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    }
  });
}

/** Calls back in `ms` milliseconds of wall-clock time; what it returns prevents that. */
export function wallAlarm(ms: number, ring: () => void): () => void {
  const timer = setTimeout(ring, ms);
  return () => clearTimeout(timer);
}

/** Lets the rest of the process have its turn: what has arrived by then has been heard. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
