// kubectl config delete-user
import { defineVerb, KubectlError } from '../../verb.ts';
import { editConfig, shownFile } from './edit.ts';

export const deleteUser = defineVerb({
  short: 'Remove a user from the kubeconfig',
  examples: [{ about: 'Forget the user named minikube', command: 'kubectl config delete-user minikube' }],
  async run(context) {
    const [name, ...rest] = context.args;
    if (name === undefined || rest.length > 0) {
      throw new KubectlError('user to delete is required', { usage: true });
    }
    const file = shownFile(context);
    await editConfig(context, (config) => {
      if (!config.users.delete(name)) throw new KubectlError(`cannot delete user ${name}, not in ${file}`);
    });
    context.out(`deleted user ${name} from ${file}`);
    return 0;
  },
});
