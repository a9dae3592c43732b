// Word expansion: parameters, arithmetic, command substitution, field splitting, pathnames. It runs to its end or throws `Pause` at a
// command substitution whose output is not there yet; then it starts again with that output. Assignments count only at the end.
import type { Symbols } from '../symbols.ts';
import { marked } from '../symbols.ts';
import { type ArithmeticScope, evaluate } from './arithmetic.ts';
import { braces, literalBraces } from './braces.ts';
import { FieldBuilder } from './fields.ts';
import type { Arith, ArithmeticExpression, Part, Word } from './parse.ts';
import { hasGlob, patternRegExp, removeAffix } from './pattern.ts';
import type { ShellState, Value } from './shell-state.ts';

/** The output of this list is needed. */
export class Pause {
  constructor(readonly list: number) {}
}

/** Ends a non-interactive shell. */
export class ShellError extends Error {
  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}

export interface ExpandHost {
  sh: ShellState;
  memo: readonly string[];
  symbols: Symbols | null;
  inspected(): void;
  plain(text: string): string;
  glob(pattern: string): string[];
  parseArithmetic(text: string): Arith;
  home(): string;
  /** The n-th draw of this shell at this instant. */
  random(n: number): number;
  /** A file holding the list's output, for `<(…)`. */
  substituteProcess(list: number): string;
}

export class Expansion {
  private next = 0;
  private readonly pending = new Map<string, Value>();
  private readonly scope: ArithmeticScope;

  constructor(private readonly host: ExpandHost) {
    this.scope = {
      get: (name) => (name.startsWith('{') ? this.braced(name) : this.text(name)),
      set: (name, value) => this.assign(name, value),
      substitute: (list) => this.substitute(list),
      symbols: host.symbols,
      inspected: () => host.inspected(),
      parse: (text) => host.parseArithmetic(text),
    };
  }

  /** Makes assignments of the expansions since the last call real. */
  commit(): void {
    for (const [name, value] of this.pending) setVariable(this.host.sh, name, value);
    this.pending.clear();
  }

  private substitute(list: number): string {
    const output = this.host.memo[this.next];
    if (output === undefined) throw new Pause(list);
    this.next++;
    return output;
  }

  private braced(name: string): string | undefined {
    const inner = name.slice(1, -1);
    const fallback = /^(\w+):?-(.*)$/.exec(inner);
    if (fallback) return this.text(fallback[1] ?? '') || fallback[2];
    if (inner.startsWith('#')) return String((this.text(inner.slice(1)) ?? '').length);
    return this.text(inner);
  }

  private assign(name: string, value: Value): void {
    if (this.host.sh.readonly[name])
      throw new ShellError(
        this.host.sh.dialect === 'bash' ? `${name}: readonly variable` : `${name}: is read only`,
        this.host.sh.dialect === 'bash' ? 1 : 2,
      );
    const element = /^(\w+)\[(.*)\]$/.exec(name);
    if (!element) {
      this.pending.set(name, value);
      return;
    }
    const base = element[1] ?? '';
    const old = this.pending.get(base) ?? this.host.sh.vars[base];
    const array = Array.isArray(old) ? [...old] : old === undefined ? [] : [old];
    const i = this.index(element[2] ?? '0', array.length);
    while (array.length < i) array.push('');
    array[i] = typeof value === 'string' ? value : value.join(' ');
    this.pending.set(base, array);
  }

  private index(text: string, length: number): number {
    const n = Number(this.host.plain(evaluate(this.host.parseArithmetic(text.replace(/^\$/, '')), this.scope)));
    return n < 0 ? length + n : n;
  }

  // --- variables ---

  /** All values of a parameter: several for `@`, `*` and arrays. */
  private values(name: string): string[] | undefined {
    const { sh } = this.host;
    if (name === '@' || name === '*') return sh.args;
    const array = name.endsWith(']') ? /^(\w+)\[([@*])\]$/.exec(name) : null;
    if (array) {
      const value = this.pending.get(array[1] ?? '') ?? sh.vars[array[1] ?? ''];
      return value === undefined ? [] : typeof value === 'string' ? [value] : value;
    }
    const one = this.text(name);
    return one === undefined ? undefined : [one];
  }

