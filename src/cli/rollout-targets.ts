// What the verbs under `rollout` work on.
import type { KubeObject } from '../machinery/object.ts';
import { eachTarget } from './each-target.ts';
import type { Info } from './resources/builder.ts';
import { getObject } from './rest.ts';
import { KubectlError, type VerbContext } from './verb.ts';

export async function eachRollout(
  context: VerbContext,
  verb: string,
  visit: (info: Info & { object: KubeObject }) => Promise<void>,
): Promise<void> {
  const { flags, args } = context;
  if (args.length === 0 && flags.list('filename').length === 0 && !flags.string('kustomize') && !flags.string('selector')) {
    throw new KubectlError('required resource not specified');
  }
  const options = { files: true, args, allowAll: true, labelSelector: flags.string('selector'), fetch: true, enforceNamespace: true };
  const count = await eachTarget(context, options, async (info) => {
    const object = info.source || !info.object ? await getObject(context, info.mapping, info.namespace, info.name) : info.object;
    await visit({ ...info, object });
  });
  if (count === 0 && verb === 'status') context.err(`No resources found in ${context.namespace} namespace.`);
}

export function oneOf(info: Info, kinds: readonly string[], complaint: string): void {
  if (!kinds.includes(info.mapping.kind)) throw new KubectlError(complaint);
}
