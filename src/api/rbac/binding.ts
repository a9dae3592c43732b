// What role bindings of both scopes have in common.
import { blank } from '../blank.ts';
import type { V1RoleRef } from '../generated/types.ts';
import type { ClusterRoleBinding } from './clusterrolebinding.ts';
import type { RoleBinding } from './rolebinding.ts';

export const RBAC_GROUP = 'rbac.authorization.k8s.io';

export function defaultBinding(binding: RoleBinding | ClusterRoleBinding): void {
  binding.roleRef ??= blank<V1RoleRef>();
  binding.roleRef.apiGroup ||= RBAC_GROUP;
  for (const subject of binding.subjects ?? []) {
    if (subject.kind === 'User' || subject.kind === 'Group') subject.apiGroup ||= RBAC_GROUP;
  }
}
