// Visits the objects of a command line; an error of one does not keep the others from their turn.
import type { BuilderOptions, Info } from './resources/builder.ts';
import type { VerbContext } from './verb.ts';

/** Returns how many objects were visited. Errors are thrown together at the end. */
export async function eachTarget(context: VerbContext, options: BuilderOptions, visit: (info: Info) => Promise<void>): Promise<number> {
  const errors: unknown[] = [];
  let visited = 0;
  for await (const { info, error } of context.builder().visit(options)) {
    if (error) {
      errors.push(error);
      continue;
    }
    visited++;
    try {
      await visit(info);
    } catch (problem) {
      errors.push(problem);
    }
  }
  throwAll(errors);
  return visited;
}

export function throwAll(errors: readonly unknown[]): void {
  if (errors.length === 1) throw errors[0];
  if (errors.length > 1) throw new AggregateError(errors);
}
