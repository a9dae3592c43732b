// Plays client-go's jsonpath: kubectl's dialect, with ranges, filters, slices, unions and recursive descent. Go walks maps in random
// order for `*` and `..`; here it is the order of the keys.
import { goJson, goJsonIndented } from './go-json.ts';
import { goSyntax } from './go-syntax.ts';
import { JsonPathError, type Node, parseJsonPath } from './jsonpath-parse.ts';

export { JsonPathError } from './jsonpath-parse.ts';

export interface JsonPathOptions {
  /** Missing keys are an error; kubectl's default is that they are not. */
  strict?: boolean;
  /** `jsonpath-as-json` */
  asJson?: boolean;
}

export class JsonPath {
  private readonly nodes: readonly Node[];
  constructor(
    readonly template: string,
    private readonly options: JsonPathOptions = {},
  ) {
    this.nodes = parseJsonPath(template).nodes;
  }

  /** What the template prints about an object. */
  print(object: unknown): string {
    return this.find(object)
      .map((results) => this.text(results))
      .join('');
  }

  /** The results of each top-level node. */
  find(object: unknown): unknown[][] {
    return new Walk(this.nodes, this.options.strict ?? false).find(object);
  }

  /** `print`, with kubectl's words around what goes wrong. */
  execute(object: unknown): string {
    try {
      return this.print(object);
    } catch (error) {
      if (!(error instanceof JsonPathError)) throw error;
      throw new JsonPathError(
        `error executing jsonpath ${JSON.stringify(this.template)}: Error executing template: ${error.message}. Printing more information for debugging the template:\n` +
          `\ttemplate was:\n\t\t${this.template}\n\tobject given to jsonpath engine was:\n\t\t${goSyntax(object)}\n\n\n`,
      );
    }
  }

  private text(results: readonly unknown[]): string {
    if (this.options.asJson) return `${goJsonIndented(results)}\n`;
    return results.map(printable).join(' ');
  }
}

/** Throws `error parsing jsonpath …` at once. */
export function compileJsonPath(template: string, options: JsonPathOptions = {}): JsonPath {
  try {
    return new JsonPath(template, options);
  } catch (error) {
    if (error instanceof JsonPathError) throw new JsonPathError(`error parsing jsonpath ${template}, ${error.message}`);
    throw error;
  }
}

export function printable(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  return typeof value === 'object' ? goJson(value) : String(value);
}

/** One evaluation of a template; ranges nest by calling find again for what stands behind them. */
class Walk {
  private beginning = 0;
  private inside = 0;
  private ending = 0;
  private lastEnd = -1;
  constructor(
    private readonly nodes: readonly Node[],
    private readonly strict: boolean,
  ) {}

  find(object: unknown, from = 0): unknown[][] {
    const full: unknown[][] = [];
    for (let i = from; i < this.nodes.length; i++) {
      const results = this.walk([object], this.nodes[i] as Node);
      if (this.ending > 0 && this.ending <= this.inside) {
        this.ending--;
        this.lastEnd = i;
        break;
      }
      if (this.beginning > 0) {
        this.beginning--;
        this.inside++;
        for (const value of results) full.push(...this.find(value, i + 1));
        // Nothing to range over: walk it all the same, to find its end.
        if (results.length === 0) this.find(undefined, i + 1);
        this.inside--;
        if (this.lastEnd > i) i = this.lastEnd;
        else if (this.lastEnd < i) break;
        continue;
      }
      full.push(results);
    }
    return full;
  }

  private walk(input: readonly unknown[], node: Node): unknown[] {
    switch (node.type) {
      case 'list': {
        let current: unknown[] = [...input];
        for (const inner of node.nodes) current = this.walk(current, inner);
        return current;
      }
      case 'text':
        return [node.text];
      case 'int':
      case 'float':
      case 'bool':
        return input.map(() => node.value);
      case 'identifier':
        return this.identifier(input, node.name);
      case 'field':
        return this.field(input, node.name);
      case 'array':
        return input.flatMap((value) => slice(value, node.params));
      case 'filter':
        return input.flatMap((value) => this.filter(value, node));
      case 'wildcard':
        return input.flatMap((value) => children(value));
      case 'recursive':
        return input.flatMap((value) => descend(value));
      case 'union':
        return node.nodes.flatMap((one) => this.walk(input, one));
    }
  }

