import type { Stored } from '../../machinery/object.ts';
import { defineKind } from '../define.ts';
import type { V1RoleBinding } from '../generated/types.ts';
import { defaultBinding } from './binding.ts';
import { bindingColumns } from './binding-columns.ts';
import { validateBinding, validateBindingUpdate } from './validation.ts';

export type RoleBinding = Stored<V1RoleBinding>;

export const RoleBinding = defineKind<RoleBinding>({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'RoleBinding',
  validate: validateBinding,
  validateUpdate: validateBindingUpdate,
  nameRule: 'path-segment',
  setDefaults: defaultBinding,
  columns: bindingColumns,
});
