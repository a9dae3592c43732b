// `create clusterrolebinding`.
import { createFromFlags, nameArgument } from '../../generator.ts';
import { defineVerb } from '../../verb.ts';
import { roleRef, subjectsOf } from './binding-subjects.ts';

export const createClusterRoleBinding = defineVerb({
  short: 'Give a cluster role in the whole cluster to somebody',
  examples: [
    {
      about: 'Make a user an administrator',
      command: 'kubectl create clusterrolebinding jane-admin --clusterrole=cluster-admin --user=jane',
    },
  ],
  flags: {
    clusterrole: 'The cluster role.',
    user: 'Who gets it. May be repeated.',
    group: 'Which group gets it. May be repeated.',
    serviceaccount: 'Which service account gets it: namespace:name. May be repeated.',
  },
  async run(context) {
    const name = nameArgument(context);
    const subjects = subjectsOf(context);
    const draft = {
      kind: 'ClusterRoleBinding',
      apiVersion: 'rbac.authorization.k8s.io/v1',
      metadata: { name },
      ...(subjects.length > 0 ? { subjects } : {}),
      roleRef: roleRef('ClusterRole', context.flags.string('clusterrole')),
    };
    await createFromFlags(context, draft, { namespaced: false, failure: 'failed to create clusterrolebinding: ' });
    return 0;
  },
});
