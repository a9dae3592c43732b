// kubemu cluster clone
import { defineVerb, KubectlError } from '../../verb.ts';
import { editConfig, localContext } from '../config/edit.ts';
import { checkClusterName, knownClusters, ownStateFile, register } from './clusters.ts';
import { said, stateFileOf } from './state-file.ts';

export const clone = defineVerb({
  short: 'Make a second cluster that is as the current one is now',
  long: 'Copies the current cluster, state and time included, adds a context for the copy to the kubeconfig and makes that context current. From then on each goes its own way.',
  examples: [{ about: 'Try something out in a copy', command: 'kubemu cluster clone try-out' }],
  async run(context) {
    const [name, ...rest] = context.args;
    if (name === undefined || rest.length > 0) throw new KubectlError('exactly one NAME is required', { usage: true });
    checkClusterName(name);
    const local = localContext(context);
    if (knownClusters(await local.kubeconfig(), context.cwd).some((one) => one.name === name))
      throw new KubectlError(`there is a cluster named ${JSON.stringify(name)} already`);
    const from = await stateFileOf(context);
    const to = ownStateFile(local.configFiles.home, name);
    const { cloneCluster } = await import('../../../cluster/state-files.ts');
    await said(() => cloneCluster(from, to, name));
    await editConfig(context, (config) => register(config, name, to));
    context.out(`Cluster "${name}" cloned from ${from}.`);
    context.out(`State: ${to}`);
    return 0;
  },
});
