// Verbs that change an object here and send the difference: label, annotate and everything under `set`.

import { jsonEqual } from '../machinery/equal.ts';
import { thaw } from '../machinery/freeze.ts';
import type { KubeObject } from '../machinery/object.ts';
import { changeCause } from './change-cause.ts';
import { type DryRun, dryRunOf, writeOptions } from './dry-run.ts';
import { isBuiltIn } from './last-applied.ts';
import type { Info } from './resources/builder.ts';
import { patchObject } from './rest.ts';
import { mergeDiff, twoWayStrategicPatch } from './strategic-diff.ts';
import { KubectlError, type VerbContext } from './verb.ts';

export type Fields = Record<string, unknown>;

export interface Changed {
  /** What the object looks like now: the server's answer, or the local result of a dry run. */
  object: KubeObject;
  changed: boolean;
}

/** Applies `change` to a copy and sends what differs. Nothing is sent when nothing does. */
export async function sendChange(
  context: VerbContext,
  info: Info,
  dryRun: DryRun,
  change: (draft: KubeObject & Fields) => void,
  local = false,
): Promise<Changed> {
  const before = info.object;
  if (!before) throw new KubectlError(`${info.mapping.resource}/${info.name} was not read`);
  const draft = thaw(before) as KubeObject & Fields;
  change(draft);
  if (jsonEqual(before, draft)) return { object: before, changed: false };
  if (context.flags.bool('record')) draft.metadata.annotations = { ...draft.metadata.annotations, ...changeCause(context) };
  if (local || dryRun === 'client') return { object: draft, changed: true };
  const type = isBuiltIn(info.mapping) ? 'strategic' : 'merge';
  const patch = type === 'strategic' ? twoWayStrategicPatch(info.mapping.kind, before, draft) : mergeDiff(before, draft);
  return {
    object: await patchObject(context, info.mapping, info.namespace, info.name, type, patch, writeOptions(context, dryRun)),
    changed: true,
  };
}

/** `--local` and `--dry-run` of the set family. */
export function localMode(context: VerbContext): { local: boolean; dryRun: DryRun } {
  const local = context.flags.bool('local');
  const dryRun = dryRunOf(context);
  if (local && dryRun === 'server') throw new KubectlError('cannot specify --local and --dry-run=server - did you mean --dry-run=client?');
  return { local, dryRun };
}