  private text(name: string): string | undefined {
    const { sh } = this.host;
    switch (name) {
      case '?':
        return String(sh.status);
      case '$':
        return String(sh.self);
      case '#':
        return String(sh.args.length);
      case '!':
        return sh.lastBg ? String(sh.lastBg) : '';
      case '-':
        return Object.keys(sh.opts)
          .filter((o) => o.length === 1 && sh.opts[o])
          .join('');
      case '@':
      case '*':
        return sh.args.join(' ');
      case '0':
        return sh.zero;
      case 'LINENO':
        return String(sh.line);
      default:
    }
    if (/^\d+$/.test(name)) return sh.args[Number(name) - 1];
    if (sh.dialect === 'bash' || sh.dialect === 'ash') {
      if (name === 'RANDOM' && sh.vars.RANDOM === undefined) {
        this.host.inspected();
        sh.draws = (sh.draws ?? 0) + 1;
        return String(this.host.random(sh.draws) % 32768);
      }
    }
    if (sh.dialect === 'bash') {
      if (name === 'EUID' || name === 'UID') return '0';
      if (name === 'BASH_VERSION') return '5.2.37(1)-release';
    }
    const element = name.endsWith(']') ? /^(\w+)\[(.*)\]$/.exec(name) : null;
    const value = this.pending.get(element?.[1] ?? name) ?? sh.vars[element?.[1] ?? name];
    if (element) {
      if (element[2] === '@' || element[2] === '*') return typeof value === 'string' ? value : value?.join(' ');
      if (typeof value === 'string') return this.index(element[2] ?? '0', 1) === 0 ? value : undefined;
      return value?.[this.index(element[2] ?? '0', value.length)];
    }
    return typeof value === 'string' || value === undefined ? value : value[0];
  }

  arithmetic(expression: ArithmeticExpression): string {
    return evaluate(expression.expression, this.scope);
  }

  // --- words ---

  /** To fields, with splitting and pathnames. */
  fields(word: Word): string[] {
    const out: string[] = [];
    for (const alternative of this.host.sh.dialect === 'bash' ? braces(word) : [literalBraces(word)]) {
      const builder = new FieldBuilder(this.host.sh, true);
      this.parts(alternative.parts, false, builder);
      for (const field of builder.done()) {
        if (field.glob && !this.host.sh.opts.f && hasGlob(field.pattern)) {
          const found = this.host.glob(field.pattern);
          if (found.length > 0) {
            out.push(...found);
            continue;
          }
        }
        out.push(field.text);
      }
    }
    return out;
  }

  /** To one text, as on the right of an assignment. */
  single(word: Word): string {
    const builder = new FieldBuilder(this.host.sh, false);
    this.parts(word.parts, false, builder);
    return builder.joined().text;
  }

  /** To a pattern, as in `case`. */
  pattern(word: Word): string {
    const builder = new FieldBuilder(this.host.sh, false);
    this.parts(word.parts, false, builder);
    return this.host.plain(builder.joined().pattern);
  }

  private parts(parts: readonly Part[], quoted: boolean, into: FieldBuilder): void {
    for (const part of parts) this.part(part, quoted, into);
  }

  private part(part: Part, quoted: boolean, into: FieldBuilder): void {
    switch (part.type) {
      case 'Literal':
        into.literal(part.value, quoted);
        break;
      case 'SingleQuoted':
      case 'Escaped':
        into.literal(part.value, true);
        break;
      case 'DoubleQuoted':
        into.quotedEmpty(
          part.parts.length === 0 ||
            !part.parts.some((p) => p.type === 'ParameterExpansion' && (p.parameter === '@' || p.parameter.endsWith('[@]'))),
        );
        this.parts(part.parts, true, into);
        break;
      case 'Glob':
        into.glob(part.pattern);
        break;
      case 'TildeExpansion':
        into.literal(part.user === null ? this.host.home() : part.user === 'root' ? '/root' : `~${part.user}`, true);
        break;
      case 'ArithmeticExpansion':
        into.expanded(this.arithmetic(part.expression), quoted);
        break;
      case 'CommandSubstitution':
        into.expanded(this.substitute((part as { list?: number }).list ?? -1), quoted);
        break;
      case 'ProcessSubstitution':
        into.literal(this.host.substituteProcess((part as { list?: number }).list ?? -1), true);
        break;
      case 'ParameterExpansion':
        this.parameter(part, quoted, into);
        break;
      case 'BraceExpansion':
        into.literal('', false);
        break;
    }
  }

