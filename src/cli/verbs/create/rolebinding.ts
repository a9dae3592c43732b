// `create rolebinding`.
import { createFromFlags, nameArgument } from '../../generator.ts';
import { defineVerb, KubectlError } from '../../verb.ts';
import { roleRef, subjectsOf } from './binding-subjects.ts';

export const createRoleBinding = defineVerb({
  short: 'Give a role, or a cluster role inside one namespace, to somebody',
  examples: [
    {
      about: 'Let a service account view a namespace',
      command: 'kubectl create rolebinding robot-view --clusterrole=view --serviceaccount=default:robot',
    },
  ],
  flags: {
    role: 'The role.',
    clusterrole: 'The cluster role.',
    user: 'Who gets it. May be repeated.',
    group: 'Which group gets it. May be repeated.',
    serviceaccount: 'Which service account gets it: namespace:name. May be repeated.',
  },
  async run(context) {
    const name = nameArgument(context);
    const { flags } = context;
    const [role, clusterRole] = [flags.string('role'), flags.string('clusterrole')];
    if ((role === '') === (clusterRole === '')) throw new KubectlError('exactly one of clusterrole or role must be specified');
    const subjects = subjectsOf(context);
    const draft = {
      kind: 'RoleBinding',
      apiVersion: 'rbac.authorization.k8s.io/v1',
      metadata: { name },
      ...(subjects.length > 0 ? { subjects } : {}),
      roleRef: role ? roleRef('Role', role) : roleRef('ClusterRole', clusterRole),
    };
    await createFromFlags(context, draft, { failure: 'failed to create rolebinding: ' });
    return 0;
  },
});
