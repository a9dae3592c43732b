// Plays text/template/parse: a Go template to a tree. Left out: define, template and block.
export type Item = { type: 'text'; text: string } | { type: 'action'; pipe: Pipe } | Control | { type: 'break' } | { type: 'continue' };

export interface Control {
  type: 'if' | 'with' | 'range';
  pipe: Pipe;
  body: Item[];
  otherwise: Item[];
}

export interface Pipe {
  declares: string[];
  assigns: boolean;
  commands: Command[];
}

export interface Command {
  args: Operand[];
  at: number;
  text: string;
}

export type Operand =
  | { type: 'dot'; at: number; text: string }
  | { type: 'nil'; at: number; text: string }
  | { type: 'field'; path: string[]; at: number; text: string }
  | { type: 'variable'; name: string; path: string[]; at: number; text: string }
  | { type: 'function'; name: string; at: number; text: string }
  | { type: 'pipe'; pipe: Pipe; path: string[]; at: number; text: string }
  /** Whole numbers are bigints: Go's int, as opposed to the float64 of JSON. */
  | { type: 'constant'; value: string | boolean | bigint | number; at: number; text: string };

export class TemplateError extends Error {}

interface Token {
  type: 'word' | 'field' | 'variable' | 'string' | 'number' | 'char' | 'symbol' | 'space' | 'end';
  text: string;
  at: number;
}

const keywords = new Set(['if', 'with', 'range', 'else', 'end', 'break', 'continue', 'define', 'template', 'block']);

export function parseTemplate(source: string, functions: ReadonlySet<string>): Item[] {
  return new Parser(source, functions).parse();
}

class Parser {
  private at = 0;
  private tokens: Token[] = [];
  /** Variables in scope; `$` is the data. */
  private readonly variables: string[] = ['$'];
  private loops = 0;
  constructor(
    private readonly source: string,
    private readonly functions: ReadonlySet<string>,
  ) {}

  parse(): Item[] {
    const { items, closedBy } = this.list();
    if (closedBy) this.fail(`unexpected {{${closedBy}}}`);
    return items;
  }

  private list(): { items: Item[]; closedBy: 'end' | 'else' | '' } {
    const items: Item[] = [];
    for (;;) {
      this.textInto(items);
      if (this.at >= this.source.length) return { items, closedBy: '' };
      if (!this.openAction()) continue;
      const word = this.peek();
      if (word.type !== 'word' || !keywords.has(word.text)) {
        items.push({ type: 'action', pipe: this.pipe('command') });
        this.close('command');
        continue;
      }
      this.take();
      switch (word.text) {
        case 'end':
          this.close('end');
          return { items, closedBy: 'end' };
        case 'else':
          return { items, closedBy: 'else' };
        case 'break':
        case 'continue':
          if (this.loops === 0) this.fail(`{{${word.text}}} outside {{range}}`);
          this.close(word.text);
          items.push({ type: word.text === 'break' ? 'break' : 'continue' });
          break;
        case 'if':
        case 'with':
        case 'range':
          items.push(this.control(word.text));
          break;
        default:
          this.fail(`kubemu's templates have no {{${word.text}}}`);
      }
    }
  }

  private control(type: 'if' | 'with' | 'range'): Item {
    const scope = this.variables.length;
    const pipe = this.pipe(type);
    this.close(type);
    if (type === 'range') this.loops++;
    const { items: body, closedBy } = this.list();
    if (type === 'range') this.loops--;
    let otherwise: Item[] = [];
    if (closedBy === '') this.fail('unexpected EOF');
    if (closedBy === 'else') {
      this.spaces();
      const word = this.peek();
      if (word.type === 'word' && word.text === type && type !== 'range') {
        this.take();
        otherwise = [this.control(type)];
      } else {
        this.close('else');
        const rest = this.list();
        if (rest.closedBy === '') this.fail('unexpected EOF');
        if (rest.closedBy === 'else') this.fail('expected end; found {{else}}');
        otherwise = rest.items;
      }
    }
    this.variables.length = scope;
    return { type, pipe, body, otherwise };
  }

