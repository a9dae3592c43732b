// kubemu cluster reset
import { existsSync } from 'node:fs';
import { defineVerb, KubectlError } from '../../verb.ts';
import { clusterNamed } from './clusters.ts';
import { namesOf } from './spec.ts';

export const reset = defineVerb({
  short: 'Make a cluster new again, with the nodes, the add-ons, the seed and the clock it had',
  long: 'Makes the cluster new again, with the nodes, the add-ons, the seed and the clock it had. Its snapshots stay.',
  examples: [{ about: 'Start over', command: 'kubemu cluster reset' }],
  async run(context) {
    const [name, ...rest] = context.args;
    if (rest.length > 0) throw new KubectlError(`unexpected arguments: [${rest.join(' ')}]`, { usage: true });
    const cluster = await clusterNamed(context, name);
    const { createCluster, deleteCluster, specFromEnv, specOfFile } = await import('../../../cluster/clusters.ts');
    const before = existsSync(cluster.stateFile) ? specOfFile(cluster.stateFile) : {};
    if (!before) throw new KubectlError(`${cluster.stateFile} holds no cluster`);
    const spec = { ...specFromEnv(context.env), ...before };
    await deleteCluster(cluster.stateFile, { snapshots: true });
    await createCluster(cluster.stateFile, spec);
    context.out(`Cluster "${cluster.name}" reset: ${namesOf(spec.nodes)}.`);
    return 0;
  },
});
