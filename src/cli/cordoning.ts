// `cordon` and `uncordon`: nodes that take no new Pods, and take them again.
import type { V1Node } from '../api/generated/types.ts';
import { dryRunOf, dryRunSuffix } from './dry-run.ts';
import { eachTarget } from './each-target.ts';
import type { Info } from './resources/builder.ts';
import { patchObject } from './rest.ts';
import { KubectlError, type VerbContext } from './verb.ts';

export async function setCordon(context: VerbContext, cordon: boolean): Promise<number> {
  await eachNode(context, context.command, (info) => cordonNode(context, info, cordon));
  return 0;
}

export async function eachNode(context: VerbContext, verb: string, visit: (info: Info) => Promise<void>): Promise<void> {
  const { flags, args } = context;
  const selector = flags.string('selector');
  if (args.length === 0 && !selector) throw new KubectlError(`USAGE: ${verb} NODE [flags]`, { usage: true });
  if (args.length > 0 && selector) throw new KubectlError('cannot specify both a node name and a --selector option', { usage: true });
  const options = { args: ['nodes', ...args], labelSelector: selector, fetch: true };
  await eachTarget(context, options, visit);
}

export async function cordonNode(context: VerbContext, info: Info, cordon: boolean): Promise<void> {
  const dryRun = dryRunOf(context);
  const is = (info.object as unknown as V1Node).spec?.unschedulable ?? false;
  const word = cordon ? 'cordoned' : 'uncordoned';
  if (is === cordon) {
    context.out(`node/${info.name} already ${word}${dryRunSuffix(dryRun)}`);
    return;
  }
  if (dryRun !== 'client') {
    const patch = { spec: { unschedulable: cordon ? true : null } };
    await patchObject(context, info.mapping, undefined, info.name, 'strategic', patch, {
      dryRunServer: dryRun === 'server',
      fieldManager: 'kubectl',
    });
  }
  context.out(`node/${info.name} ${word}${dryRunSuffix(dryRun)}`);
}