  private identifier(input: readonly unknown[], name: string): unknown[] {
    if (name === 'range') {
      this.beginning++;
      return [...input];
    }
    if (name !== 'end') throw new JsonPathError(`unrecognized identifier ${name}`);
    if (this.inside === 0) throw new JsonPathError('not in range, nothing to end');
    this.ending++;
    return [];
  }

  private field(input: readonly unknown[], name: string): unknown[] {
    const found: unknown[] = [];
    for (const value of input) if (isMap(value) && Object.hasOwn(value, name) && value[name] !== undefined) found.push(value[name]);
    if (found.length === 0 && this.strict) throw new JsonPathError(`${name} is not found`);
    return found;
  }

  private filter(value: unknown, { left, operator, right }: Node & { type: 'filter' }): unknown[] {
    if (value === null || value === undefined) return [];
    if (!Array.isArray(value)) throw new JsonPathError(`${goSyntax(value, '%v')} is not array or slice and cannot be filtered`);
    return value.filter((item) => {
      if (operator === 'exists') return this.tolerant([item], left).length > 0;
      const [lefts, rights] = [this.walk([item], left), this.walk([item], right)];
      if (lefts.length > 1 || rights.length > 1) throw new JsonPathError('can only compare one element at a time');
      if (lefts.length === 0 || rights.length === 0) return false;
      return compare(lefts[0], operator, rights[0]);
    });
  }

  private tolerant(input: readonly unknown[], node: Node): unknown[] {
    try {
      return this.walk(input, node);
    } catch (error) {
      if (!(error instanceof JsonPathError)) throw error;
      // Go looks at what an evaluation left behind, not at whether it failed: only a missing key leaves nothing.
      return error.message.endsWith('is not found') ? [] : [undefined];
    }
  }
}

const isMap = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

function children(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  return isMap(value)
    ? Object.keys(value)
        .sort()
        .map((key) => value[key])
    : [];
}

/** The value and all below it. Leaves count when they are text that is not empty: Go sees a string as a list of bytes. */
function descend(value: unknown): unknown[] {
  if (typeof value === 'string') return value === '' ? [] : [value];
  const below = children(value);
  return below.length === 0 ? [] : [value, ...below.flatMap(descend)];
}

function slice(value: unknown, params: (Node & { type: 'array' })['params']): unknown[] {
  if (value === null || value === undefined) return [];
  if (!Array.isArray(value)) throw new JsonPathError(`${goType(value)} is not array or slice`);
  const { length } = value;
  const [first, last, stride] = params;
  let from = first.known ? first.value : 0;
  if (from < 0) from += length;
  let to = last.known ? last.value : length;
  if (to < 0 || (to === 0 && last.derived)) to += length;
  if (from === to) return [];
  const outside = (index: number): JsonPathError => new JsonPathError(`array index out of bounds: index ${index}, length ${length}`);
  if (from >= length || from < 0) throw outside(from);
  if (to > length || to < 0) throw outside(to - 1);
  if (from > to) throw new JsonPathError(`starting index ${from} is greater than ending index ${to}`);
  if (stride.known && stride.value <= 0) throw new JsonPathError('step must be > 0');
  const step = stride.known ? stride.value : 1;
  return value.slice(from, to).filter((_, i) => i % step === 0);
}

function goType(value: unknown): string {
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  return 'map[string]interface {}';
}

/** text/template's comparison: only values of one basic kind compare. */
function compare(left: unknown, operator: string, right: unknown): boolean {
  const [a, b] = [basicKind(left), basicKind(right)];
  if (a === undefined || b === undefined) throw new JsonPathError('invalid type for comparison');
  if (a !== b) throw new JsonPathError('incompatible types for comparison');
  if (operator === '==') return left === right;
  if (operator === '!=') return left !== right;
  if (!['<', '<=', '>', '>='].includes(operator)) throw new JsonPathError(`unrecognized filter operator ${operator}`);
  if (a === 'bool') throw new JsonPathError('invalid type for comparison');
  const less = (left as string) < (right as string);
  const equal = left === right;
  if (operator === '<') return less;
  if (operator === '<=') return less || equal;
  return operator === '>' ? !less && !equal : !less;
}

function basicKind(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float';
  if (typeof value === 'string') return 'string';
  return typeof value === 'boolean' ? 'bool' : undefined;
}
