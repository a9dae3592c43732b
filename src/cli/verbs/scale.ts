// `scale`.
import type { KubeObject } from '../../machinery/object.ts';
import { noteCause } from '../change-cause.ts';
import { dryRunOf, writeOptions } from '../dry-run.ts';
import { eachTarget } from '../each-target.ts';
import { pollUntil } from '../poll.ts';
import { resultPrinter } from '../print-result.ts';
import type { Info } from '../resources/builder.ts';
import { getObject, patchObject } from '../rest.ts';
import { defineVerb, KubectlError, type VerbContext } from '../verb.ts';

export const scale = defineVerb({
  short: 'Change how many replicas a workload runs',
  examples: [
    { about: 'To three', command: 'kubectl scale deployment/web --replicas=3' },
    { about: 'Only if there are two now', command: 'kubectl scale deployment/web --current-replicas=2 --replicas=3' },
  ],
  flags: {
    replicas: 'How many there shall be.',
    'current-replicas': 'Only if the workload has this size now.',
    'resource-version': 'Only if the object has this version now.',
    timeout: 'How long to wait until the size is reached; 0 does not wait.',
    all: 'All objects of the type.',
  },
  async run(context) {
    const { flags } = context;
    const replicas = flags.int('replicas');
    if (replicas < 0) throw new KubectlError('The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0');
    const dryRun = dryRunOf(context);
    const print = await resultPrinter(context, { dryRun });
    const options = {
      files: true,
      args: context.args,
      allowAll: flags.bool('all'),
      labelSelector: flags.string('selector'),
      fetch: true,
      enforceNamespace: true,
    };
    const count = await eachTarget(context, options, async (info) => {
      const current = info.source ? await getObject(context, info.mapping, info.namespace, info.name) : info.object;
      checkPrecondition(context, info, current);
      let object = withReplicas(current, replicas);
      if (dryRun !== 'client') {
        const patch = { spec: { replicas } };
        await patchObject(context, info.mapping, info.namespace, info.name, 'merge', patch, {
          ...writeOptions(context, dryRun),
          fieldManager: 'kubectl-scale',
          subresource: 'scale',
        });
        if (dryRun === 'none' && flags.bool('record')) await noteCause(context, info.mapping, info.namespace, info.name);
        if (dryRun === 'none') object = await getObject(context, info.mapping, info.namespace, info.name);
        if (flags.duration('timeout') > 0 && dryRun === 'none') await untilScaled(context, info, replicas, flags.duration('timeout'));
      }
      await print(info.mapping, object ?? { metadata: { name: info.name } }, 'scaled');
    });
    if (count === 0) throw new KubectlError('no objects passed to scale');
    return 0;
  },
});

function checkPrecondition({ flags }: VerbContext, _info: Info, object: KubeObject | undefined): void {
  const spec = object?.spec as { replicas?: number } | undefined;
  const expected = flags.int('current-replicas');
  if (expected >= 0 && spec?.replicas !== expected)
    throw new KubectlError(`Expected replicas to be ${expected}, was ${spec?.replicas ?? 0}`);
  const version = flags.string('resource-version');
  if (version && object?.metadata.resourceVersion !== version) {
    throw new KubectlError(`Expected resource version to be ${version}, was ${object?.metadata.resourceVersion ?? ''}`);
  }
}

function withReplicas(object: KubeObject | undefined, replicas: number): KubeObject | undefined {
  return object && { ...object, spec: { ...(object.spec as object), replicas } };
}

async function untilScaled(context: VerbContext, info: Info, replicas: number, timeout: number): Promise<void> {
  const reached = await pollUntil(context, timeout, async () => {
    const { status } = await getObject(context, info.mapping, info.namespace, info.name);
    return ((status as { replicas?: number } | undefined)?.replicas ?? 0) === replicas;
  });
  if (!reached) throw new KubectlError(`timed out waiting for "${info.name}" to be synced`);
}
