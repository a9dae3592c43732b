// Plays sigs.k8s.io/yaml's output: keys in natural order, lists not indented below their key, YAML 1.1 words quoted, multi-line text as
// literal blocks, other text folded at the first blank behind column 80. Left out: `? key` for keys beyond 128 characters, which no API object can have outside annotations.
import { needsQuotes } from './yaml-scalar.ts';

/** One document, ending in a newline. */
export function writeYaml(value: unknown): string {
  const out: string[] = [];
  block(value, 0, out, '');
  return out.join('');
}

function block(value: unknown, indent: number, out: string[], lead: string): void {
  if (Array.isArray(value) && value.length > 0) {
    for (const [i, item] of value.entries()) item_(item, indent, out, i === 0 ? lead : pad(indent));
  } else if (isMap(value) && Object.keys(value).length > 0) {
    let first = true;
    for (const key of Object.keys(value)
      .filter((name) => value[name] !== undefined)
      .sort(naturally)) {
      const name = key === '<<' ? '"<<"' : scalar(key, true); // a plain << would merge when it is read
      out.push(first ? lead : pad(indent), name, ':');
      first = false;
      const inner = value[key];
      if (Array.isArray(inner) && inner.length > 0) {
        out.push('\n');
        block(inner, indent, out, pad(indent));
      } else if (isMap(inner) && Object.keys(inner).length > 0) {
        out.push('\n');
        block(inner, indent + 2, out, pad(indent + 2));
      } else out.push(' ', leaf(inner, indent + 2, indent + name.length + 2), '\n');
    }
  } else out.push(lead, leaf(value, indent, indent), '\n');
}

function item_(item: unknown, indent: number, out: string[], lead: string): void {
  if ((Array.isArray(item) && item.length > 0) || (isMap(item) && Object.keys(item).length > 0)) block(item, indent + 2, out, `${lead}- `);
  else out.push(lead, '- ', leaf(item, indent + 2, indent + 2), '\n');
}

function leaf(value: unknown, indent: number, column: number): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'string') return fold(value.includes('\n') ? multiline(value, indent) : scalar(value, false), indent, column);
  if (typeof value === 'number') return number(value);
  if (typeof value === 'boolean') return String(value);
  return Array.isArray(value) ? '[]' : '{}';
}

const bestWidth = 80;

/** libyaml breaks a line at a blank once it is longer than 80 columns; in double quotes the next line's own blank is escaped. */
function fold(text: string, indent: number, column: number): string {
  if (column + text.length <= bestWidth || text.startsWith('|')) return text;
  const quote = text[0] === "'" || text[0] === '"' ? text[0] : '';
  const [from, to] = quote ? [1, text.length - 1] : [0, text.length];
  let out = quote;
  let at = column + from;
  for (let i = from; i < to; i++) {
    const char = text[i] ?? '';
    const edge = quote !== '' && (i === from || i === to - 1);
    const breaks = char === ' ' && at > bestWidth && text[i - 1] !== ' ' && !edge && (quote === '"' || text[i + 1] !== ' ');
    if (breaks) {
      out += `\n${pad(indent)}`;
      at = indent;
      if (text[i + 1] === ' ') {
        out += '\\';
        at++;
      }
    } else {
      out += char;
      // Both halves of a surrogate pair are one column.
      if (!(char >= '\udc00' && char <= '\udfff')) at++;
    }
  }
  return out + quote;
}

const isMap = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
const pad = (indent: number): string => ' '.repeat(indent);

/** Go's shortest form of a float64; whole numbers stay whole. */
export function number(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e21) return String(value);
  const [mantissa = '', exponent = '0'] = value.toExponential().split('e');
  const e = Number(exponent);
  if (e >= -4 && e < 6) return String(value);
  return `${mantissa}e${e < 0 ? '-' : '+'}${String(Math.abs(e)).padStart(2, '0')}`;
}

const safe = /^[A-Za-z/_$][A-Za-z0-9_./@=+~^$()-]*$/;

function scalar(text: string, isKey: boolean): string {
  if (safe.test(text)) return needsQuotes(text) ? `"${text}"` : text;
  if (text.includes('\n') || needsQuotes(text)) return doubleQuoted(text);
  if (unprintable.test(text)) return doubleQuoted(text);
  const plain = !/^[\s]|\s$|^[#,[\]{}&*!|>'"%@`]|^[?:-](\s|$)|^---|^\.\.\.|:(\s|$)|\s#/.test(text);
  return plain && !(isKey && text === '') ? text : `'${text.replaceAll("'", "''")}'`;
}

// What libyaml does not print as it is: control characters, tab, byte order mark, and all beyond the basic plane.
const unprintable = /[^\n\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]/u;

function multiline(text: string, indent: number): string {
  if (unprintable.test(text) || / \n| $/.test(text)) return doubleQuoted(text);
  const hint = /^[ \n]/.test(text) ? '2' : '';
  const chomp = !text.endsWith('\n') ? '-' : text.endsWith('\n\n') || text === '\n' ? '+' : '';
  const body = (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n');
  return `|${hint}${chomp}\n${body.map((line) => (line === '' ? '' : pad(indent) + line)).join('\n')}`;
}

const escapes: Readonly<Record<string, string>> = {
  '\0': '\\0',
  '\x07': '\\a',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '\x1b': '\\e',
  '"': '\\"',
  '\\': '\\\\',
  '\x85': '\\N',
  '\xa0': '\\_',
  '\u2028': '\\L',
  '\u2029': '\\P',
};

function doubleQuoted(text: string): string {
  let out = '"';
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0;
    const known = char === '\xa0' ? undefined : escapes[char];
    if (known !== undefined) out += known;
    else if (!unprintable.test(char)) out += char;
    else if (code <= 0xff) out += `\\x${code.toString(16).toUpperCase().padStart(2, '0')}`;
    else if (code <= 0xffff) out += `\\u${code.toString(16).toUpperCase().padStart(4, '0')}`;
    else out += `\\U${code.toString(16).toUpperCase().padStart(8, '0')}`;
  }
  return `${out}"`;
}

const letter = /\p{L}/u;
const isDigit = (char: string | undefined): boolean => char !== undefined && char >= '0' && char <= '9';

/** Go yaml v2's order of keys: runs of digits count as numbers, letters stand behind everything else. */
export function naturally(a: string, b: string): number {
  const simple = /^[a-zA-Z]*$/;
  if (simple.test(a) && simple.test(b)) return a < b ? -1 : a > b ? 1 : 0;
  const [as, bs] = [[...a], [...b]];
  for (let i = 0; i < as.length && i < bs.length; i++) {
    const [x = '', y = ''] = [as[i], bs[i]];
    if (x === y) continue;
    const [xl, yl] = [letter.test(x), letter.test(y)];
    if (xl && yl) return x < y ? -1 : 1;
    if (xl || yl) return yl ? -1 : 1;
    let [an, bn] = [0, 0];
    if (x === '0' || y === '0') {
      for (let j = i - 1; j >= 0 && isDigit(as[j]); j--) {
        if (as[j] !== '0') {
          [an, bn] = [1, 1];
          break;
        }
      }
    }
    let [ai, bi] = [i, i];
    for (; isDigit(as[ai]); ai++) an = an * 10 + Number(as[ai]);
    for (; isDigit(bs[bi]); bi++) bn = bn * 10 + Number(bs[bi]);
    if (an !== bn) return an - bn;
    if (ai !== bi) return ai - bi;
    return x < y ? -1 : 1;
  }
  return as.length - bs.length;
}
