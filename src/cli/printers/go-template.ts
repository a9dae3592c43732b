// Plays text/template with kubectl's additions (exists, base64decode). Objects are what encoding/json makes of them: every number is a
// float64, so that a million prints as 1e+06.
import { goQuote } from '../flags/go-quote.ts';
import { KubectlError } from '../verb.ts';
import { goJson } from './go-json.ts';
import { functions, goValue, isTrue, TemplateFailure } from './go-template-functions.ts';
import { type Command, type Control, type Item, type Operand, type Pipe, parseTemplate, TemplateError } from './go-template-parse.ts';

export interface CompiledTemplate {
  /** Writes what the template prints. On failure what had been printed is replaced by kubectl's explanation, and an error thrown. */
  execute(object: unknown, write: (text: string) => void): void;
}

export function compileTemplate(source: string, strict: boolean): CompiledTemplate {
  let items: Item[];
  try {
    items = parseTemplate(source, new Set([...Object.keys(functions), 'and', 'or']));
  } catch (error) {
    if (error instanceof TemplateError) throw new KubectlError(`error parsing template ${source}, ${error.message}`);
    throw error;
  }
  return {
    execute(object, write) {
      const run = new Execution(source, strict, object);
      try {
        run.list(items, object);
        write(run.output);
      } catch (error) {
        if (!(error instanceof TemplateError)) throw error;
        write(
          `Error executing template: ${error.message}. Printing more information for debugging the template:\n\ttemplate was:\n\t\t${source}\n` +
            `\traw data was:\n\t\t${goJson(object, false)}\n\tobject given to template engine was:\n\t\t${goValue(object)}\n\n`,
        );
        throw new KubectlError(`error executing template ${goQuote(source)}: ${error.message}`);
      }
    },
  };
}

class Leave {
  constructor(readonly how: 'break' | 'continue') {}
}

class Execution {
  output = '';
  private readonly variables: { name: string; value: unknown }[];
  constructor(
    private readonly source: string,
    private readonly strict: boolean,
    data: unknown,
  ) {
    this.variables = [{ name: '$', value: data }];
  }

  list(items: readonly Item[], dot: unknown): void {
    for (const item of items) {
      if (item.type === 'text') this.output += item.text;
      else if (item.type === 'action') {
        const value = this.pipe(item.pipe, dot);
        if (item.pipe.declares.length === 0) this.output += value === undefined ? '<no value>' : goValue(value);
      } else if (item.type === 'break' || item.type === 'continue') throw new Leave(item.type);
      else this.control(item, dot);
    }
  }

  private control(item: Control, dot: unknown): void {
    const scope = this.variables.length;
    if (item.type === 'range') this.range(item, dot);
    else {
      const value = this.pipe(item.pipe, dot);
      if (isTrue(value)) this.list(item.body, item.type === 'with' ? value : dot);
      else this.list(item.otherwise, dot);
    }
    this.variables.length = scope;
  }

  private range(item: Control, dot: unknown): void {
    const value = this.pipe({ ...item.pipe, declares: [] }, dot);
    const entries = this.entries(value, item.pipe);
    if (entries.length === 0) this.list(item.otherwise, dot);
    const [first, second] = item.pipe.declares;
    for (const [key, element] of entries) {
      const scope = this.variables.length;
      if (first !== undefined && second !== undefined) this.variables.push({ name: first, value: key }, { name: second, value: element });
      else if (first !== undefined) this.variables.push({ name: first, value: element });
      try {
        this.list(item.body, element);
      } catch (error) {
        if (!(error instanceof Leave)) throw error;
        if (error.how === 'break') return;
      } finally {
        this.variables.length = scope;
      }
    }
  }

