// echo and printf.

import { marked } from '../symbols.ts';
import type { Sys } from '../sys.ts';

const SIMPLE: Record<string, string> = { a: '\x07', b: '\b', e: '\x1b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v', '\\': '\\' };

/** Backslash escapes; `stop` is set by `\c`. */
export function unescaped(text: string, octalZero: boolean): { text: string; stop: boolean } {
  let stop = false;
  const out = text.replace(
    /\\(?:x([0-9a-fA-F]{1,2})|(0?[0-7]{1,3})|([\s\S]))|[^\\]+|\\/g,
    (all, hex: string | undefined, octal: string | undefined, c: string | undefined) => {
      if (stop) return '';
      if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
      if (octal !== undefined)
        return octalZero && !octal.startsWith('0') ? `\\${octal}` : String.fromCharCode(Number.parseInt(octal, 8) & 0xff);
      if (c === 'c') {
        stop = true;
        return '';
      }
      return c === undefined ? all : (SIMPLE[c] ?? all);
    },
  );
  return { text: out, stop };
}

/** `options`: -n, -e and -E are known; `always`: escapes work without -e, as in dash. */
export function echoText(args: readonly string[], options: boolean, always: boolean): string {
  let i = 0;
  let newline = true;
  let escapes = always;
  for (; i < args.length; i++) {
    const arg = args[i] ?? '';
    if (always ? arg !== '-n' : !options || !/^-[neE]+$/.test(arg)) break;
    if (arg.includes('n')) newline = false;
    for (const c of arg) if (c === 'e' || c === 'E') escapes = c === 'e' || always;
  }
  const text = args.slice(i).join(' ');
  if (!escapes || !text.includes('\\')) return newline ? `${text}\n` : text;
  const done = unescaped(text, true);
  return newline && !done.stop ? `${done.text}\n` : done.text;
}

/** printf(1): the format is used again until all arguments are. */
export function formatPrintf(sys: Sys, format: string, args: readonly string[]): { text: string; errors: string[] } {
  const errors: string[] = [];
  const plainFormat = sys.kernel.plain(format);
  let out = '';
  let next = 0;
  do {
    const before = next;
    let stopped = false;
    out += plainFormat.replace(
      /%(%|([-+ 0#]*)(\*|\d+)?(?:\.(\*|\d+)?)?([diouxXcsbeEfFgGq]))|\\(?:x[0-9a-fA-F]{1,2}|[0-7]{1,3}|[\s\S])|[^%\\]+|[%\\]/g,
      (all, spec: string | undefined, flags = '', width?: string, precision?: string, type?: string) => {
        if (stopped) return '';
        if (all.startsWith('\\') && all.length > 1) {
          const done = unescaped(all, false);
          stopped = done.stop;
          return done.text;
        }
        if (spec === '%') return '%';
        if (spec === undefined || type === undefined) return all;
        const w = width === '*' ? Number(args[next++] ?? 0) : width === undefined ? 0 : Number(width);
        const dot = all.includes('.');
        const p = precision === '*' ? Number(args[next++] ?? 0) : precision === undefined ? (dot ? 0 : undefined) : Number(precision);
        const arg = args[next++];
        return one(sys, flags, w, p, type, arg, errors);
      },
    );
    if (next === before || stopped) break;
  } while (next < args.length);
  return { text: out, errors };
}

function one(
  sys: Sys,
  flags: string,
  width: number,
  precision: number | undefined,
  type: string,
  given: string | undefined,
  errors: string[],
): string {
  const pad = (text: string, zero = false): string => {
    const w = Math.abs(width);
    if (flags.includes('-') || width < 0) return text.padEnd(w);
    if (zero && flags.includes('0'))
      return text[0] === '-' || text[0] === '+' ? text[0] + text.slice(1).padStart(w - 1, '0') : text.padStart(w, '0');
    return text.padStart(w);
  };
  if (type === 's') return pad(precision === undefined ? (given ?? '') : (given ?? '').slice(0, precision));
  if (type === 'b') return pad(unescaped(given ?? '', true).text);
  if (type === 'c') return pad((given ?? '').slice(0, 1));
  if (type === 'q')
    return pad(
      given === undefined || given === '' ? "''" : /[^\w@%+=:,./-]/.test(given) ? given.replace(/[^\w@%+=:,./-]/g, '\\$&') : given,
    );
  const symbols = sys.kernel.cycles.symbols;
  if ((type === 'd' || type === 'i') && given && symbols && marked.test(given) && symbols.counterOf(given) && width === 0) return given;
  const number = numeric(sys.kernel.plain(given ?? '0'), errors);
  const sign = (text: string): string =>
    number >= 0 && flags.includes('+') ? `+${text}` : number >= 0 && flags.includes(' ') ? ` ${text}` : text;
  switch (type) {
    case 'd':
    case 'i': {
      const digits = String(Math.abs(Math.trunc(number))).padStart(precision ?? 0, '0');
      return pad(sign(number < 0 ? `-${digits}` : digits), precision === undefined);
    }
    case 'u':
      return pad(String(Math.trunc(number)), true);
    case 'o':
      return pad(Math.trunc(number).toString(8), true);
    case 'x':
      return pad((flags.includes('#') ? '0x' : '') + Math.trunc(number).toString(16), true);
    case 'X':
      return pad((flags.includes('#') ? '0X' : '') + Math.trunc(number).toString(16).toUpperCase(), true);
    case 'e':
    case 'E': {
      const text = number.toExponential(precision ?? 6).replace(/e([+-])(\d)$/, 'e$10$2');
      return pad(sign(type === 'E' ? text.toUpperCase() : text), true);
    }
    case 'g':
    case 'G':
      return pad(sign(String(Number(number.toPrecision(precision || 6)))), true);
    default:
      return pad(sign(number.toFixed(precision ?? 6)), true);
  }
}

function numeric(text: string, errors: string[]): number {
  if (/^['"]./.test(text)) return text.charCodeAt(1);
  if (text === '') return 0;
  const lead = /^\s*[+-]?(0[xX][0-9a-fA-F]+|0[0-7]+(?![\d.])|\d*\.?\d+(?:[eE][+-]?\d+)?|\d+)/.exec(text);
  if (!lead || lead[0].length !== text.length) errors.push(`${text}: invalid number`);
  if (!lead) return 0;
  const word = lead[0].trim();
  return /^[+-]?0[0-7]+$/.test(word) ? Number.parseInt(word, 8) : Number(word);
}
