// kubectl config delete-cluster
import { defineVerb, KubectlError } from '../../verb.ts';
import { editConfig, shownFile, showUsage } from './edit.ts';

export const deleteCluster = defineVerb({
  short: 'Remove a cluster from the kubeconfig',
  examples: [{ about: 'Forget the cluster named minikube', command: 'kubectl config delete-cluster minikube' }],
  async run(context) {
    const [name, ...rest] = context.args;
    if (name === undefined || rest.length > 0) {
      await showUsage(context);
      return 0;
    }
    const file = shownFile(context);
    await editConfig(context, (config) => {
      if (!config.clusters.delete(name)) throw new KubectlError(`cannot delete cluster ${name}, not in ${file}`);
    });
    context.out(`deleted cluster ${name} from ${file}`);
    return 0;
  },
});
