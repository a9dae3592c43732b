// `test` and `[`: strings, integers and files.
import { isErrno } from '../files.ts';
import type { Sys } from '../sys.ts';
import { isTerminal } from '../terminal.ts';

export class TestError extends Error {}

const UNARY = new Set([
  '-n',
  '-z',
  '-e',
  '-f',
  '-d',
  '-r',
  '-w',
  '-x',
  '-s',
  '-h',
  '-L',
  '-p',
  '-S',
  '-b',
  '-c',
  '-t',
  '-u',
  '-g',
  '-k',
  '-O',
  '-G',
  '-v',
]);
const BINARY = new Set(['=', '==', '!=', '<', '>', '-eq', '-ne', '-lt', '-le', '-gt', '-ge', '-nt', '-ot', '-ef']);

export function testExpression(sys: Sys, args: readonly string[]): boolean {
  const words = args.map((arg) => sys.kernel.plain(arg));
  let at = 0;
  const peek = (): string | undefined => words[at];

  function primary(): boolean {
    const word = words[at];
    if (word === undefined) throw new TestError('argument expected');
    const operator = words[at + 1];
    if (operator !== undefined && BINARY.has(operator) && at + 2 < words.length) {
      const right = words[at + 2] ?? '';
      at += 3;
      return binaryTest(sys, word, operator, right);
    }
    if (word === '!' && at + 1 < words.length) {
      at++;
      return !primary();
    }
    if (word === '(' && at + 1 < words.length) {
      at++;
      const value = disjunction();
      if (words[at] !== ')') throw new TestError('closing paren expected');
      at++;
      return value;
    }
    if (UNARY.has(word) && operator !== undefined) {
      at += 2;
      return unaryTest(sys, word, operator);
    }
    at++;
    return word !== '';
  }
  function conjunction(): boolean {
    let value = primary();
    while (peek() === '-a') {
      at++;
      const right = primary();
      value = value && right;
    }
    return value;
  }
  function disjunction(): boolean {
    let value = conjunction();
    while (peek() === '-o') {
      at++;
      const right = conjunction();
      value = value || right;
    }
    return value;
  }

  if (words.length === 0) return false;
  const value = disjunction();
  if (at < words.length) throw new TestError(sys.gnu ? `too many arguments` : `${words[at]}: unknown operand`);
  return value;
}

export function unaryTest(sys: Sys, operator: string, operand: string): boolean {
  if (operator === '-n') return operand !== '';
  if (operator === '-z') return operand === '';
  if (operator === '-t') return isTerminal(sys.kernel, sys.p, Number(operand));
  const stat = operator === '-s' ? sys.inspect(operand) : sys.stat(operand, operator !== '-h' && operator !== '-L');
  if (isErrno(stat)) return false;
  const permitted = (bit: number): boolean =>
    (sys.p.uid === 0 && (bit !== 1 || stat.t === 'd' || (stat.mode & 0o111) !== 0)) ||
    (stat.mode & bit) !== 0 ||
    (stat.uid === sys.p.uid && (stat.mode & (bit << 6)) !== 0);
  switch (operator) {
    case '-e':
      return true;
    case '-f':
      return stat.t === 'f';
    case '-d':
      return stat.t === 'd';
    case '-h':
    case '-L':
      return stat.t === 'l';
    case '-p':
      return stat.t === 'p';
    case '-c':
      return stat.t === 'c';
    case '-s':
      return stat.size > 0;
    case '-r':
      return permitted(4);
    case '-w':
      return permitted(2);
    case '-x':
      return permitted(1);
    case '-O':
    case '-G':
      return stat.uid === sys.p.uid;
    default:
      return false;
  }
}

export function integer(text: string): number {
  if (!/^\s*[+-]?\d+\s*$/.test(text)) throw new TestError(`${text}: bad number`);
  return Number(text);
}

export function binaryTest(sys: Sys, left: string, operator: string, right: string, number: (text: string) => number = integer): boolean {
  switch (operator) {
    case '=':
    case '==':
      return left === right;
    case '!=':
      return left !== right;
    case '<':
      return left < right;
    case '>':
      return left > right;
    case '-eq':
      return number(left) === number(right);
    case '-ne':
      return number(left) !== number(right);
    case '-lt':
      return number(left) < number(right);
    case '-le':
      return number(left) <= number(right);
    case '-gt':
      return number(left) > number(right);
    case '-ge':
      return number(left) >= number(right);
    default: {
      const a = sys.inspect(left);
      const b = sys.inspect(right);
      if (operator === '-nt') return !isErrno(a) && (isErrno(b) || a.mtime > b.mtime);
      if (operator === '-ot') return !isErrno(b) && (isErrno(a) || a.mtime < b.mtime);
      return !isErrno(a) && !isErrno(b) && a.path === b.path;
    }
  }
}