  private entries(value: unknown, pipe: Pipe): [unknown, unknown][] {
    if (value === undefined || value === null) return [];
    if (Array.isArray(value)) return value.map((element, i) => [BigInt(i), element]);
    if (typeof value === 'bigint') return Array.from({ length: Number(value) }, (_, i) => [BigInt(i), BigInt(i)]);
    if (typeof value === 'object') {
      const map = value as Record<string, unknown>;
      return Object.keys(map)
        .sort()
        .map((key) => [key, map[key]]);
    }
    const [command] = pipe.commands;
    return this.fail(command?.at ?? 0, command?.text ?? '', `range can't iterate over ${goValue(value)}`);
  }

  private pipe(pipe: Pipe, dot: unknown): unknown {
    let value: unknown;
    for (const [i, command] of pipe.commands.entries()) value = this.command(command, dot, i > 0 ? [value] : []);
    for (const name of pipe.declares) {
      const known = this.variables.findLast((one) => one.name === name);
      if (pipe.assigns && known) known.value = value;
      else this.variables.push({ name, value });
    }
    return value;
  }

  private command({ args, at, text }: Command, dot: unknown, piped: readonly unknown[]): unknown {
    const [first, ...rest] = args;
    if (!first) return undefined;
    if (first.type !== 'function') {
      if (rest.length > 0 || piped.length > 0)
        this.fail(
          first.at,
          first.text,
          first.type === 'field'
            ? `${first.path.at(-1)} is not a method but has arguments`
            : `can't give argument to non-function ${first.text}`,
        );
      return this.operand(first, dot);
    }
    if (first.name === 'and' || first.name === 'or') return this.shortCircuit(first.name, rest, dot, piped);
    const call = functions[first.name];
    const values = [...rest.map((operand) => this.operand(operand, dot)), ...piped];
    if (!call) return this.fail(at, text, `function ${goQuote(first.name)} not defined`);
    try {
      return call(...values);
    } catch (error) {
      if (!(error instanceof TemplateFailure)) throw error;
      return this.fail(at, text, error.isCount ? error.message : `error calling ${first.name}: ${error.message}`);
    }
  }

  private shortCircuit(name: 'and' | 'or', rest: readonly Operand[], dot: unknown, piped: readonly unknown[]): unknown {
    let value: unknown;
    for (const operand of rest) {
      value = this.operand(operand, dot);
      if (isTrue(value) === (name === 'or')) return value;
    }
    return piped.length > 0 ? piped[0] : value;
  }

  private operand(operand: Operand, dot: unknown): unknown {
    switch (operand.type) {
      case 'dot':
        return dot;
      case 'nil':
        return this.fail(operand.at, 'nil', 'nil is not a command');
      case 'constant':
        return operand.value;
      case 'field':
        return this.fields(dot, operand.path, operand);
      case 'variable':
        return this.fields(this.variables.findLast(({ name }) => name === operand.name)?.value, operand.path, operand);
      case 'pipe':
        return this.fields(this.pipe(operand.pipe, dot), operand.path, operand);
      case 'function':
        return this.command({ args: [operand], at: operand.at, text: operand.text }, dot, []);
    }
  }

  private fields(start: unknown, path: readonly string[], { at, text }: Operand): unknown {
    let value = start;
    for (const name of path) {
      if (value === undefined) {
        if (this.strict) this.fail(at, text, `nil data; no entry for key ${goQuote(name)}`);
        return undefined;
      }
      if (value === null) this.fail(at, text, `nil pointer evaluating interface {}.${name}`);
      if (typeof value !== 'object' || Array.isArray(value)) this.fail(at, text, `can't evaluate field ${name} in type interface {}`);
      const map = value as Record<string, unknown>;
      value = Object.hasOwn(map, name) ? map[name] : undefined;
      if (value === undefined && this.strict) this.fail(at, text, `map has no entry for key ${goQuote(name)}`);
    }
    return value;
  }

  private fail(at: number, text: string, message: string): never {
    const before = this.source.slice(0, at);
    const line = before.split('\n').length;
    const column = at - (before.lastIndexOf('\n') + 1);
    throw new TemplateError(`template: output:${line}:${column}: executing "output" at <${text}>: ${message}`);
  }
}
