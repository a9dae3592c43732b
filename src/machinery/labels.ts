// Label selectors, as apimachinery's pkg/labels reads, matches and prints them.

export type Labels = Readonly<Record<string, string>>;

export type Operator = '=' | '==' | '!=' | 'in' | 'notin' | 'exists' | '!' | 'gt' | 'lt';

export interface Requirement {
  key: string;
  operator: Operator;
  values: readonly string[];
}

/** All requirements must hold; an empty selector matches everything. */
export type Selector = readonly Requirement[];

/** metav1.LabelSelector. */
export interface LabelSelector {
  matchLabels?: Readonly<Record<string, string>> | undefined;
  matchExpressions?: readonly { key: string; operator: string; values?: readonly string[] | undefined }[] | undefined;
}

/** A selector that cannot be parsed; the message is the server's. */
export class SelectorError extends Error {}

export function matches(selector: Selector, labels: Labels | undefined): boolean {
  for (const requirement of selector) if (!holds(requirement, labels ?? {})) return false;
  return true;
}

function holds({ key, operator, values }: Requirement, labels: Labels): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case '=':
    case '==':
    case 'in':
      return value !== undefined && values.includes(value);
    case '!=':
    case 'notin':
      return value === undefined || !values.includes(value);
    case 'exists':
      return value !== undefined;
    case '!':
      return value === undefined;
    case 'gt':
    case 'lt': {
      if (value === undefined || !/^[-+]?\d+$/.test(value)) return false;
      return operator === 'gt' ? Number(value) > Number(values[0]) : Number(value) < Number(values[0]);
    }
  }
}

/** The selector of `matchLabels` and `matchExpressions`. An absent one matches nothing, an empty one everything. */
export function fromLabelSelector(selector: LabelSelector | undefined): Selector | undefined {
  if (!selector) return undefined;
  const requirements: Requirement[] = [];
  const { matchLabels = {}, matchExpressions = [] } = selector;
  for (const key of Object.keys(matchLabels).sort()) requirements.push({ key, operator: 'in', values: [matchLabels[key] ?? ''] });
  const operators: Record<string, Operator> = { In: 'in', NotIn: 'notin', Exists: 'exists', DoesNotExist: '!' };
  for (const { key, operator, values = [] } of matchExpressions) {
    const known = operators[operator];
    if (!known) throw new SelectorError(`"${operator}" is not a valid label selector operator`);
    requirements.push({ key, operator: known, values });
  }
  return requirements;
}

/** `a=b,c in (d,e),!f`, sorted by key. */
export function formatSelector(selector: Selector): string {
  return [...selector]
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ key, operator, values }) => {
      switch (operator) {
        case 'exists':
          return key;
        case '!':
          return `!${key}`;
        case 'in':
        case 'notin':
          // A single value prints as equality when the selector came from labels.
          return operator === 'in' && values.length === 1 ? `${key}=${values[0]}` : `${key} ${operator} (${[...values].sort().join(',')})`;
        case 'gt':
          return `${key}>${values[0]}`;
        case 'lt':
          return `${key}<${values[0]}`;
        default:
          return `${key}${operator}${values[0] ?? ''}`;
      }
    })
    .join(',');
}

interface Token {
  type: 'word' | 'symbol' | 'end';
  text: string;
}

const SYMBOLS = '!=<>(),';

function tokens(text: string): Token[] {
  const found: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const c = text[at] as string;
    if (c === ' ' || c === '\t' || c === '\n' || c === '\r') at++;
    else if (SYMBOLS.includes(c)) {
      const two = text.slice(at, at + 2);
      const symbol = two === '==' || two === '!=' ? two : c;
      found.push({ type: 'symbol', text: symbol });
      at += symbol.length;
    } else {
      const start = at;
      while (at < text.length && !SYMBOLS.includes(text[at] as string) && !' \t\n\r'.includes(text[at] as string)) at++;
      found.push({ type: 'word', text: text.slice(start, at) });
    }
  }
  found.push({ type: 'end', text: '' });
  return found;
}

/** Parses `a=b,c!=d,e in (f,g),h notin (i),j,!k,l>1`. Throws {@link SelectorError}. */
export function parseSelector(text: string): Selector {
  const parser = new Parser(tokens(text));
  return parser.selector();
}

