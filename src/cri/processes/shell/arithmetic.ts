// Shell arithmetic on 64-bit integers. A counter of the fast-forward passes through sums and products with constants as a counter.
import type { Symbols } from '../symbols.ts';
import type { Arith } from './parse.ts';

export class ArithmeticError extends Error {}

export interface ArithmeticScope {
  get(name: string): string | undefined;
  set(name: string, value: string): void;
  /** Output of the command substitution with this list. */
  substitute(list: number): string;
  symbols: Symbols | null;
  inspected(): void;
  parse(text: string): Arith;
}

/** A value and what it gains per lap. */
type Num = { v: number; d: number };
const plain = (v: number): Num => ({ v, d: 0 });

export function evaluate(expression: Arith, scope: ArithmeticScope): string {
  const { v, d } = evaluateNum(expression, scope, 0);
  return d !== 0 && scope.symbols ? scope.symbols.counter(v, d) : String(v);
}

const wrap = (v: number): number =>
  Number.isSafeInteger(v) ? v : Number(BigInt.asIntN(64, BigInt(Math.trunc(Number.isFinite(v) ? v : 0))));
const big = (f: (a: bigint, b: bigint) => bigint, a: number, b: number): number => Number(BigInt.asIntN(64, f(BigInt(a), BigInt(b))));

function number(text: string, scope: ArithmeticScope, depth: number): Num {
  const trimmed = text.trim();
  if (trimmed === '') return plain(0);
  if (scope.symbols) {
    const token = scope.symbols.counterOf(trimmed);
    if (token) return { v: token.v, d: token.d };
    const shown = scope.symbols.plain(trimmed);
    if (shown !== trimmed) {
      scope.inspected();
      return number(shown, scope, depth);
    }
  }
  if (/^[+-]?\d+$/.test(trimmed)) {
    if (/^[+-]?0\d/.test(trimmed)) {
      if (/[89]/.test(trimmed)) throw new ArithmeticError(`value too great for base (error token is "${trimmed}")`);
      return plain(Number.parseInt(trimmed, 8));
    }
    return plain(Number(trimmed));
  }
  if (/^[+-]?0[xX][0-9a-fA-F]+$/.test(trimmed)) return plain(Number(trimmed));
  if (depth > 20) throw new ArithmeticError('expression recursion level exceeded');
  return evaluateNum(scope.parse(trimmed), scope, depth + 1);
}

function look(n: Num, scope: ArithmeticScope): number {
  if (n.d !== 0) scope.inspected();
  return n.v;
}

function evaluateNum(e: Arith, scope: ArithmeticScope, depth: number): Num {
  const sub = (x: Arith): Num => evaluateNum(x, scope, depth);
  switch (e.type) {
    case 'ArithNumber':
      return plain(e.value);
    case 'ArithVariable':
      return number(scope.get(e.name) ?? '', scope, depth);
    case 'ArithSpecialVar':
      return number(scope.get(e.name) ?? '', scope, depth);
    case 'ArithBracedExpansion':
      return number(scope.get(`{${e.content}}`) ?? '', scope, depth);
    case 'ArithGroup':
    case 'ArithNested':
      return sub(e.expression);
    case 'ArithCommandSubst':
      return number(scope.substitute((e as { list?: number }).list ?? -1), scope, depth);
    case 'ArithUnary':
      return unary(e, scope, depth);
    case 'ArithBinary':
      return binary(e, scope, depth);
    case 'ArithTernary':
      return look(sub(e.condition), scope) !== 0 ? sub(e.consequent) : sub(e.alternate);
    case 'ArithAssignment': {
      const right = sub(e.value);
      const name = e.subscript ? `${e.variable}[${look(sub(e.subscript), scope)}]` : e.variable;
      const value =
        e.operator === '=' ? right : combine(e.operator.slice(0, -1), number(scope.get(name) ?? '', scope, depth), right, scope);
      store(name, value, scope);
      return value;
    }
    case 'ArithArrayElement':
      return number(scope.get(`${e.array}[${e.index ? look(sub(e.index), scope) : (e.stringKey ?? 0)}]`) ?? '', scope, depth);
    case 'ArithConcat':
      return number(e.parts.map((part) => String(look(sub(part), scope))).join(''), scope, depth);
    case 'ArithSingleQuote':
      return plain(e.value);
    case 'ArithSyntaxError':
      throw new ArithmeticError(e.message);
    default:
      throw new ArithmeticError(`syntax error: ${e.type} is not simulated`);
  }
}

