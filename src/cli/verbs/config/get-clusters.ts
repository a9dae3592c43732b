// kubectl config get-clusters
import { defineVerb } from '../../verb.ts';
import { readConfig } from './edit.ts';

export const getClusters = defineVerb({
  short: 'List the clusters of the kubeconfig',
  examples: [{ about: 'All names', command: 'kubectl config get-clusters' }],
  async run(context) {
    const { clusters } = await readConfig(context);
    for (const line of ['NAME', ...[...clusters.keys()].sort()]) context.out(line);
    return 0;
  },
});