  private pipe(where: string): Pipe {
    const pipe: Pipe = { declares: [], assigns: false, commands: [] };
    this.declarations(pipe, where);
    for (;;) {
      this.spaces();
      const args: Operand[] = [];
      const at = this.peek().at;
      for (;;) {
        this.spaces();
        const operand = this.operand();
        if (!operand) break;
        args.push(operand);
        const next = this.peek();
        if (next.type !== 'space' && !'|)'.includes(next.text) && next.type !== 'end') this.fail(`unexpected ${describe(next)} in operand`);
      }
      if (args.length === 0) this.fail(`missing value for ${where}`);
      pipe.commands.push({ args, at, text: args.map(({ text }) => text).join(' ') });
      if (this.peek().text !== '|') break;
      this.take();
    }
    for (const name of pipe.assigns ? [] : pipe.declares) this.variables.push(name);
    return pipe;
  }

  /** `$v :=`, `$k, $v :=`, `$v =` */
  private declarations(pipe: Pipe, where: string): void {
    const rest = this.tokens.filter(({ type }) => type !== 'space');
    const [first, second, third, fourth] = rest;
    if (first?.type !== 'variable') return;
    const skip = (count: number): void => {
      for (let i = 0; i < count; i++) {
        this.spaces();
        this.take();
      }
    };
    if (second?.text === ':=' || second?.text === '=') {
      pipe.declares = [first.text];
      pipe.assigns = second.text === '=';
      skip(2);
    } else if (where === 'range' && second?.text === ',' && third?.type === 'variable' && (fourth?.text === ':=' || fourth?.text === '=')) {
      pipe.declares = [first.text, third.text];
      pipe.assigns = fourth.text === '=';
      skip(4);
    }
  }

  private operand(): Operand | undefined {
    const token = this.peek();
    const { at, text } = token;
    switch (token.type) {
      case 'field': {
        this.take();
        const fields = this.fields();
        const path = [text.slice(1), ...fields.path];
        return { type: 'field', path, at: fields.at ?? at, text: `.${path.join('.')}` };
      }
      case 'variable': {
        this.take();
        if (!this.variables.includes(text)) this.fail(`undefined variable ${JSON.stringify(text)}`);
        const { path } = this.fields();
        return { type: 'variable', name: text, path, at, text: [text, ...path].join('.') };
      }
      case 'string':
        this.take();
        return { type: 'constant', value: unquote(text), at, text };
      case 'char':
        this.take();
        return { type: 'constant', value: BigInt(unquote(text).codePointAt(0) ?? 0), at, text };
      case 'number':
        this.take();
        return { type: 'constant', value: /^[-+]?(0[xXoObB])?[0-9a-fA-F_]+$/.test(text) ? integer(text) : Number(text), at, text };
      case 'word':
        this.take();
        if (text === 'true' || text === 'false') return { type: 'constant', value: text === 'true', at, text };
        if (text === 'nil') return { type: 'nil', at, text };
        if (!this.functions.has(text)) this.fail(`function ${JSON.stringify(text)} not defined`);
        return { type: 'function', name: text, at, text };
      case 'symbol': {
        if (text === '.') {
          this.take();
          return { type: 'dot', at, text };
        }
        if (text !== '(') return undefined;
        this.take();
        const pipe = this.pipe('parenthesized pipeline');
        if (this.peek().text !== ')') this.fail('unclosed left paren');
        this.take();
        const { path } = this.fields();
        return {
          type: 'pipe',
          pipe,
          path,
          at,
          text: `(${pipe.commands.map((command) => command.text).join(' | ')})${path.map((one) => `.${one}`).join('')}`,
        };
      }
      default:
        return undefined;
    }
  }

  private fields(): { path: string[]; at: number | undefined } {
    const path: string[] = [];
    let at: number | undefined;
    for (let next = this.peek(); next.type === 'field'; next = this.peek()) {
      at ??= next.at;
      path.push(this.take().text.slice(1));
    }
    return { path, at };
  }

