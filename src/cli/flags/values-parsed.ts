// Flag values with pflag's types: strconv's and time's complaints, comma-separated lists as CSV, key=value maps.
import type { Duration } from '../../machinery/clock.ts';
import { parseDuration } from './duration.ts';
import { goQuote } from './go-quote.ts';
import type { FlagSet } from './parse.ts';
import type { FlagFact, FlagType } from './surface.ts';
import type { FlagValues } from './values.ts';

type Value = boolean | number | string | readonly string[] | Readonly<Record<string, string>>;

export class ParsedFlags implements FlagValues {
  readonly typed: string[] = [];
  private readonly values = new Map<string, Value>();
  private readonly defaults = new Map<string, Value>();
  constructor(private readonly set_: FlagSet) {}

  /** Called by the parser; throws with pflag's reason when the text does not fit the type. */
  set(fact: FlagFact, text: string): void {
    const value = convert(fact.type, text);
    this.typed.push(`--${fact.name}=${fact.name === 'token' || fact.name === 'password' ? 'CLASSIFIED' : text}`);
    const before = this.values.get(fact.name);
    if (Array.isArray(before) && Array.isArray(value)) this.values.set(fact.name, [...before, ...value]);
    else if (fact.type === 'map' && before) this.values.set(fact.name, { ...(before as object), ...(value as object) });
    else this.values.set(fact.name, value);
  }

  given(name: string): boolean {
    return this.values.has(name);
  }
  bool(name: string): boolean {
    return this.value(name) === true;
  }
  int(name: string): number {
    return Number(this.value(name));
  }
  string(name: string): string {
    return String(this.value(name));
  }
  list(name: string): readonly string[] {
    const value = this.value(name);
    return Array.isArray(value) ? value : [];
  }
  map(name: string): Readonly<Record<string, string>> {
    return this.value(name) as Readonly<Record<string, string>>;
  }
  duration(name: string): Duration {
    const value = this.value(name);
    // --request-timeout is text to pflag: a whole number means seconds.
    if (typeof value === 'string') return /^\d+$/.test(value) ? Number(value) * 1000 : parseDuration(value);
    return Number(value);
  }

  private value(name: string): Value {
    const known = this.values.get(name) ?? this.defaults.get(name);
    if (known !== undefined) return known;
    const fact = this.set_.byName.get(name);
    // Verbs share code that asks for flags which only some of them have.
    if (!fact) return '';
    const value = defaultOf(fact);
    this.defaults.set(name, value);
    return value;
  }
}

/** The default as help shows it, as a value. */
export function defaultOf(fact: FlagFact): Value {
  const text = fact.default.replace(/^'([\s\S]*)'$/, '$1');
  switch (fact.type) {
    case 'bool':
      return text === 'true';
    case 'int':
      return Number(text);
    case 'duration':
      return text === '' ? 0 : parseDuration(text);
    case 'string':
      return text;
    case 'map':
      return {};
    default: {
      const items = text.replace(/^\[([\s\S]*)\]$/, '$1');
      return items === '' ? [] : items.split(',');
    }
  }
}

export function convert(type: FlagType, text: string): Value {
  switch (type) {
    case 'bool':
      if (/^(1|t|T|TRUE|true|True)$/.test(text)) return true;
      if (/^(0|f|F|FALSE|false|False)$/.test(text)) return false;
      throw new Error(`strconv.ParseBool: parsing ${goQuote(text)}: invalid syntax`);
    case 'int':
      return parseInt64(text);
    case 'duration':
      return parseDuration(text);
    case 'array':
      return [text];
    case 'slice':
      return text === '' ? [] : csv(text);
    case 'map':
      return pairs(text);
    default:
      return text;
  }
}

/** strconv.ParseInt with base 0: signs, 0x, 0o, 0b and underscores. */
function parseInt64(text: string): number {
  const digits = text.replace(/^[+-]/, '');
  const octal = /^0[0-7_]+$/.test(digits) ? `0o${digits.slice(1)}` : digits;
  if (!/^(\d[\d_]*|0[xX][\da-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+)$/.test(octal) || /__|_$/.test(octal)) {
    throw new Error(`strconv.ParseInt: parsing ${goQuote(text)}: invalid syntax`);
  }
  const value = Number(octal.replaceAll('_', ''));
  if (value >= 2 ** 63) throw new Error(`strconv.ParseInt: parsing ${goQuote(text)}: value out of range`);
  return text.startsWith('-') ? -value : value;
}

function pairs(text: string): Record<string, string> {
  const equals = text.split('=').length - 1;
  if (equals === 0) throw new Error(`${text} must be formatted as key=value`);
  const out: Record<string, string> = {};
  for (const pair of equals === 1 ? [text.replace(/^"+|"+$/g, '')] : csv(text)) {
    const at = pair.indexOf('=');
    if (at < 0) throw new Error(`${pair} must be formatted as key=value`);
    out[pair.slice(0, at)] = pair.slice(at + 1);
  }
  return out;
}

/** One record of encoding/csv: quotes only around whole fields. */
function csv(text: string): string[] {
  if (!text.includes('"')) return text.split(',');
  const fields: string[] = [];
  for (let at = 0; at <= text.length; ) {
    if (text[at] !== '"') {
      const end = text.indexOf(',', at) < 0 ? text.length : text.indexOf(',', at);
      const field = text.slice(at, end);
      const quote = field.indexOf('"');
      if (quote >= 0) throw new Error(`parse error on line 1, column ${at + quote + 1}: bare " in non-quoted-field`);
      fields.push(field);
      at = end + 1;
      continue;
    }
    const match = /^"((?:[^"]|"")*)"(?=,|$)/.exec(text.slice(at));
    if (!match) throw new Error(`parse error on line 1, column ${text.length + 1}: extraneous or missing " in quoted-field`);
    fields.push((match[1] ?? '').replaceAll('""', '"'));
    at += match[0].length + 1;
  }
  return fields;
}
