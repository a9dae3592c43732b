// Plays client-go's jsonpath parser: a template of text and `{…}` actions to a tree, with its complaints.

export type Node =
  | { type: 'text'; text: string }
  | { type: 'list'; nodes: Node[] }
  | { type: 'field'; name: string }
  | { type: 'identifier'; name: string }
  | { type: 'array'; params: [ArrayParam, ArrayParam, ArrayParam] }
  | { type: 'filter'; left: Node; operator: string; right: Node }
  | { type: 'int'; value: number }
  | { type: 'float'; value: number }
  | { type: 'bool'; value: boolean }
  | { type: 'wildcard' }
  | { type: 'recursive' }
  | { type: 'union'; nodes: Node[] };

interface ArrayParam {
  value: number;
  known: boolean;
  /** Not written but implied: the end of a lone index. */
  derived: boolean;
}

export class JsonPathError extends Error {}

/** The root list of a template. */
export function parseJsonPath(text: string): Node & { type: 'list' } {
  const parser = new Parser(text);
  parser.text();
  return parser.root;
}

const endOfInput = '';
const isBlank = (char: string): boolean => /[ \t\r\n]/.test(char);
const isAlphanumeric = (char: string): boolean => char === '_' || /[\p{L}\p{N}]/u.test(char);

class Parser {
  readonly root: Node & { type: 'list' } = { type: 'list', nodes: [] };
  private list: Node[] = this.root.nodes;
  private at = 0;
  private start = 0;
  constructor(private readonly input: string) {}

  text(): void {
    for (;;) {
      if (this.input.startsWith('{', this.at)) {
        if (this.at > this.start) this.list.push({ type: 'text', text: this.consume() });
        this.leftDelimiter();
        return;
      }
      if (this.next() === endOfInput) break;
    }
    if (this.at > this.start) this.list.push({ type: 'text', text: this.consume() });
  }

  private leftDelimiter(): void {
    this.at += 1;
    this.consume();
    const outer = this.list;
    const action: Node & { type: 'list' } = { type: 'list', nodes: [] };
    outer.push(action);
    this.list = action.nodes;
    this.insideAction();
    this.list = outer;
    this.text();
  }

  /** What stands between braces, up to the closing one. */
  private insideAction(): void {
    for (;;) {
      if (this.input.startsWith('}', this.at)) {
        this.at += 1;
        this.consume();
        return;
      }
      if (this.input.startsWith('[?(', this.at)) {
        this.filter();
        continue;
      }
      if (this.input.startsWith('..', this.at)) {
        this.recursive();
        continue;
      }
      const char = this.next();
      if (char === endOfInput || char === '\n' || char === '\r') this.fail('unclosed action');
      if (char === ' ') this.consume();
      else if (char === '@' || char === '$') this.consume();
      else if (char === '[') this.array();
      else if (char === '"' || char === "'") this.quote(char);
      else if (char === '.') this.field();
      else if (char === '+' || char === '-' || /\d/.test(char)) {
        this.backup(char);
        this.number();
      } else if (isAlphanumeric(char)) {
        this.backup(char);
        this.identifier();
      } else
        this.fail(
          `unrecognized character in action: U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')} '${char}'`,
        );
    }
  }

  private identifier(): void {
    let char: string;
    do char = this.next();
    while (char !== endOfInput && !isTerminator(char));
    this.backup(char);
    const name = this.consume();
    if (name === 'true' || name === 'false') this.list.push({ type: 'bool', value: name === 'true' });
    else this.list.push({ type: 'identifier', name });
  }

  private recursive(): void {
    if (this.list.at(-1)?.type === 'recursive') this.fail('invalid multiple recursive descent');
    this.at += 2;
    this.consume();
    this.list.push({ type: 'recursive' });
    if (isAlphanumeric(this.peek())) this.field();
  }

  private number(): void {
    if (/[+-]/.test(this.peek())) this.next();
    let char: string;
    do char = this.next();
    while (char === '.' || /^\d$/.test(char));
    this.backup(char);
    const text = this.consume();
    if (/^[-+]?\d+$/.test(text)) this.list.push({ type: 'int', value: Number(text) });
    else if (/^[-+]?(\d+\.?\d*|\.\d+)$/.test(text)) this.list.push({ type: 'float', value: Number(text) });
    else this.fail(`cannot parse number ${text}`);
  }

