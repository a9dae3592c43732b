// date: the machine's time, or any other, in any form.
import { parseTime } from '../../../machinery/clock.ts';
import { isErrno } from '../files.ts';
import type { Program } from '../program.ts';
import { strftime } from '../strftime.ts';
import { instant } from './basic.ts';
import { options } from './options.ts';

export const date: Program = instant((sys) => {
  const { flags, rest } = options(
    sys.args.map((a) =>
      a
        .replace(/^--date=/, '-d')
        .replace(/^--utc$/, '-u')
        .replace(/^--iso-8601(=(\w+))?$/, (_, __, w: string) => `-I${w ?? ''}`),
    ),
    'dsr',
  );
  const format = rest.find((a) => a.startsWith('+'))?.slice(1);
  const standard = sys.args.some((a) => /^-I/.test(a) || /^--iso/.test(a))
    ? /seconds|ns/.test(sys.args.join(' ')) || sys.args.includes('-Is')
      ? '%Y-%m-%dT%H:%M:%S+00:00'
      : '%F'
    : flags.R
      ? '%a, %d %b %Y %H:%M:%S +0000'
      : '%a %b %e %H:%M:%S UTC %Y';
  if (flags.d !== undefined) {
    const at = when(String(flags.d), sys.clock());
    if (at === undefined) {
      sys.err(`date: invalid date '${String(flags.d)}'\n`);
      return 1;
    }
    sys.out(`${strftime(format ?? standard, at)}\n`);
    return 0;
  }
  if (flags.r !== undefined) {
    const stat = sys.inspect(String(flags.r));
    sys.out(`${strftime(format ?? standard, isErrno(stat) ? sys.clock() : stat.mtime)}\n`);
    return 0;
  }
  const text = format ?? standard;
  // busybox knows no nanoseconds.
  sys.out(`${sys.date(sys.gnu ? text : text.replace(/%N/g, ''))}\n`);
  return 0;
}, true);

function when(text: string, now: number): number | undefined {
  if (/^@\d+$/.test(text)) return Number(text.slice(1)) * 1000;
  const unit: Record<string, number> = { second: 1, sec: 1, minute: 60, min: 60, hour: 3600, day: 86_400, week: 604_800 };
  if (text === 'now' || text === '') return now;
  if (text === 'yesterday') return now - 86_400_000;
  if (text === 'tomorrow') return now + 86_400_000;
  const relative = /^([+-]?\d+)\s*(second|sec|minute|min|hour|day|week)s?( ago)?$/.exec(text.trim());
  if (relative) return now + Number(relative[1]) * (unit[relative[2] ?? ''] ?? 0) * 1000 * (relative[3] ? -1 : 1);
  const at = parseTime(
    /[zZ]|[+-]\d\d:?\d\d$|UTC$/.test(text) ? text : `${text.replace(' ', 'T').replace(/^(\d{4}-\d\d-\d\d)$/, '$1T00:00:00')}Z`,
  );
  return Number.isNaN(at) ? undefined : at;
}
