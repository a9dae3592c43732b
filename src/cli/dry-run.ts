// `--dry-run`, `--validate` and `--field-manager`, as cmdutil reads them.
import type { WriteRequest } from './rest.ts';
import { KubectlError, type VerbContext } from './verb.ts';

export type DryRun = 'none' | 'client' | 'server';

export function dryRunOf({ flags }: VerbContext): DryRun {
  const value = flags.string('dry-run');
  switch (value) {
    case 'none':
    case 'client':
    case 'server':
      return value;
    case 'unchanged':
      return 'client';
    case 'true':
    case 'false':
      return value === 'true' ? 'client' : 'none';
    default:
      throw new KubectlError(`Invalid dry-run value (${value}). Must be "none", "server", or "client".`);
  }
}

/** What stands behind a result line: ` (dry run)`, ` (server dry run)`. */
export const dryRunSuffix = (dryRun: DryRun): string => ({ none: '', client: ' (dry run)', server: ' (server dry run)' })[dryRun];

const VALIDATION: Record<string, string> = {
  strict: 'Strict',
  true: 'Strict',
  '': 'Strict',
  warn: 'Warn',
  ignore: 'Ignore',
  false: 'Ignore',
};

/** The server's fieldValidation for `--validate`. */
export function fieldValidationOf({ flags }: VerbContext): string {
  const value = flags.string('validate');
  const known = VALIDATION[value.toLowerCase()];
  if (!known) throw new KubectlError(`invalid - validate option "${value}"; must be one of: strict (or true), warn, ignore (or false)`);
  return known;
}

/** What a write of this command line says to the server. */
export function writeOptions(context: VerbContext, dryRun: DryRun, options: { validate?: boolean } = {}): WriteRequest {
  return {
    dryRunServer: dryRun === 'server',
    fieldManager: context.flags.string('field-manager'),
    ...(options.validate ? { fieldValidation: fieldValidationOf(context) } : {}),
  };
}
