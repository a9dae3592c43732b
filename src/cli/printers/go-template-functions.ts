// The functions of text/template, and kubectl's. A bigint is Go's int, a number its float64.

import { number } from '../../machinery/yaml-write.ts';
import { goQuote } from '../flags/go-quote.ts';

export class TemplateFailure extends Error {
  constructor(
    message: string,
    /** A wrong number of arguments is found before the call. */
    readonly isCount = false,
  ) {
    super(message);
  }
}

type Call = (...args: unknown[]) => unknown;

export const functions: Readonly<Record<string, Call>> = {
  not: (value) => !isTrue(value),
  len: (value) => {
    if (typeof value === 'string') return BigInt(Buffer.byteLength(value));
    if (Array.isArray(value)) return BigInt(value.length);
    if (isMap(value)) return BigInt(Object.keys(value).length);
    throw new TemplateFailure(
      value === undefined || value === null ? 'reflect: call of reflect.Value.Type on zero Value' : `len of type ${typeName(value)}`,
    );
  },
  index: (value, ...keys) => keys.reduce(element, value),
  slice: (value, from = 0n, to) => {
    if (typeof value !== 'string' && !Array.isArray(value)) throw new TemplateFailure(`can't slice item of type ${typeName(value)}`);
    const end = to === undefined ? value.length : Number(to);
    if (end > value.length || Number(from) > end) throw new TemplateFailure(`index out of range: ${end}`);
    return value.slice(Number(from), end);
  },
  print: (...args) =>
    args.map((arg, i) => (i > 0 && typeof arg !== 'string' && typeof args[i - 1] !== 'string' ? ' ' : '') + goValue(arg)).join(''),
  println: (...args) => `${args.map(goValue).join(' ')}\n`,
  printf: (format, ...args) => sprintf(String(format), args),
  html: (...args) =>
    args
      .map(goValue)
      .join('')
      .replace(/[&<>'"]/g, (char) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', "'": '&#39;', '"': '&#34;' })[char] ?? char),
  urlquery: (...args) => encodeURIComponent(args.map(goValue).join('')).replaceAll('%20', '+'),
  js: (...args) => JSON.stringify(args.map(goValue).join('')).slice(1, -1).replaceAll("'", "\\'"),
  eq: (first, ...rest) => {
    if (rest.length === 0) throw new TemplateFailure('missing argument for comparison');
    return rest.some((one) => equal(first, one));
  },
  ne: (a, b) => !equal(a, b),
  lt: (a, b) => less(a, b),
  le: (a, b) => less(a, b) || equal(a, b),
  gt: (a, b) => !less(a, b) && !equal(a, b),
  ge: (a, b) => !less(a, b),
  exists: (value, ...keys) => {
    let current = value;
    for (const key of keys) {
      if (isMap(current) && Object.hasOwn(current, String(key))) current = current[String(key)];
      else if (Array.isArray(current) && current[Number(key)] !== undefined) current = current[Number(key)];
      else return false;
    }
    return true;
  },
  base64decode: (value) => {
    if (typeof value !== 'string') throw new TemplateFailure('wrong type for value; expected string; got interface {}');
    const bad = value.search(/[^A-Za-z0-9+/=\n\r]/);
    if (bad >= 0) throw new TemplateFailure(`base64 decode failed: illegal base64 data at input byte ${bad}`);
    return Buffer.from(value, 'base64').toString('utf8');
  },
};

const isMap = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

export function isTrue(value: unknown): boolean {
  if (value === undefined || value === null) return false;
  if (Array.isArray(value)) return value.length > 0;
  return isMap(value) ? Object.keys(value).length > 0 : Boolean(value);
}

function element(value: unknown, key: unknown): unknown {
  if (Array.isArray(value)) {
    if (typeof key !== 'bigint' && typeof key !== 'number')
      throw new TemplateFailure(`cannot index slice/array with type ${typeName(key)}`);
    const index = Number(key);
    if (index < 0 || index >= value.length) throw new TemplateFailure(`index out of range: ${index}`);
    return value[index];
  }
  if (isMap(value)) {
    if (typeof key !== 'string') throw new TemplateFailure(`value has type ${typeName(key)}; should be string`);
    return Object.hasOwn(value, key) ? value[key] : undefined;
  }
  throw new TemplateFailure(value === undefined || value === null ? 'index of untyped nil' : `can't index item of type ${typeName(value)}`);
}

