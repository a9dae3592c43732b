// What the verbs under `set` share: which objects, and telling words about resources from words about the change.

import type { KubeObject } from '../machinery/object.ts';
import { type Fields, localMode, sendChange } from './changed-locally.ts';
import { eachTarget } from './each-target.ts';
import { resultPrinter } from './print-result.ts';
import { missingResource } from './resources/arguments.ts';
import type { BuilderOptions } from './resources/builder.ts';
import { getObject } from './rest.ts';
import { KubectlError, type VerbContext } from './verb.ts';

/** Arguments before the first change, and the changes. */
export function splitChanges(args: readonly string[], noun = 'environment'): { resources: readonly string[]; changes: readonly string[] } {
  const isChange = (word: string): boolean => word.includes('=') || (word.endsWith('-') && word.length > 1);
  const first = args.findIndex(isChange);
  if (first < 0) return { resources: args, changes: [] };
  const changes = args.slice(first);
  const late = changes.find((word) => !isChange(word));
  if (late)
    throw new KubectlError(`all resources must be specified before ${noun} changes: ${noun === 'environment' ? args.join(' ') : late}`);
  return { resources: args.slice(0, first), changes };
}

export interface SetOptions {
  resources: readonly string[];
  operation: string;
  /** The object is sent and printed though nothing about it changes. */
  printUnchanged?: boolean;
  change(draft: KubeObject & Fields): void;
}

/** Changes each object and prints those that are another one afterwards. */
export async function setOn(context: VerbContext, { resources, operation, printUnchanged = false, change }: SetOptions): Promise<number> {
  const { flags } = context;
  const { local, dryRun } = localMode(context);
  const fromFiles = flags.list('filename').length > 0;
  if (local && resources.length > 0) {
    throw new KubectlError(
      `you must specify resources by --filename when --local is set.\nExample resource specifications include:\n   '-f rsrc.yaml'\n   '--filename=rsrc.json'`,
    );
  }
  if (local && !fromFiles) throw missingResource();
  const print = await resultPrinter(context, { dryRun });
  const options: BuilderOptions = {
    files: true,
    args: resources,
    allowAll: flags.bool('all'),
    labelSelector: flags.string('selector'),
    fetch: true,
    enforceNamespace: true,
    local,
  };
  await eachTarget(context, options, async (found) => {
    const info =
      local || !found.source ? found : { ...found, object: await getObject(context, found.mapping, found.namespace, found.name) };
    const { object, changed } = await sendChange(context, info, dryRun, change, local);
    if (changed || printUnchanged) await print(info.mapping, object, operation);
  });
  return 0;
}
