// kubectl config get-users
import { defineVerb } from '../../verb.ts';
import { readConfig } from './edit.ts';

export const getUsers = defineVerb({
  short: 'List the users of the kubeconfig',
  examples: [{ about: 'All names', command: 'kubectl config get-users' }],
  async run(context) {
    const { users } = await readConfig(context);
    for (const line of ['NAME', ...[...users.keys()].sort()]) context.out(line);
    return 0;
  },
});
