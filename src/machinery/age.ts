// Elapsed time as tables and `describe` show it (apimachinery's duration.HumanDuration): two units at most, always truncated.
import { type Duration, type Instant, parseTime } from './clock.ts';

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;
const YEAR = 365 * DAY;

/** `35s`, `5m12s`, `3h`, `2d4h`, `3y40d`. */
export function humanDuration(duration: Duration): string {
  const total = Math.trunc(duration / 1000);
  if (total < -1) return '<invalid>';
  if (total < 0) return '0s';
  if (total < 2 * MINUTE) return `${total}s`;
  if (total < 10 * MINUTE) return two(total, MINUTE, 'm', 1, 's');
  if (total < 3 * HOUR) return `${Math.trunc(total / MINUTE)}m`;
  if (total < 8 * HOUR) return two(total, HOUR, 'h', MINUTE, 'm');
  if (total < 2 * DAY) return `${Math.trunc(total / HOUR)}h`;
  if (total < 8 * DAY) return two(total, DAY, 'd', HOUR, 'h');
  if (total < 2 * YEAR) return `${Math.trunc(total / DAY)}d`;
  if (total < 8 * YEAR) return two(total, YEAR, 'y', DAY, 'd');
  return `${Math.trunc(total / YEAR)}y`;
}

/** Time since an RFC 3339 timestamp, `<unknown>` without one. */
export function ageOf(timestamp: string | null | undefined, now: Instant): string {
  return timestamp ? humanDuration(now - parseTime(timestamp)) : '<unknown>';
}

function two(total: number, unit: number, name: string, smaller: number, smallerName: string): string {
  const rest = Math.trunc((total % unit) / smaller);
  return `${Math.trunc(total / unit)}${name}${rest ? `${rest}${smallerName}` : ''}`;
}
