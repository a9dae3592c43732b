// `[[ … ]]`.
import type { Expansion } from './expand.ts';
import type { Interpreter } from './interpreter.ts';
import type { Conditional } from './parse.ts';
import { matches } from './pattern.ts';
import { binaryTest, unaryTest } from './test-expression.ts';

export function evaluateConditional(e: Conditional, expansion: Expansion, shell: Interpreter): boolean {
  const { kernel } = shell.sys;
  const text = (word: Parameters<Expansion['single']>[0]): string => kernel.plain(expansion.single(word));
  switch (e.type) {
    case 'CondAnd':
      return evaluateConditional(e.left, expansion, shell) && evaluateConditional(e.right, expansion, shell);
    case 'CondOr':
      return evaluateConditional(e.left, expansion, shell) || evaluateConditional(e.right, expansion, shell);
    case 'CondNot':
      return !evaluateConditional(e.operand, expansion, shell);
    case 'CondGroup':
      return evaluateConditional(e.expression, expansion, shell);
    case 'CondWord':
      return text(e.word) !== '';
    case 'CondUnary':
      if (e.operator === '-v') return shell.sh.vars[text(e.operand)] !== undefined;
      return unaryTest(shell.sys, e.operator, text(e.operand));
    case 'CondBinary': {
      if (e.operator === '=' || e.operator === '==') return matches(expansion.pattern(e.right), text(e.left));
      if (e.operator === '!=') return !matches(expansion.pattern(e.right), text(e.left));
      if (e.operator === '=~') {
        const found = new RegExp(
          text(e.right).replace(
            /\[\[:(\w+):\]\]/g,
            (_, c: string) => ({ digit: '[0-9]', alpha: '[A-Za-z]', alnum: '[A-Za-z0-9]', space: '\\s' })[c] ?? '.',
          ),
        ).exec(text(e.left));
        shell.sh.vars.BASH_REMATCH = found ? [...found].map((m) => m ?? '') : [];
        return found !== null;
      }
      return binaryTest(shell.sys, text(e.left), e.operator, text(e.right), (value) =>
        Number(kernel.plain(expansion.arithmetic({ type: 'ArithmeticExpression', expression: shell.parseArithmetic(value || '0') }))),
      );
    }
  }
}
