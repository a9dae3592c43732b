// Whether a text is a cron schedule, as the parser of the CronJob controller says.

const FIELDS: readonly { min: number; max: number; names: readonly string[] }[] = [
  { min: 0, max: 59, names: [] },
  { min: 0, max: 23, names: [] },
  { min: 1, max: 31, names: [] },
  { min: 1, max: 12, names: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'] },
  { min: 0, max: 6, names: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] },
];

const DESCRIPTORS = new Set(['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly']);

/** What is wrong with the schedule; undefined when nothing is. */
export function scheduleError(schedule: string): string | undefined {
  if (schedule.startsWith('@')) {
    if (DESCRIPTORS.has(schedule) || /^@every (\d+(\.\d+)?(h|m|s|ms))+$/.test(schedule)) return undefined;
    return `unrecognized descriptor: ${schedule}`;
  }
  const fields = schedule.trim().split(/\s+/);
  if (fields.length !== 5) return `expected exactly 5 fields, found ${schedule.trim() ? fields.length : 0}: [${fields.join(' ')}]`;
  for (const [i, text] of fields.entries()) {
    const bounds = FIELDS[i];
    for (const part of text.split(',')) {
      const error = bounds && rangeError(part, bounds);
      if (error) return error;
    }
  }
  return undefined;
}

function rangeError(text: string, { min, max, names }: (typeof FIELDS)[number]): string | undefined {
  const [range = '', step, ...more] = text.split('/');
  if (more.length) return `too many slashes: ${text}`;
  const ends = range.split('-');
  if (ends.length > 2) return `too many hyphens: ${text}`;
  const isAny = range === '*' || range === '?';
  const numbers: number[] = [];
  for (const end of isAny ? [] : ends) {
    const named = names.indexOf(end.toLowerCase());
    if (named < 0 && !/^\d+$/.test(end)) return `failed to parse int from ${end}: strconv.Atoi: parsing "${end}": invalid syntax`;
    numbers.push(named < 0 ? Number(end) : named + min);
  }
  if (step !== undefined && !/^\d+$/.test(step)) return `failed to parse int from ${step}: strconv.Atoi: parsing "${step}": invalid syntax`;
  const first = numbers[0] ?? min;
  const last = isAny || (step !== undefined && numbers.length === 1) ? max : (numbers[1] ?? first);
  if (first < min) return `beginning of range (${first}) below minimum (${min}): ${text}`;
  if (last > max) return `end of range (${last}) above maximum (${max}): ${text}`;
  if (first > last) return `beginning of range (${first}) beyond end of range (${last}): ${text}`;
  if (step !== undefined && Number(step) === 0) return `step of range should be a positive number: ${text}`;
  return undefined;
}