  private textInto(items: Item[]): void {
    const open = this.source.indexOf('{{', this.at);
    let text = this.source.slice(this.at, open < 0 ? undefined : open);
    if (open >= 0 && /^\{\{- /.test(this.source.slice(open, open + 4))) text = text.trimEnd();
    if (text !== '') items.push({ type: 'text', text });
    this.at = open < 0 ? this.source.length : open;
  }

  /** False for a comment. */
  private openAction(): boolean {
    const start = this.at;
    const isTrimmed = /^\{\{-\s/.test(this.source.slice(start, start + 4));
    this.at += isTrimmed ? 3 : 2;
    const comment = /^\s*\/\*[\s\S]*?\*\/\s*(-\}\}|\}\})/.exec(this.source.slice(this.at));
    if (comment) {
      this.at += comment[0].length;
      if (comment[1] === '-}}') this.trimAfter();
      return false;
    }
    this.tokens = this.lex();
    return true;
  }

  private lex(): Token[] {
    const tokens: Token[] = [];
    const pattern =
      /(\s+)|("(?:[^"\\\n]|\\.)*"|`[^`]*`)|('(?:[^'\\]|\\.)+')|(\$[\p{L}\p{N}_]*)|(\.[\p{L}_][\p{L}\p{N}_]*)|([-+]?(?:0[xXoObB][0-9a-fA-F_]+|\d[\d_]*\.?\d*(?:[eE][-+]?\d+)?|\.\d+))|([\p{L}_][\p{L}\p{N}_]*)|(:=|[=|(),.])/uy;
    for (;;) {
      const rest = this.source.slice(this.at, this.at + 4);
      if (rest.startsWith('}}') || /^\s-\}\}/.test(rest)) {
        const isTrimmed = !rest.startsWith('}}');
        tokens.push({ type: 'end', text: '', at: this.at });
        this.at += isTrimmed ? 4 : 2;
        if (isTrimmed) this.trimAfter();
        return tokens;
      }
      if (this.at >= this.source.length || this.source.slice(this.at, this.at + 2) === '{{') this.fail('unclosed action');
      pattern.lastIndex = this.at;
      const match = pattern.exec(this.source);
      if (!match) {
        const char = String.fromCodePoint(this.source.codePointAt(this.at) ?? 0);
        if (char === '"') this.fail('unterminated quoted string');
        if (char === '`') this.fail('unterminated raw quoted string');
        this.fail(`unexpected ${JSON.stringify(char)} in command`);
      }
      const types = ['space', 'string', 'char', 'variable', 'field', 'number', 'word', 'symbol'] as const;
      const index = match.slice(1).findIndex((group) => group !== undefined);
      tokens.push({ type: types[index] ?? 'symbol', text: match[0], at: this.at });
      this.at += match[0].length;
    }
  }

  private trimAfter(): void {
    this.at += /^\s*/.exec(this.source.slice(this.at))?.[0].length ?? 0;
  }

  private close(where: string): void {
    this.spaces();
    const token = this.peek();
    if (token.type !== 'end') this.fail(`unexpected ${describe(token)} in ${where}`);
  }

  private spaces(): void {
    while (this.peek().type === 'space') this.take();
  }
  private peek(): Token {
    return this.tokens[0] ?? { type: 'end', text: '', at: this.at };
  }
  private take(): Token {
    return this.tokens.shift() ?? this.peek();
  }

  private fail(message: string): never {
    const line = this.source.slice(0, this.at).split('\n').length;
    throw new TemplateError(`template: output:${line}: ${message}`);
  }
}

const describe = ({ text }: Token): string => `<${text}>`;

const integer = (text: string): bigint => {
  const digits = text.replace(/^[-+]/, '').replaceAll('_', '');
  const value = BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits);
  return text.startsWith('-') ? -value : value;
};

function unquote(text: string): string {
  if (text.startsWith('`')) return text.slice(1, -1);
  const simple: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', a: '\x07', b: '\b', f: '\f', v: '\v' };
  return text.slice(1, -1).replace(/\\(x[\da-fA-F]{2}|u[\da-fA-F]{4}|.)/gs, (_, code: string) => {
    if (code.length > 1) return String.fromCodePoint(Number.parseInt(code.slice(1), 16));
    return simple[code] ?? code;
  });
}
