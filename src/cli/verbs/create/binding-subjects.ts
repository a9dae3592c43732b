// The subjects of `create rolebinding` and `create clusterrolebinding`.
import { KubectlError, type VerbContext } from '../../verb.ts';

const RBAC = 'rbac.authorization.k8s.io';

export function subjectsOf({ flags }: VerbContext): object[] {
  const accounts = flags.list('serviceaccount').map((text) => {
    const [namespace, name, ...more] = text.split(':');
    if (!namespace || !name || more.length > 0) throw new KubectlError('serviceaccount must be <namespace>:<name>');
    return { kind: 'ServiceAccount', name, namespace };
  });
  return [
    ...flags.list('user').map((name) => ({ kind: 'User', apiGroup: RBAC, name })),
    ...flags.list('group').map((name) => ({ kind: 'Group', apiGroup: RBAC, name })),
    ...accounts,
  ];
}

export const roleRef = (kind: 'Role' | 'ClusterRole', name: string): object => ({ apiGroup: RBAC, kind, name });
