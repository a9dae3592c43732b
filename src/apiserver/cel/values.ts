// Between JSON and the values of CEL: whole numbers are int there, and Optional, timestamps and quantities have no JSON of their own.
import { calendar, parseTime, rfc3339 } from '../../machinery/clock.ts';

type Json = Record<string, unknown>;

/** What of a structural schema decides how a value is read. */
export interface ValueSchema {
  type?: string;
  format?: string;
  properties?: Readonly<Record<string, ValueSchema>>;
  additionalProperties?: boolean | ValueSchema;
  items?: ValueSchema;
}

/** @param schema says which whole numbers are doubles and which names are escaped; nothing is where it is absent */
export function toCel(value: unknown, schema?: ValueSchema): unknown {
  if (typeof value === 'number') return Number.isInteger(value) && schema?.type !== 'number' ? BigInt(value) : value;
  if (value === undefined) return null;
  if (typeof value === 'string') return schema?.format === 'date-time' ? calendar(parseTime(value)) : value;
  if (Array.isArray(value)) return value.map((item) => toCel(item, schema?.items));
  if (typeof value !== 'object' || value === null) return value;
  const copy: Json = {};
  for (const [name, field] of Object.entries(value)) {
    if (field === undefined) continue;
    const known = schema?.properties && Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined;
    const rest = typeof schema?.additionalProperties === 'object' ? schema.additionalProperties : undefined;
    copy[known ? escaped(name) : name] = toCel(field, known ?? rest);
  }
  return copy;
}

export function fromCel(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (isTimestamp(value)) return rfc3339(value.getTime());
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(fromCel);
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, item]) => [String(key), fromCel(item)]));
  if (typeof value !== 'object' || value === null) return value;
  if (Object.getPrototypeOf(value) !== Object.prototype && typeof value.valueOf() !== 'object') return fromCel(value.valueOf());
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fromCel(item)]));
}

const RESERVED = new Set([
  'true',
  'false',
  'null',
  'in',
  'as',
  'break',
  'const',
  'continue',
  'else',
  'for',
  'function',
  'if',
  'import',
  'let',
  'loop',
  'package',
  'namespace',
  'return',
  'var',
  'void',
  'while',
]);

/** Names that are no identifiers can still be written in expressions: `foo-bar` as `foo__dash__bar`. */
export function escaped(name: string): string {
  if (RESERVED.has(name)) return `__${name}__`;
  return name
    .replaceAll('__', '__underscores__')
    .replaceAll('.', '__dot__')
    .replaceAll('-', '__dash__')
    .replaceAll('/', '__slash__')
    .replaceAll('$', '__dollar__');
}

type Timestamp = ReturnType<typeof calendar>;

export const isTimestamp = (value: unknown): value is Timestamp => Object.prototype.toString.call(value) === '[object Date]';
