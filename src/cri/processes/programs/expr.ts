// expr: arithmetic, comparisons and patterns of its operands.
import { instant } from './basic.ts';

export const expr = instant((sys) => {
  const words = sys.args;
  let at = 0;
  const levels: string[][] = [['|'], ['&'], ['=', '==', '!=', '<', '>', '<=', '>='], ['+', '-'], ['*', '/', '%'], [':']];
  const bad = new Error('syntax error');
  const primary = (): string => {
    const word = words[at++];
    if (word === undefined) throw bad;
    if (word === '(') {
      const value = level(0);
      if (words[at++] !== ')') throw bad;
      return value;
    }
    if (word === 'length' && words[at] !== undefined) return String((words[at++] ?? '').length);
    if (word === 'substr' && words.length >= at + 3) {
      const [s = '', p = '1', n = '0'] = words.slice(at, at + 3);
      at += 3;
      return s.slice(Number(p) - 1, Number(p) - 1 + Number(n));
    }
    return word;
  };
  const level = (n: number): string => {
    const operators = levels[n];
    if (!operators) return primary();
    let left = level(n + 1);
    while (operators.includes(words[at] ?? '')) {
      const operator = words[at++] ?? '';
      left = apply(left, operator, level(n + 1));
    }
    return left;
  };
  const apply = (a: string, operator: string, b: string): string => {
    const truth = (v: boolean): string => (v ? '1' : '0');
    const numeric = /^-?\d+$/.test(a) && /^-?\d+$/.test(b);
    const x = numeric ? Number(a) : a;
    const y = numeric ? Number(b) : b;
    switch (operator) {
      case '|':
        return a !== '' && a !== '0' ? a : b;
      case '&':
        return a !== '' && a !== '0' && b !== '' && b !== '0' ? a : '0';
      case '=':
      case '==':
        return truth(x === y);
      case '!=':
        return truth(x !== y);
      case '<':
        return truth(x < y);
      case '>':
        return truth(x > y);
      case '<=':
        return truth(x <= y);
      case '>=':
        return truth(x >= y);
      case ':': {
        const m = new RegExp(`^(?:${b.replace(/\\([(){}])/g, '$1')})`).exec(a);
        return m ? (m[1] ?? String(m[0].length)) : '0';
      }
    }
    if (!numeric) throw new Error(sys.gnu ? 'non-integer argument' : 'non-numeric argument');
    const p = Number(a);
    const q = Number(b);
    if ((operator === '/' || operator === '%') && q === 0) throw new Error('division by zero');
    return String(
      operator === '+' ? p + q : operator === '-' ? p - q : operator === '*' ? p * q : operator === '/' ? Math.trunc(p / q) : p % q,
    );
  };
  try {
    const value = level(0);
    if (at < words.length) throw bad;
    sys.out(`${value}\n`);
    return value === '' || value === '0' ? 1 : 0;
  } catch (error) {
    sys.err(`expr: ${error instanceof Error ? error.message : ''}\n`);
    return 2;
  }
});