  private parameter(part: Extract<Part, { type: 'ParameterExpansion' }>, quoted: boolean, into: FieldBuilder): void {
    const { sh } = this.host;
    const op = part.operation;
    let name = part.parameter;
    if (op?.type === 'Indirection') name = this.host.plain(this.text(name) ?? '');
    if (op?.type === 'ArrayKeys') {
      const value = sh.vars[op.array];
      into.several(
        (Array.isArray(value) ? value : value === undefined ? [] : [value]).map((_, i) => String(i)),
        quoted,
        !op.star,
      );
      return;
    }
    if (op?.type === 'VarNamePrefix') {
      into.several(
        Object.keys(sh.vars)
          .filter((v) => v.startsWith(op.prefix))
          .sort(),
        quoted,
        !op.star,
      );
      return;
    }
    const values = this.values(name);
    const many = name === '@' || name === '*' || /\[[@*]\]$/.test(name);
    const isSet = values !== undefined && (!many || values.length > 0);
    const empty = !isSet || values.every((v) => v === '');
    const operation = op?.type === 'Indirection' ? (op.innerOp ?? null) : op;
    const emit = (texts: string[]): void => {
      if (many) into.several(texts, quoted, name.endsWith('@') || name.endsWith('@]'));
      else into.expanded(texts[0] ?? '', quoted);
    };
    if (operation === null) {
      if (!isSet && sh.opts.u && !many)
        throw new ShellError(
          sh.dialect === 'bash' ? `${name}: unbound variable` : `${name}: parameter not set`,
          sh.dialect === 'bash' ? 127 : 2,
        );
      emit(values ?? ['']);
      return;
    }
    switch (operation.type) {
      case 'DefaultValue':
        if (operation.checkEmpty ? empty : !isSet) this.parts(operation.word.parts, quoted, into);
        else emit(values ?? []);
        break;
      case 'UseAlternative':
        if (operation.checkEmpty ? !empty : isSet) this.parts(operation.word.parts, quoted, into);
        break;
      case 'AssignDefault':
        if (operation.checkEmpty ? empty : !isSet) {
          const value = this.single(operation.word);
          this.assign(name, value);
          into.expanded(value, quoted);
        } else emit(values ?? []);
        break;
      case 'ErrorIfUnset':
        if (operation.checkEmpty ? empty : !isSet) {
          const message = operation.word ? this.host.plain(this.single(operation.word)) : '';
          throw new ShellError(
            `${name}: ${message || (sh.dialect === 'bash' ? `parameter ${operation.checkEmpty ? 'null or ' : ''}not set` : `parameter not set${operation.checkEmpty ? ' or null' : ''}`)}`,
            sh.dialect === 'bash' ? 127 : 2,
          );
        }
        emit(values ?? []);
        break;
      case 'Length':
        if (!isSet && sh.opts.u && !many)
          throw new ShellError(
            sh.dialect === 'bash' ? `${name}: unbound variable` : `${name}: parameter not set`,
            sh.dialect === 'bash' ? 127 : 2,
          );
        if (many) into.expanded(String(values?.length ?? 0), quoted);
        else {
          const value = values?.[0] ?? '';
          if (marked.test(value)) this.host.inspected();
          into.expanded(String(value.length), quoted);
        }
        break;
      case 'Substring': {
        const offset = Number(this.host.plain(this.arithmetic(operation.offset)));
        const length = operation.length ? Number(this.host.plain(this.arithmetic(operation.length))) : undefined;
        if (many) {
          const all = name === '@' || name === '*' ? [sh.zero, ...sh.args] : (values ?? []);
          emit(substring(all, offset, length) as string[]);
        } else emit([substring(values?.[0] ?? '', offset, length) as string]);
        break;
      }
      case 'PatternRemoval': {
        const pattern = this.pattern(operation.pattern);
        emit((values ?? ['']).map((v) => removeAffix(this.host.plain(v), pattern, operation.side, operation.greedy)));
        break;
      }
      case 'PatternReplacement': {
        const pattern = patternRegExp(this.pattern(operation.pattern)).source;
        const replacement = operation.replacement ? this.single(operation.replacement) : '';
        const regexp = new RegExp(
          operation.anchor === 'start' ? `^(?:${pattern})` : operation.anchor === 'end' ? `(?:${pattern})$` : pattern,
          operation.all ? 'g' : '',
        );
        emit((values ?? ['']).map((v) => this.host.plain(v).replace(regexp, () => replacement)));
        break;
      }
      case 'CaseModification':
        emit(
          (values ?? ['']).map((v) => {
            const text = this.host.plain(v);
            const change = (t: string): string => (operation.direction === 'upper' ? t.toUpperCase() : t.toLowerCase());
            return operation.all ? change(text) : change(text.slice(0, 1)) + text.slice(1);
          }),
        );
        break;
      case 'Transform':
        emit(
          (values ?? ['']).map((v) =>
            operation.operator === 'Q'
              ? `'${v.replace(/'/g, "'\\''")}'`
              : operation.operator === 'U'
                ? v.toUpperCase()
                : operation.operator === 'L'
                  ? v.toLowerCase()
                  : operation.operator === 'u'
                    ? v.slice(0, 1).toUpperCase() + v.slice(1)
                    : v,
          ),
        );
        break;
      case 'BadSubstitution':
      case 'LengthSliceError':
        throw new ShellError(sh.dialect === 'ash' ? 'syntax error: bad substitution' : 'Bad substitution', 2);
    }
  }
}

function substring(value: string | string[], offset: number, length: number | undefined): string | string[] {
  const from = offset < 0 ? Math.max(0, value.length + offset) : offset;
  const to = length === undefined ? value.length : length < 0 ? value.length + length : from + length;
  return value.slice(from, Math.max(from, to));
}

export function setVariable(sh: ShellState, name: string, value: Value): void {
  sh.vars[name] = value;
  if (sh.opts.a) sh.exported[name] = 1;
}
