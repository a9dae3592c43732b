// A quick reader for the YAML that people mostly write: block mappings and sequences, one-line scalars and flow collections, literal
// blocks, comments. It gives up (undefined) on everything else, errors included; the caller then asks the full parser, whose first use
// costs 13 ms. What it does return equals what the full parser returns: a property test holds this.
import { resolvePlain } from './yaml-scalar.ts';

interface Line {
  indent: number;
  /** Without indentation; comments and blanks at the end are still there. */
  text: string;
  /** Index into the raw lines, for literal blocks. */
  at: number;
}

class GiveUp extends Error {}

/** The documents' values; undefined when the text needs the full parser. */
export function readSimpleYaml(text: string): unknown[] | undefined {
  // Tabs, other kinds of blanks and breaks, byte order marks.
  if (/[\t\r\x85\xa0\u2000-\u200a\u2028\u2029\u3000\ufeff]/.test(text)) return undefined;
  try {
    const documents: unknown[] = [];
    let raw: string[] = [];
    let started = false;
    const flush = (): void => {
      const reader = new Reader(raw);
      if (started || reader.hasContent) documents.push(reader.document());
      raw = [];
    };
    for (const line of text.split('\n')) {
      if (/^---(\s+#.*)?\s*$/.test(line)) {
        const empty = !raw.some((one) => /^\s*[^\s#]/.test(one));
        if (started || !empty) flush();
        else raw = [];
        started = true;
      } else if (line.startsWith('---') || line.startsWith('...') || line.startsWith('%')) return undefined;
      else raw.push(line);
    }
    flush();
    return documents;
  } catch (error) {
    if (error instanceof GiveUp) return undefined;
    throw error;
  }
}

class Reader {
  private readonly lines: Line[] = [];
  private next = 0;
  constructor(private readonly raw: readonly string[]) {
    for (const [at, line] of raw.entries()) {
      const indent = line.search(/[^ ]/);
      if (indent < 0 || line[indent] === '#') continue;
      this.lines.push({ indent, text: line.slice(indent), at });
    }
  }

  get hasContent(): boolean {
    return this.lines.length > 0;
  }

  document(): unknown {
    const first = this.lines[0];
    if (!first) return null;
    const value = this.node(first.indent);
    if (this.next < this.lines.length) throw new GiveUp();
    return value;
  }

  private node(indent: number): unknown {
    const line = this.peek();
    if (!line) throw new GiveUp();
    if (isItem(line.text)) return this.sequence(indent);
    if (keyOf(line.text)) return this.mapping(indent);
    this.next++;
    // A line that goes on in the next one is the full parser's business.
    if ((this.peek()?.indent ?? -1) >= indent && indent > 0) throw new GiveUp();
    return oneLine(line.text);
  }

  private sequence(indent: number): unknown[] {
    const items: unknown[] = [];
    for (let line = this.peek(); line && line.indent === indent && isItem(line.text); line = this.peek()) {
      const inside = line.text.slice(1).replace(/^ +/, '');
      if (inside === '' || inside.startsWith('#')) {
        this.next++;
        const below = this.peek();
        items.push(below && below.indent > indent ? this.node(below.indent) : null);
      } else if (isItem(inside) || keyOf(inside)) {
        // The rest of the line opens a block of its own, at its column.
        const column = indent + line.text.length - inside.length;
        this.lines[this.next] = { indent: column, text: inside, at: line.at };
        items.push(this.node(column));
      } else {
        this.next++;
        items.push(this.value(inside, indent, line));
      }
      this.expectDedent(indent);
    }
    return items;
  }

  private mapping(indent: number): Record<string, unknown> {
    const map: Record<string, unknown> = {};
    for (let line = this.peek(); line && line.indent === indent; line = this.peek()) {
      const pair = keyOf(line.text);
      if (!pair || isItem(line.text)) throw new GiveUp();
      if (Object.hasOwn(map, pair.key) || pair.key === '__proto__' || pair.key === '<<') throw new GiveUp();
      this.next++;
      if (pair.rest === '' || pair.rest.startsWith('#')) {
        const below = this.peek();
        if (below && (below.indent > indent || (below.indent === indent && isItem(below.text)))) map[pair.key] = this.node(below.indent);
        else map[pair.key] = null;
      } else map[pair.key] = this.value(pair.rest, indent, line);
      this.expectDedent(indent);
    }
    return map;
  }

  private value(text: string, indent: number, line: Line): unknown {
    const literal = /^\|([-+]?)( +#.*)?$/.exec(text);
    if (literal) return this.literal(indent, line.at, literal[1] ?? '');
    const below = this.peek();
    if (below && below.indent > indent) throw new GiveUp();
    return oneLine(text);
  }

  private literal(indent: number, from: number, chomp: string): string {
    let end = from + 1;
    let width = 0;
    const body: string[] = [];
    for (; end < this.raw.length; end++) {
      const line = this.raw[end] ?? '';
      const first = line.search(/[^ ]/);
      if (first < 0) {
        // Blank lines longer than the indentation hold spaces that count.
        if (width > 0 && line.length > width) body.push(line.slice(width));
        else if (width === 0 && line.length > indent + 1) throw new GiveUp();
        else body.push('');
        continue;
      }
      if (width === 0) {
        if (first <= indent) break;
        width = first;
      } else if (first < width) {
        if (first > indent) throw new GiveUp();
        break;
      }
      body.push(line.slice(width));
    }
    while (this.next < this.lines.length && (this.lines[this.next]?.at ?? end) < end) this.next++;
    let text = body.join('\n');
    const isLast = end >= this.raw.length;
    if (isLast && body.at(-1) === '') text = text.slice(0, -1);
    const trimmed = text.replace(/\n+$/, '');
    if (chomp === '-') return trimmed;
    if (trimmed === '') throw new GiveUp();
    if (chomp === '+') return `${text}\n`;
    return `${trimmed}\n`;
  }

  private expectDedent(indent: number): void {
    const line = this.peek();
    if (line && line.indent > indent) throw new GiveUp();
  }

  private peek(): Line | undefined {
    return this.lines[this.next];
  }
}

const isItem = (text: string): boolean => text === '-' || text.startsWith('- ');

function keyOf(text: string): { key: string; rest: string } | undefined {
  const quoted = /^"([^"\\]*)" *:(?= |$)/.exec(text) ?? /^'([^']*)' *:(?= |$)/.exec(text);
  if (quoted) return { key: quoted[1] ?? '', rest: text.slice(quoted[0].length).replace(/^ +/, '') };
  const plain = /^([A-Za-z0-9_./$][^:#'"{}[\],&*!|>%@`?\\]*?(?::[^\s:#'"{}[\],&*!|>%@`?\\]+)*) *:(?= |$)/.exec(text);
  if (!plain) {
    if (/^[?&*!%@`<]/.test(text) || (text.includes(': ') && !/^["'[{]/.test(text))) throw new GiveUp();
    return undefined;
  }
  const key = plain[1] ?? '';
  const resolved = resolvePlain(key);
  return { key: typeof resolved === 'string' ? key : rekey(key, resolved), rest: text.slice(plain[0].length).replace(/^ +/, '') };
}

function rekey(key: string, resolved: number | boolean | null): string {
  if (typeof resolved === 'number' && String(resolved) === key) return key;
  throw new GiveUp();
}

function oneLine(text: string): unknown {
  const first = text[0] ?? '';
  if (first === '"' || first === "'") {
    const match = /^"((?:[^"\\]|\\["\\/nt])*)" *(?: #.*)?$/.exec(text) ?? /^'((?:[^']|'')*)' *(?: #.*)?$/.exec(text);
    if (!match) throw new GiveUp();
    const body = match[1] ?? '';
    return first === '"' ? (body.includes('\\') ? (JSON.parse(`"${body}"`) as string) : body) : body.replaceAll("''", "'");
  }
  if (first === '{' || first === '[') return flow(text);
  const comment = text.indexOf(' #');
  const plain = (comment < 0 ? text : text.slice(0, comment)).trimEnd();
  if (/^[&*!|>%@`?#,\]}]/.test(plain) || /^[-:](\s|$)/.test(plain) || /:( |$)/.test(plain)) throw new GiveUp();
  return resolved(plain);
}

function resolved(plain: string): unknown {
  const value = resolvePlain(plain);
  if (typeof value === 'number' && !Number.isSafeInteger(value) && Number.isInteger(value)) throw new GiveUp();
  if (/^[-+.]?[0-9.]/.test(plain) && typeof value === 'string' && /^[-+]?\.(inf|nan)/i.test(plain)) throw new GiveUp();
  return value;
}

/** `{a: b, c: [1, "x"]}` on one line. */
function flow(text: string): unknown {
  let at = 0;
  const skip = (): void => {
    while (text[at] === ' ') at++;
  };
  const fail = (): never => {
    throw new GiveUp();
  };
  const scalarText = (stop: RegExp): unknown => {
    const start = at;
    if (text[at] === '"' || text[at] === "'") {
      const quote = text[at] ?? '';
      const end = text.indexOf(quote, at + 1);
      const body = text.slice(at + 1, end);
      if (end < 0 || body.includes('\\') || text[end + 1] === quote) return fail();
      at = end + 1;
      return body;
    }
    while (at < text.length && !stop.test(text[at] ?? '') && !(text[at] === ':' && /[ ,\]}]|^$/.test(text[at + 1] ?? ''))) at++;
    const plain = text.slice(start, at).trimEnd();
    if (plain === '' || /^[&*!|>%@`?#'"-]( |$)|^[&*!|>%@`?#'"]|[#'"]/.test(plain)) return fail();
    return resolved(plain);
  };
  const value = (): unknown => {
    skip();
    if (text[at] === '[') {
      at++;
      const list: unknown[] = [];
      for (skip(); text[at] !== ']'; skip()) {
        list.push(value());
        skip();
        if (text[at] === ',') at++;
        else if (text[at] !== ']') fail();
      }
      at++;
      return list;
    }
    if (text[at] === '{') {
      at++;
      const map: Record<string, unknown> = {};
      for (skip(); text[at] !== '}'; skip()) {
        const key = scalarText(/[,{}[\]]/);
        skip();
        if (typeof key !== 'string' || text[at] !== ':' || Object.hasOwn(map, key) || key === '__proto__' || key === '<<') fail();
        at++;
        skip();
        map[key as string] = text[at] === ',' || text[at] === '}' ? null : value();
        skip();
        if (text[at] === ',') at++;
        else if (text[at] !== '}') fail();
      }
      at++;
      return map;
    }
    return scalarText(/[,{}[\]]/);
  };
  const result = value();
  skip();
  if (at < text.length && !/^#/.test(text.slice(at))) fail();
  if (at < text.length && text[at - 1] !== ' ') fail();
  return result;
}
