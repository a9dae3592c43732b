// kubemu cluster delete
import { defineVerb, KubectlError } from '../../verb.ts';
import { editConfig } from '../config/edit.ts';
import { clusterNamed, DEFAULT_NAME, forget } from './clusters.ts';

export const remove = defineVerb({
  short: 'Remove a cluster: its state and its context',
  long: 'Removes a cluster with everything in it, and its context from the kubeconfig. The default cluster comes back, new, at its next use.',
  examples: [{ about: 'Remove the cluster exam', command: 'kubemu cluster delete exam' }],
  async run(context) {
    const [name, ...rest] = context.args;
    if (rest.length > 0) throw new KubectlError(`unexpected arguments: [${rest.join(' ')}]`, { usage: true });
    const cluster = await clusterNamed(context, name);
    const { deleteCluster } = await import('../../../cluster/clusters.ts');
    await deleteCluster(cluster.stateFile);
    if (cluster.name !== DEFAULT_NAME) await editConfig(context, (config) => forget(config, cluster.name));
    context.out(`Cluster "${cluster.name}" deleted.`);
    return 0;
  },
});
