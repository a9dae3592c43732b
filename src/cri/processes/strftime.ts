// strftime in UTC, as busybox and coreutils `date` print it.
import { calendar, type Instant } from '../../machinery/clock.ts';

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];
const COMPOSITE: Record<string, string> = {
  c: '%a %b %e %H:%M:%S %Y',
  D: '%m/%d/%y',
  F: '%Y-%m-%d',
  r: '%I:%M:%S %p',
  R: '%H:%M',
  T: '%H:%M:%S',
  x: '%m/%d/%y',
  X: '%H:%M:%S',
  h: '%b',
};

/** A format cut into literals and single conversions, composite ones spelled out. */
export function dateParts(format: string): string[] {
  const parts: string[] = [];
  for (const [piece] of format.matchAll(/%[-_0^]?:*[a-zA-Z%+]|[^%]+|%/g)) {
    const composite = piece.length === 2 ? COMPOSITE[piece.slice(1)] : undefined;
    if (piece.startsWith('%') && composite) parts.push(...dateParts(composite));
    else parts.push(piece);
  }
  return parts;
}

/** Programs write several lines at one instant. */
let latest = { format: '', at: 0, text: '' };

export function strftime(format: string, at: Instant): string {
  if (latest.at === at && latest.format === format) return latest.text;
  const text = dateParts(format)
    .map((part) => (part.startsWith('%') && part.length > 1 ? conversion(part, at) : part))
    .join('');
  latest = { format, at, text };
  return text;
}

/** Conversions whose text always has the same width and no blanks, so that a mark can stand for them. */
export const FIXED_WIDTH = new Set([...'aYbmdHMSsyjINpZzuwC'].map((c) => `%${c}`));

export function conversion(part: string, at: Instant): string {
  const letter = part.at(-1) ?? '';
  const flag = part.length > 2 ? part[1] : '';
  const t = calendar(at);
  const pad = (n: number, width: number, fill = '0'): string =>
    flag === '-' ? String(n) : String(n).padStart(width, flag === '_' ? ' ' : flag === '0' ? '0' : fill);
  const name = (s: string | undefined): string => (flag === '^' ? (s ?? '').toUpperCase() : (s ?? ''));
  const dayOfYear = Math.floor((at - yearStartOf(t.getUTCFullYear())) / 86_400_000);
  switch (letter) {
    case '%':
      return '%';
    case 'n':
      return '\n';
    case 't':
      return '\t';
    case 'a':
      return name(DAYS[t.getUTCDay()]?.slice(0, 3));
    case 'A':
      return name(DAYS[t.getUTCDay()]);
    case 'b':
      return name(MONTHS[t.getUTCMonth()]?.slice(0, 3));
    case 'B':
      return name(MONTHS[t.getUTCMonth()]);
    case 'C':
      return pad(Math.floor(t.getUTCFullYear() / 100), 2);
    case 'd':
      return pad(t.getUTCDate(), 2);
    case 'e':
      return pad(t.getUTCDate(), 2, ' ');
    case 'H':
      return pad(t.getUTCHours(), 2);
    case 'k':
      return pad(t.getUTCHours(), 2, ' ');
    case 'I':
      return pad(t.getUTCHours() % 12 || 12, 2);
    case 'l':
      return pad(t.getUTCHours() % 12 || 12, 2, ' ');
    case 'j':
      return pad(dayOfYear + 1, 3);
    case 'm':
      return pad(t.getUTCMonth() + 1, 2);
    case 'M':
      return pad(t.getUTCMinutes(), 2);
    case 'N':
      return `${String(at % 1000).padStart(3, '0')}000000`;
    case 'p':
      return t.getUTCHours() < 12 ? 'AM' : 'PM';
    case 'P':
      return t.getUTCHours() < 12 ? 'am' : 'pm';
    case 's':
      return String(Math.floor(at / 1000));
    case 'S':
      return pad(t.getUTCSeconds(), 2);
    case 'u':
      return String(t.getUTCDay() || 7);
    case 'U':
      return pad(Math.floor((dayOfYear + 7 - t.getUTCDay()) / 7), 2);
    case 'V':
      return pad(isoWeek(at), 2);
    case 'w':
      return String(t.getUTCDay());
    case 'y':
      return pad(t.getUTCFullYear() % 100, 2);
    case 'Y':
      return String(t.getUTCFullYear());
    case 'Z':
      return 'UTC';
    case 'z':
      return part.includes(':') ? '+00:00' : '+0000';
    default:
      return part;
  }
}

function isoWeek(at: Instant): number {
  const day = 86_400_000;
  const thursday = at + (4 - (calendar(at).getUTCDay() || 7)) * day;
  return Math.floor((thursday - yearStartOf(calendar(thursday).getUTCFullYear())) / (7 * day)) + 1;
}

/** The first instant of a year. */
function yearStartOf(year: number): Instant {
  const leapDays = Math.floor((year - 1969) / 4) - Math.floor((year - 1901) / 100) + Math.floor((year - 1601) / 400);
  return ((year - 1970) * 365 + leapDays) * 86_400_000;
}
