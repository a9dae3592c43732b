// kubectl config delete-context
import { defineVerb, KubectlError } from '../../verb.ts';
import { editConfig, shownFile, showUsage } from './edit.ts';

export const deleteContext = defineVerb({
  short: 'Remove a context from the kubeconfig',
  examples: [{ about: 'Forget the context named minikube', command: 'kubectl config delete-context minikube' }],
  async run(context) {
    const [name, ...rest] = context.args;
    if (name === undefined || rest.length > 0) {
      await showUsage(context);
      return 0;
    }
    const file = shownFile(context);
    await editConfig(context, (config) => {
      if (!config.contexts.delete(name)) throw new KubectlError(`cannot delete context ${name}, not in ${file}`);
      if (config.currentContext === name) {
        context.err('warning: this removed your active context, use "kubectl config use-context" to select a different one');
      }
    });
    context.out(`deleted context ${name} from ${file}`);
    return 0;
  },
});