class Parser {
  private at = 0;
  constructor(private readonly list: readonly Token[]) {}

  selector(): Selector {
    const requirements: Requirement[] = [];
    for (;;) {
      const token = this.peek();
      if (token.type === 'end') return requirements;
      if (token.type !== 'word' && token.text !== '!') {
        throw new SelectorError(`found '${token.text}', expected: !, identifier, or 'end of string'`);
      }
      try {
        requirements.push(this.requirement());
      } catch (error) {
        if (error instanceof SelectorError) throw new SelectorError(`unable to parse requirement: ${error.message}`);
        throw error;
      }
      const after = this.next();
      if (after.type === 'end') return requirements;
      if (after.text !== ',') throw new SelectorError(`found '${after.text}', expected: ',' or 'end of string'`);
      const following = this.peek();
      if (following.type !== 'word' && following.text !== '!') {
        throw new SelectorError(`found '${following.text}', expected: identifier after ','`);
      }
    }
  }

  private requirement(): Requirement {
    let absent = false;
    if (this.peek().text === '!') {
      absent = true;
      this.next();
    }
    const key = this.next();
    if (key.type !== 'word') throw new SelectorError(`found '${key.text}', expected: identifier`);
    checkKey(key.text);
    if (absent) return { key: key.text, operator: '!', values: [] };
    const following = this.peek();
    if (following.type === 'end' || following.text === ',') return { key: key.text, operator: 'exists', values: [] };
    const operator = this.operator();
    if (operator === 'in' || operator === 'notin') return { key: key.text, operator, values: this.set() };
    const value = this.exact();
    if (operator === 'gt' || operator === 'lt') {
      if (!/^[-+]?\d+$/.test(value)) {
        throw new SelectorError(`values[0]: Invalid value: "${value}": for 'Gt', 'Lt' operators, the value must be an integer`);
      }
    } else checkValue(key.text, value);
    return { key: key.text, operator, values: [value] };
  }

  private operator(): Operator {
    const token = this.next();
    switch (token.text) {
      case '=':
      case '==':
      case '!=':
      case 'in':
      case 'notin':
        return token.text;
      case '>':
        return 'gt';
      case '<':
        return 'lt';
      default:
        throw new SelectorError(`found '${token.text}', expected: in, notin, =, ==, !=, gt, lt`);
    }
  }

  private set(): string[] {
    const open = this.next();
    if (open.text !== '(') throw new SelectorError(`found '${open.text}' expected: '('`);
    const values: string[] = [];
    for (;;) {
      const token = this.next();
      if (token.type === 'word') {
        values.push(token.text);
        const after = this.next();
        if (after.text === ')') return values;
        if (after.text !== ',') throw new SelectorError(`found '${after.text}', expected: ',' or ')'`);
      } else if (token.text === ',') values.push('');
      else if (token.text === ')') return [...values, ''];
      else throw new SelectorError(`found '${token.text}', expected: ',', ')' or identifier`);
    }
  }

  private exact(): string {
    const token = this.peek();
    if (token.type === 'end' || token.text === ',') return '';
    this.next();
    if (token.type !== 'word') throw new SelectorError(`found '${token.text}', expected: identifier`);
    return token.text;
  }

  private peek(): Token {
    return this.list[this.at] ?? { type: 'end', text: '' };
  }
  private next(): Token {
    const token = this.peek();
    this.at++;
    return token;
  }
}

const NAME_PART = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const LABEL_VALUE = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;

function checkKey(key: string): void {
  const name = key.slice(key.lastIndexOf('/') + 1);
  if (name.length > 63 || !NAME_PART.test(name)) {
    throw new SelectorError(
      `<nil>: Invalid value: "${key}": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')`,
    );
  }
}

function checkValue(key: string, value: string): void {
  if (value.length > 63) throw new SelectorError(`values[0][${key}]: Invalid value: "${value}": must be no more than 63 bytes`);
  if (!LABEL_VALUE.test(value)) {
    throw new SelectorError(
      `values[0][${key}]: Invalid value: "${value}": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')`,
    );
  }
}
