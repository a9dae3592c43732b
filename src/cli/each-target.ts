// Visits the objects of a command line; an error of one does not keep the others from their turn.
import type { BuilderOptions, Info } from './resources/builder.ts';
import { KubectlError, type VerbContext } from './verb.ts';

/** Returns how many objects were visited. Errors are thrown together at the end. */
export async function eachTarget(
  context: VerbContext,
  options: BuilderOptions & { /** Files are checked before they are read as objects. */ validated?: boolean },
  visit: (info: Info) => Promise<void>,
): Promise<number> {
  const errors: unknown[] = [];
  let visited = 0;
  for await (const { info, error } of context.builder().visit(options)) {
    if (error) {
      errors.push(options.validated ? asInvalid(error) : error);
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

/** A manifest without a kind fails kubectl's validation before anybody tries to read it. */
function asInvalid(error: Error): Error {
  const missing = /^unable to decode ("(?:[^"\\]|\\.)*"): Object '(Kind|apiVersion)' is missing/.exec(error.message);
  if (!missing) return error;
  const field = missing[2] === 'Kind' ? 'kind' : 'apiVersion';
  return new KubectlError(
    `error validating ${missing[1]}: error validating data: ${field} not set; if you choose to ignore these errors, turn validation off with --validate=false`,
  );
}
