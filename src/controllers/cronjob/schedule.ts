// Cron lines as robfig/cron reads them: five fields, `@daily` and the like, `@every 5m`; when they were last due and when they are next.
import { Cron } from 'croner';
import { calendar, hours, type Instant } from '../../machinery/clock.ts';

export interface Schedule {
  /** The first due time after `after`; undefined when there is none. */
  next(after: Instant): Instant | undefined;
}

const UNITS: Record<string, number> = { h: 3_600_000, m: 60_000, s: 1000 };

/** Throws when the line is none. @param timeZone IANA name; UTC when absent */
export function parseSchedule(line: string, timeZone: string | undefined): Schedule {
  const every = /^@every ((?:\d+(?:\.\d+)?[hms])+)$/.exec(line.trim());
  if (every?.[1]) return everyDuration(every[1]);
  const cron = new Cron(line.trim(), { timezone: timeZone ?? 'UTC', paused: true, mode: '5-part' });
  return { next: (after) => cron.nextRun(calendar(after))?.getTime() };
}

function everyDuration(text: string): Schedule {
  let period = 0;
  for (const [, amount = '0', unit = 's'] of text.matchAll(/(\d+(?:\.\d+)?)([hms])/g)) period += Number(amount) * (UNITS[unit] ?? 0);
  const whole = Math.max(1000, Math.floor(period / 1000) * 1000);
  return { next: (after) => Math.floor(after / 1000) * 1000 + whole };
}

/** A CronJob that nobody touches is played in full for so many runs. */
const PLAYED_RUNS = 120;
/** From the age of such a stretch on: of each block of this length only the last runs are played. */
const BLOCKS = [
  { age: hours(24 * 365), length: hours(24 * 28) },
  { age: hours(24 * 28), length: hours(24 * 7) },
  { age: hours(24 * 7), length: hours(24) },
  { age: hours(24), length: hours(6) },
  { age: 0, length: hours(1) },
] as const;
/** No cron line has more due times in a day. */
const MOST_IN_BLOCK = 2000;

/**
 * The next due time that is played. After {@link PLAYED_RUNS} runs in a stretch only those are whose Jobs would still exist when the
 * hour (after a day: six hours; a week: the day; four weeks: the week; a year: four weeks) is over, `kept` of them: a rule on virtual time, whoever looks and whenever.
 * @param since when the CronJob was made or last changed
 */
export function nextPlayed(schedule: Schedule, now: Instant, since: Instant, kept: number): Instant | undefined {
  const next = schedule.next(now);
  if (next === undefined) return undefined;
  const after = schedule.next(next);
  const age = next - since;
  if (after === undefined || age / (after - next) <= PLAYED_RUNS) return next;
  const length = BLOCKS.find((block) => age >= block.age)?.length ?? hours(1);
  const end = (Math.floor(next / length) + 1) * length;
  for (let span = (after - next) * (kept + 1); ; span *= 4) {
    const from = Math.max(next - 1, end - span);
    const last = dueWithin(schedule, from, end);
    if (last.length >= kept || from < next) return last.at(-kept) ?? last[0] ?? next;
  }
}

/** Due times in (from, end), in order. */
function dueWithin(schedule: Schedule, from: Instant, end: Instant): Instant[] {
  const all: Instant[] = [];
  for (let due = schedule.next(from); due !== undefined && due < end && all.length < MOST_IN_BLOCK; due = schedule.next(due)) all.push(due);
  return all;
}

/** More missed times than this are not counted one by one. */
const MOST_MISSED = 1000;

/** The latest due time in (from, now]. */
export function lastDue(schedule: Schedule, from: Instant, now: Instant): Instant | undefined {
  const first = schedule.next(from);
  if (first === undefined || first > now) return undefined;
  const second = schedule.next(first);
  if (second === undefined || second > now) return first;
  // Jump close to now by the rhythm of the first two, then step.
  const period = Math.max(second - first, 60_000);
  let due = first;
  const near = now - period * 2;
  if (near > first) due = schedule.next(near) ?? first;
  if (due > now) due = second;
  for (let i = 0; i < MOST_MISSED; i++) {
    const next = schedule.next(due);
    if (next === undefined || next > now) return due;
    due = next;
  }
  return due;
}