  private array(): void {
    for (;;) {
      const char = this.next();
      if (char === endOfInput || char === '\n') this.fail('unterminated array');
      if (char === ']') break;
    }
    const text = this.consume();
    let inside = text.slice(1, -1);
    if (inside === '*') inside = ':';
    const union = inside.split(',');
    if (union.length > 1) {
      this.list.push({ type: 'union', nodes: union.map((part) => this.parseAction(`[${part.trim()}]`)) });
      return;
    }
    const quotedKey = /^'([^']*)'$/.exec(inside);
    if (quotedKey) {
      const parser = new Parser(`{.${quotedKey[1]}}`);
      parser.text();
      const action = parser.root.nodes[0];
      this.list.push({ type: 'list', nodes: action?.type === 'list' ? action.nodes : [] });
      return;
    }
    const slice = /^(-?[\d]*)(:-?[\d]*)?(:-?[\d]*)?$/.exec(inside);
    if (!slice) this.fail(`invalid array index ${inside}`);
    const parts = [slice[1], slice[2], slice[3]];
    const params = parts.map((part, i): ArrayParam => {
      if (part === undefined || part === '') return { value: 0, known: false, derived: false };
      const digits = i > 0 ? part.slice(1) : part;
      if (i > 0 && digits === '') return { value: 0, known: false, derived: false };
      if (!/^-?\d+$/.test(digits)) this.fail(`array index ${digits} is not a number`);
      return { value: Number(digits), known: true, derived: false };
    }) as [ArrayParam, ArrayParam, ArrayParam];
    if (params[0].known && slice[2] === undefined) params[1] = { value: params[0].value + 1, known: true, derived: true };
    this.list.push({ type: 'array', params });
  }

  private filter(): void {
    this.at += 3;
    this.consume();
    let begin = false;
    let end = false;
    let pair = '';
    for (;;) {
      const char = this.next();
      if (char === endOfInput || char === '\n') this.fail('unterminated filter');
      if (char === '"' || char === "'") {
        if (!begin) {
          begin = true;
          pair = char;
        } else if (this.input[this.at - 2] !== '\\' && char === pair) end = true;
      } else if (char === ')' && begin === end) break;
    }
    if (this.next() !== ']') this.fail('unclosed array expect ]');
    const text = this.consume().slice(0, -2);
    const match = /^([^!<>=]+)([!<>=]+)(.+?)$/s.exec(text);
    if (!match) {
      const parsed = this.parseAction(text);
      this.list.push({ type: 'filter', left: parsed, operator: 'exists', right: { type: 'list', nodes: [] } });
      return;
    }
    const left = this.parseAction(match[1] ?? '');
    const right = this.parseAction((match[3] ?? '').trim());
    this.list.push({ type: 'filter', left, operator: match[2] ?? '', right });
  }

  private quote(end: string): void {
    for (;;) {
      const char = this.next();
      if (char === endOfInput || char === '\n') this.fail('unterminated quoted string');
      if (char === end && this.input[this.at - 2] !== '\\') break;
    }
    const raw = this.consume();
    this.list.push({ type: 'text', text: this.unquote(raw) });
  }

  private unquote(raw: string): string {
    const body = raw.slice(1, -1);
    return body.replace(/\\(x[\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8}|[0-7]{3}|.)/gs, (_, code: string) => {
      const simple: Readonly<Record<string, string>> = {
        n: '\n',
        t: '\t',
        r: '\r',
        a: '\x07',
        b: '\b',
        f: '\f',
        v: '\v',
        '\\': '\\',
        "'": "'",
        '"': '"',
      };
      if (simple[code] !== undefined) return simple[code];
      if (/^[xuU]/.test(code) && code.length > 1) return String.fromCodePoint(Number.parseInt(code.slice(1), 16));
      if (/^[0-7]{3}$/.test(code)) return String.fromCodePoint(Number.parseInt(code, 8));
      return this.fail('unquote string error invalid syntax');
    });
  }

  private field(): void {
    this.consume();
    while (this.advance());
    const name = this.consume();
    if (name === '*') this.list.push({ type: 'wildcard' });
    else this.list.push({ type: 'field', name: name.replace(/\\(.)/gs, '$1') });
  }

  /** Over one more character of a field's name. */
  private advance(): boolean {
    const char = this.next();
    if (char === '\\') {
      this.next();
      return true;
    }
    if (char === endOfInput || isTerminator(char)) {
      this.backup(char);
      return false;
    }
    return true;
  }

  private parseAction(text: string): Node {
    const parser = new Parser(`{${text}}`);
    parser.text();
    return parser.root.nodes[0] ?? { type: 'list', nodes: [] };
  }

  private next(): string {
    if (this.at >= this.input.length) return endOfInput;
    const char = String.fromCodePoint(this.input.codePointAt(this.at) ?? 0);
    this.at += char.length;
    return char;
  }
  private peek(): string {
    return this.input[this.at] ?? endOfInput;
  }
  private backup(char: string): void {
    this.at -= char.length;
  }
  private consume(): string {
    const text = this.input.slice(this.start, this.at);
    this.start = this.at;
    return text;
  }
  private fail(message: string): never {
    throw new JsonPathError(message);
  }
}

const isTerminator = (char: string): boolean => isBlank(char) || /[.,[\]$@{}]/.test(char);
