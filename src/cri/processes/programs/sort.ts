// sort and uniq.
import { joined, lines, whole } from './input.ts';

export const sort = whole((sys, input, { flags }) => {
  const separator = flags.t === undefined ? undefined : String(flags.t);
  const keys = flags.k === undefined ? [] : String(flags.k).split('\n');
  const letters = Object.keys(flags).join('');
  const fieldsOf = (line: string): string[] => (separator === undefined ? (line.match(/\s*\S+/g) ?? ['']) : line.split(separator));
  const part = (line: string, key: string): { text: string; mode: string } => {
    const m = /^(\d+)(?:\.\d+)?([a-zA-Z]*)(?:,(\d+)(?:\.\d+)?([a-zA-Z]*))?$/.exec(key);
    const fields = fieldsOf(line);
    return {
      text: fields.slice(Number(m?.[1] ?? 1) - 1, m?.[3] ? Number(m[3]) : undefined).join(separator ?? ''),
      mode: (m?.[2] ?? '') + (m?.[4] ?? ''),
    };
  };
  const units: Record<string, number> = { K: 1e3, M: 1e6, G: 1e9, T: 1e12 };
  const value = (text: string, human: boolean): number => {
    const m = /^\s*(-?\d*\.?\d*)([KMGT]?)/i.exec(text);
    return (Number(m?.[1] || 0) || 0) * (human ? (units[(m?.[2] ?? '').toUpperCase()] ?? 1) : 1);
  };
  const months = 'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'.split(' ');
  const compare = (x: string, y: string, mode: string): number => {
    if (mode.includes('n') || mode.includes('g') || mode.includes('h')) return value(x, mode.includes('h')) - value(y, mode.includes('h'));
    if (mode.includes('V')) return x.localeCompare(y, 'en', { numeric: true });
    if (mode.includes('M')) return months.indexOf(x.trim().slice(0, 3).toUpperCase()) - months.indexOf(y.trim().slice(0, 3).toUpperCase());
    const [a, b] = mode.includes('f') ? [x.toUpperCase(), y.toUpperCase()] : [x, y];
    return a < b ? -1 : a > b ? 1 : 0;
  };
  const order = (x: string, y: string): number => {
    for (const key of keys.length > 0 ? keys : ['']) {
      const a = key === '' ? { text: x, mode: letters } : part(x, key);
      const b = key === '' ? { text: y, mode: letters } : part(y, key);
      const mode = a.mode || letters;
      const result = compare(a.text, b.text, mode);
      if (result !== 0) return mode.includes('r') ? -result : result;
    }
    if (flags.u || flags.s) return 0;
    const last = x < y ? -1 : x > y ? 1 : 0;
    return letters.includes('r') ? -last : last;
  };
  let out = lines(input).sort(order);
  if (flags.u) out = out.filter((line, i) => i === 0 || order(out[i - 1] ?? '', line) !== 0);
  if (flags.o !== undefined) {
    const error = sys.writeFile(String(flags.o), joined(out));
    if (error) sys.err(`sort: ${String(flags.o)}: ${sys.errorText(error)}\n`);
  } else sys.out(joined(out));
  return 0;
}, 'tkoST');

export const uniq = whole((sys, input, { flags }) => {
  const groups: { line: string; n: number }[] = [];
  for (const line of lines(input)) {
    const last = groups.at(-1);
    if (last && (flags.i ? last.line.toLowerCase() === line.toLowerCase() : last.line === line)) last.n++;
    else groups.push({ line, n: 1 });
  }
  const kept = groups.filter((g) => (flags.d ? g.n > 1 : flags.u ? g.n === 1 : true));
  sys.out(joined(kept.map((g) => (flags.c ? `${String(g.n).padStart(7)} ${g.line}` : g.line))));
  return 0;
}, 'fsw');