function typeName(value: unknown): string {
  if (typeof value === 'bigint') return 'int';
  if (typeof value === 'number') return 'float64';
  if (typeof value === 'boolean') return 'bool';
  if (Array.isArray(value)) return '[]interface {}';
  return typeof value === 'string' ? 'string' : 'map[string]interface {}';
}

function comparable(a: unknown, b: unknown): void {
  const kinds = [a, b].map((value) => typeof value);
  if (kinds.some((kind) => !['string', 'number', 'bigint', 'boolean'].includes(kind)))
    throw new TemplateFailure('invalid type for comparison');
  if (kinds[0] !== kinds[1]) throw new TemplateFailure('incompatible types for comparison');
}

function equal(a: unknown, b: unknown): boolean {
  if (a === undefined || b === undefined || a === null || b === null) return (a ?? undefined) === (b ?? undefined);
  comparable(a, b);
  return a === b;
}

function less(a: unknown, b: unknown): boolean {
  comparable(a, b);
  if (typeof a === 'boolean') throw new TemplateFailure('invalid type for comparison');
  return (a as string) < (b as string);
}

/** %v. */
export function goValue(value: unknown): string {
  if (value === null) return '<nil>';
  if (value === undefined) return '<no value>';
  if (typeof value === 'number') return float(value);
  if (Array.isArray(value)) return `[${value.map(goValue).join(' ')}]`;
  if (isMap(value))
    return `map[${Object.keys(value)
      .sort()
      .map((key) => `${key}:${goValue(value[key])}`)
      .join(' ')}]`;
  return String(value);
}

/** The shortest %g, which turns to exponents at 21 digits. */
function float(value: number): string {
  if (!Number.isInteger(value)) return number(value);
  const [mantissa = '', exponent = ''] = value.toExponential().split('e');
  return Math.abs(value) < 1e21 && Number(exponent) < 21 && Math.abs(value) < 1e6
    ? String(value)
    : `${mantissa}e+${exponent.slice(1).padStart(2, '0')}`;
}

function sprintf(format: string, args: readonly unknown[]): string {
  let next = 0;
  const text = format.replace(
    /%([-+# 0]*)(\d*)(?:\.(\d+))?([a-zA-Z%])/g,
    (_, flags: string, width: string, precision: string | undefined, verb: string) => {
      if (verb === '%') return '%';
      if (next >= args.length) return `%!${verb}(MISSING)`;
      const value = one(verb, args[next++], precision);
      const padded = flags.includes('-') ? value.padEnd(Number(width)) : value.padStart(Number(width), flags.includes('0') ? '0' : ' ');
      return flags.includes('+') && /^\d/.test(value) ? `+${padded}` : padded;
    },
  );
  if (next >= args.length) return text;
  return `${text}%!(EXTRA ${args
    .slice(next)
    .map((arg) => `${typeName(arg)}=${goValue(arg)}`)
    .join(', ')})`;
}

function one(verb: string, value: unknown, precision: string | undefined): string {
  const wrong = `%!${verb}(${value === undefined || value === null ? '<nil>' : `${typeName(value)}=${goValue(value)}`})`;
  switch (verb) {
    case 'v':
      return goValue(value ?? null);
    case 's':
      if (typeof value !== 'string') return Array.isArray(value) || isMap(value) ? goValue(value) : wrong;
      return precision === undefined ? value : value.slice(0, Number(precision));
    case 'q':
      return typeof value === 'string' ? goQuote(value) : wrong;
    case 'd':
      return typeof value === 'bigint' ? String(value) : wrong;
    case 'x':
      if (typeof value === 'string') return Buffer.from(value).toString('hex');
      return typeof value === 'bigint' ? value.toString(16) : wrong;
    case 't':
      return typeof value === 'boolean' ? String(value) : wrong;
    case 'f':
      return typeof value === 'number' ? value.toFixed(precision === undefined ? 6 : Number(precision)) : wrong;
    case 'g':
      return typeof value === 'number' ? goValue(value) : wrong;
    case 'T':
      return typeName(value);
    default:
      return wrong;
  }
}