function store(name: string, value: Num, scope: ArithmeticScope): void {
  scope.set(name, value.d !== 0 && scope.symbols ? scope.symbols.counter(value.v, value.d) : String(value.v));
}

function unary(e: Extract<Arith, { type: 'ArithUnary' }>, scope: ArithmeticScope, depth: number): Num {
  if (e.operator === '++' || e.operator === '--') {
    const name =
      e.operand.type === 'ArithVariable'
        ? e.operand.name
        : e.operand.type === 'ArithArrayElement'
          ? `${e.operand.array}[${e.operand.index ? look(evaluateNum(e.operand.index, scope, depth), scope) : 0}]`
          : '';
    const old = number(scope.get(name) ?? '', scope, depth);
    const now = { v: old.v + (e.operator === '++' ? 1 : -1), d: old.d };
    store(name, now, scope);
    return e.prefix ? now : old;
  }
  const n = evaluateNum(e.operand, scope, depth);
  switch (e.operator) {
    case '-':
      return { v: n.v === 0 ? 0 : -n.v, d: -n.d };
    case '+':
      return n;
    case '!':
      return plain(look(n, scope) === 0 ? 1 : 0);
    case '~':
      return plain(~look(n, scope));
  }
}

function binary(e: Extract<Arith, { type: 'ArithBinary' }>, scope: ArithmeticScope, depth: number): Num {
  const left = evaluateNum(e.left, scope, depth);
  if (e.operator === '&&') return plain(look(left, scope) !== 0 && look(evaluateNum(e.right, scope, depth), scope) !== 0 ? 1 : 0);
  if (e.operator === '||') return plain(look(left, scope) !== 0 || look(evaluateNum(e.right, scope, depth), scope) !== 0 ? 1 : 0);
  return combine(e.operator, left, evaluateNum(e.right, scope, depth), scope);
}

function combine(operator: string, a: Num, b: Num, scope: ArithmeticScope): Num {
  if (operator === '+') return { v: wrap(a.v + b.v), d: a.d + b.d };
  if (operator === '-') return { v: wrap(a.v - b.v), d: a.d - b.d };
  if (operator === ',') return b;
  if (operator === '*' && (a.d === 0 || b.d === 0)) {
    const v = a.v * b.v;
    return { v: Number.isSafeInteger(v) ? v : big((x, y) => x * y, a.v, b.v), d: a.d * b.v + b.d * a.v };
  }
  const x = look(a, scope);
  const y = look(b, scope);
  const truth = (condition: boolean): Num => plain(condition ? 1 : 0);
  switch (operator) {
    case '*':
      return plain(big((p, q) => p * q, x, y));
    case '/':
    case '%':
      if (y === 0) throw new ArithmeticError('division by zero');
      return plain(operator === '/' ? Math.trunc(x / y) || 0 : x % y || 0);
    case '**':
      return plain(big((p, q) => p ** q, x, Math.max(0, y)));
    case '<<':
      return plain(big((p, q) => p << q, x, y & 63));
    case '>>':
      return plain(big((p, q) => p >> q, x, y & 63));
    case '&':
      return plain(big((p, q) => p & q, x, y));
    case '|':
      return plain(big((p, q) => p | q, x, y));
    case '^':
      return plain(big((p, q) => p ^ q, x, y));
    case '<':
      return truth(x < y);
    case '<=':
      return truth(x <= y);
    case '>':
      return truth(x > y);
    case '>=':
      return truth(x >= y);
    case '==':
      return truth(x === y);
    case '!=':
      return truth(x !== y);
    default:
      throw new ArithmeticError(`syntax error: invalid arithmetic operator (error token is "${operator}")`);
  }
}
