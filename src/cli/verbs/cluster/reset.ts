// kubemu cluster reset
import { existsSync } from 'node:fs';
import { defineVerb, KubectlError } from '../../verb.ts';
import { clusterNamed } from './clusters.ts';
import { removeState } from './delete.ts';

export const reset = defineVerb({
  short: 'Make a cluster new again, with the nodes, the seed and the clock it had',
  examples: [{ about: 'Start over', command: 'kubemu cluster reset' }],
  async run(context) {
    const [name, ...rest] = context.args;
    if (rest.length > 0) throw new KubectlError(`unexpected arguments: [${rest.join(' ')}]`, { usage: true });
    const cluster = await clusterNamed(context, name);
    const { createCluster, specFromEnv } = await import('../../../cluster/clusters.ts');
    const spec = { ...specFromEnv(context.env), ...(existsSync(cluster.stateFile) ? await specOf(cluster.stateFile) : {}) };
    await removeState(cluster.stateFile);
    await createCluster(cluster.stateFile, spec);
    context.out(`Cluster "${cluster.name}" reset: ${spec.nodes.join(', ')}.`);
    return 0;
  },
});

/** What the old state was made with. */
async function specOf(stateFile: string): Promise<object> {
  const [{ openStateFile }, { storeOf }, { readFacts }, { openClock }] = await Promise.all([
    import('../../../state/file.ts'),
    import('../../../state/keyspace-store.ts'),
    import('../../../cluster/facts.ts'),
    import('../../../cluster/clock.ts'),
  ]);
  const store = storeOf(openStateFile(stateFile).keyspace);
  const facts = readFacts(store);
  const [first] = facts?.nodes ?? [];
  if (!facts || !first) throw new KubectlError(`${stateFile} holds no cluster`);
  const { mode, speed } = openClock(store).state;
  return {
    name: facts.name,
    seed: facts.seed,
    nodes: facts.nodes.map((node) => node.name),
    cpu: first.cpu,
    memoryKi: first.memoryKi,
    mode,
    speed,
  };
}
