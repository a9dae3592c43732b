// What all descriptions are made of: lines at levels of two blanks, labels and annotations, times; aligned by the tab writer.
import { humanDuration } from '../../machinery/age.ts';
import { calendar, type Instant, parseTime } from '../../machinery/clock.ts';
import { alignTabs } from './tab-writer.ts';

export type Labels = Readonly<Record<string, string>> | undefined;

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
const LONGEST_ANNOTATION = 140;

/** Collects lines; columns are told apart by tabs. */
export class Description {
  private done = '';
  private text = '';

  line(level: number, text = ''): void {
    this.text += `${'  '.repeat(level)}${text}\n`;
  }

  /** Aligns what was written so far: what follows has columns of its own. */
  flush(): void {
    this.done += alignTabs(this.text);
    this.text = '';
  }

  /** The text with its tabs, as `rollout history` shows it. */
  unaligned(): string {
    return this.done + this.text;
  }

  toString(): string {
    this.flush();
    return this.done;
  }

  /** `Labels:` and one pair in each line. */
  labels(title: string, labels: Labels, indent = ''): void {
    const lines = Object.entries(labels ?? {})
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, value]) => `${key}=${value}`);
    this.titled(title, lines, indent);
  }

  annotations(annotations: Labels, indent = '', title = 'Annotations'): void {
    const lines: string[] = [];
    for (const key of Object.keys(annotations ?? {}).sort()) {
      if (key === LAST_APPLIED) continue;
      const value = (annotations?.[key] ?? '').replace(/\n$/, '');
      if (value.length + key.length + 2 <= LONGEST_ANNOTATION && !value.includes('\n')) lines.push(`${key}: ${value}`);
      else lines.push(`${key}:`, ...value.split('\n').map((line) => `  ${shortened(line, LONGEST_ANNOTATION - 2)}`));
    }
    this.titled(title, lines, indent);
  }

  titled(title: string, lines: readonly string[], indent = ''): void {
    this.text += `${indent}${title}:\t${lines[0] ?? '<none>'}\n`;
    for (const line of lines.slice(1)) this.text += `${indent}\t${line}\n`;
  }
}

const shortened = (text: string, length: number): string => (text.length > length ? `${text.slice(0, length)}...` : text);

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** RFC 1123 with a numeric zone: `Fri, 20 Nov 2026 14:06:20 +0000`. */
export function longTime(timestamp: string | undefined): string {
  if (!timestamp) return 'Mon, 01 Jan 0001 00:00:00 +0000';
  const at = calendar(parseTime(timestamp));
  const two = (n: number): string => String(n).padStart(2, '0');
  const day = `${DAYS[at.getUTCDay()]}, ${two(at.getUTCDate())} ${MONTHS[at.getUTCMonth()]} ${at.getUTCFullYear()}`;
  return `${day} ${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())} +0000`;
}

/** `<unknown>` for no time. */
export const since = (timestamp: string | null | undefined, now: Instant): string =>
  timestamp ? humanDuration(now - parseTime(timestamp)) : '<unknown>';

/** Go's spelling of a boolean in status lines. */
export const bool = (value: boolean | undefined): string => (value ? 'True' : 'False');

/** `a=b,c=d`, sorted; `<none>` for nothing. */
export function pairs(labels: Labels): string {
  const entries = Object.entries(labels ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.length === 0 ? '<none>' : entries.map(([key, value]) => `${key}=${value}`).join(',');
}

export const orNone = (text: string | undefined): string => text || '<none>';
