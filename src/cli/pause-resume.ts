// `rollout pause` and `rollout resume` differ in one word.
import { writeOptions } from './dry-run.ts';
import { resultPrinter } from './print-result.ts';
import { patchObject } from './rest.ts';
import { eachRollout, oneOf } from './rollout-targets.ts';
import { KubectlError, type VerbContext } from './verb.ts';

export async function setPaused(context: VerbContext, paused: boolean): Promise<number> {
  const print = await resultPrinter(context);
  const verb = paused ? 'pausing' : 'resuming';
  await eachRollout(context, verb, async (info) => {
    oneOf(info, ['Deployment'], `${info.mapping.resource} ${JSON.stringify(info.name)} ${verb} is not supported`);
    const is = (info.object.spec as { paused?: boolean }).paused ?? false;
    if (is === paused)
      throw new KubectlError(
        `${info.mapping.resource}.${info.mapping.group} ${JSON.stringify(info.name)} is ${paused ? 'already' : 'not'} paused`,
      );
    const patch = { spec: { paused: paused ? true : null } };
    const result = await patchObject(context, info.mapping, info.namespace, info.name, 'strategic', patch, writeOptions(context, 'none'));
    await print(info.mapping, result, paused ? 'paused' : 'resumed');
  });
  return 0;
}
