import type { Stored } from '../../machinery/object.ts';
import { defineKind } from '../define.ts';
import type { V1ClusterRoleBinding } from '../generated/types.ts';
import { defaultBinding } from './binding.ts';
import { bindingColumns } from './binding-columns.ts';

export type ClusterRoleBinding = Stored<V1ClusterRoleBinding>;

export const ClusterRoleBinding = defineKind<ClusterRoleBinding>({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'ClusterRoleBinding',
  nameRule: 'path-segment',
  setDefaults: defaultBinding,
  columns: bindingColumns,
});
