import type { Stored } from '../../machinery/object.ts';
import { createdAt, name } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V1Role } from '../generated/types.ts';
import { validateRules } from './validation.ts';

export type Role = Stored<V1Role>;

export const Role = defineKind<Role>({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'Role',
  validate: ({ rules }) => validateRules(rules, true),
  validateUpdate: ({ rules }) => validateRules(rules, true),
  nameRule: 'path-segment',
  columns: [name, createdAt],
});
