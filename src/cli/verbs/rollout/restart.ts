// `rollout restart`: new Pods from the same template, by an annotation that makes it another one.
import { rfc3339 } from '../../../machinery/clock.ts';
import { writeOptions } from '../../dry-run.ts';
import { resultPrinter } from '../../print-result.ts';
import { patchObject } from '../../rest.ts';
import { eachRollout, oneOf } from '../../rollout-targets.ts';
import { defineVerb, KubectlError } from '../../verb.ts';

export const rolloutRestart = defineVerb({
  short: 'Replace all Pods of a workload',
  examples: [{ about: 'Of a deployment', command: 'kubectl rollout restart deployment/web' }],
  async run(context) {
    const print = await resultPrinter(context);
    await eachRollout(context, 'restart', async (info) => {
      oneOf(
        info,
        ['Deployment', 'DaemonSet', 'StatefulSet'],
        `${info.mapping.resource} ${JSON.stringify(info.name)} restarting is not supported`,
      );
      if ((info.object.spec as { paused?: boolean }).paused) {
        throw new KubectlError(
          `${info.mapping.resource}.${info.mapping.group} ${JSON.stringify(info.name)} can't restart paused deployment (run rollout resume first)`,
        );
      }
      const patch = { spec: { template: { metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': rfc3339(context.now()) } } } } };
      const result = await patchObject(context, info.mapping, info.namespace, info.name, 'strategic', patch, writeOptions(context, 'none'));
      await print(info.mapping, result, 'restarted');
    });
    return 0;
  },
});
