import type { Stored } from '../../machinery/object.ts';
import { defineKind } from '../define.ts';
import type { V1ClusterRoleBinding } from '../generated/types.ts';
import { defaultBinding } from './binding.ts';
import { bindingColumns } from './binding-columns.ts';
import { validateBinding, validateBindingUpdate } from './validation.ts';

export type ClusterRoleBinding = Stored<V1ClusterRoleBinding>;

export const ClusterRoleBinding = defineKind<ClusterRoleBinding>({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'ClusterRoleBinding',
  validate: validateBinding,
  validateUpdate: validateBindingUpdate,
  nameRule: 'path-segment',
  setDefaults: defaultBinding,
  columns: bindingColumns,
});
