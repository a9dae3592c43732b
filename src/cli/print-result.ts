// What a verb prints about an object it changed: `pod/web created (dry run)`, or the object itself with `-o`.
import type { DryRun } from './dry-run.ts';
import { dryRunSuffix } from './dry-run.ts';
import { printerFor } from './printers/index.ts';
import { type Mapping, nameOf } from './resources/mapper.ts';
import type { VerbContext } from './verb.ts';

export type ResultPrinter = (mapping: Mapping, object: object & { metadata?: { name?: string } }, operation: string) => Promise<void>;

export interface ResultOptions {
  dryRun?: DryRun;
  /** The object was made here and never saw a server: JSON keeps the order of Go's types. */
  local?: boolean;
}

/** Checks `-o` at once, so that a bad format changes nothing. */
export async function resultPrinter(context: VerbContext, options: ResultOptions = {}): Promise<ResultPrinter> {
  const output = context.flags.string('output');
  if (!output && !context.flags.string('template')) {
    const suffix = dryRunSuffix(options.dryRun ?? 'none');
    return async (mapping, object, operation) => context.out(`${nameOf(mapping)}/${object.metadata?.name ?? ''} ${operation}${suffix}`);
  }
  const printer = await printerFor(context, options.local ? { local: true } : {});
  return async (_mapping, object) => printer.print(object);
}
