// What the generators of `create` share: one NAME, an object built from flags, sent or printed.

import { StatusError } from '../machinery/status.ts';
import { dryRunOf, writeOptions } from './dry-run.ts';
import { LAST_APPLIED } from './last-applied.ts';
import { resultPrinter } from './print-result.ts';
import type { Mapping } from './resources/mapper.ts';
import { createObject, type Draft } from './rest.ts';
import { KubectlError, type VerbContext } from './verb.ts';

/** The single NAME of a generator. Words behind `--` count unless the generator takes a command. */
export function nameArgument(context: VerbContext, { command = false } = {}): string {
  const names = command ? context.args.slice(0, context.args.length - (context.argsAfterDash?.length ?? 0)) : context.args;
  const [name] = names;
  if (names.length !== 1 || name === undefined) {
    throw new KubectlError(`exactly one NAME is required, got ${names.length}`, { usage: true });
  }
  return name;
}

export interface GeneratorOptions {
  namespaced?: boolean;
  /** Puts itself before the server's message: `failed to create deployment: `. Without it the refusal rises as it is. */
  failure?: string;
}

/** Sends the object to the server, or prints it for `--dry-run=client`. */
export async function createFromFlags(
  context: VerbContext,
  draft: Draft,
  { namespaced = true, failure }: GeneratorOptions = {},
): Promise<void> {
  const dryRun = dryRunOf(context);
  const print = await resultPrinter(context, { dryRun, local: dryRun === 'client' });
  const namespace = namespaced ? context.namespace : undefined;
  if (namespaced && context.namespaceGiven) draft.metadata = inOrder(draft.metadata, context.namespace);
  if (context.flags.bool('save-config')) {
    const text = `${JSON.stringify(typed(draft))}\n`;
    draft.metadata.annotations = { ...draft.metadata.annotations, [LAST_APPLIED]: text };
  }
  if (dryRun === 'client') return print(builtIn(draft, namespaced), draft, 'created');
  const mapping = (await context.mapper.byKind(draft.apiVersion, draft.kind)) ?? builtIn(draft, namespaced);
  try {
    const created = await createObject(context, mapping, namespace, draft, writeOptions(context, dryRun, { validate: true }));
    await print(mapping, created, 'created');
  } catch (error) {
    if (failure && error instanceof StatusError) throw new KubectlError(failure + error.message);
    throw error;
  }
}

/** Go writes kind before apiVersion. */
function typed({ apiVersion, kind, ...rest }: Draft): object {
  return { kind, apiVersion, ...rest };
}

/** ObjectMeta in the order of its Go type. */
function inOrder({ name, ...rest }: Draft['metadata'], namespace: string): Draft['metadata'] {
  return { ...(name === undefined ? {} : { name }), namespace, ...rest };
}

/** The mapping of a kind that the generator knows by heart, so that a client dry run needs no server. */
function builtIn(draft: Draft, namespaced: boolean): Mapping {
  const [group = '', version = ''] = draft.apiVersion.includes('/') ? draft.apiVersion.split('/') : ['', draft.apiVersion];
  const singular = draft.kind.toLowerCase();
  return {
    group,
    version,
    kind: draft.kind,
    resource: `${singular}s`,
    singular,
    shortNames: [],
    categories: [],
    namespaced,
    verbs: [],
    subresources: [],
  };
}

/** A container's name from its image: the last path element, without tag, digest, and what a name may not hold. */
export function containerNameFor(image: string): string {
  const last = image.slice(image.lastIndexOf('/') + 1);
  return last.split(/[:@]/)[0]?.replace(/[^a-zA-Z0-9-]/g, '-') ?? last;
}
