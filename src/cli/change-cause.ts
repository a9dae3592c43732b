// `--record`: the command line in the annotation that rollout history shows (cli-runtime's RecordFlags).
import type { Mapping } from './resources/mapper.ts';
import { patchObject } from './rest.ts';
import type { VerbContext } from './verb.ts';

const CHANGE_CAUSE = 'kubernetes.io/change-cause';

/** The annotation to add, or nothing. */
export function changeCause({ command, args, flags }: VerbContext): Record<string, string> {
  if (!flags.bool('record')) return {};
  return { [CHANGE_CAUSE]: ['kubectl', command, ...args, ...flags.typed].join(' ') };
}

/** The object with the annotation in it. */
export function recorded<T extends { metadata: { annotations?: Record<string, string> } }>(context: VerbContext, object: T): T {
  if (!context.flags.bool('record')) return object;
  return { ...object, metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, ...changeCause(context) } } };
}

/** Adds the annotation to an object that another request has changed. */
export async function noteCause(context: VerbContext, mapping: Mapping, namespace: string | undefined, name: string): Promise<void> {
  const patch = { metadata: { annotations: changeCause(context) } };
  await patchObject(context, mapping, namespace, name, 'merge', patch, { fieldManager: 'kubectl-record' });
}
