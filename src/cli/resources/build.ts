// placeholder until the next commit
import type { VerbContext } from '../verb.ts';
import type { Builder } from './builder.ts';
export function createBuilder(_context: VerbContext): Builder {
  throw new Error('no builder yet');
}
