import type { Stored } from '../../machinery/object.ts';
import { createdAt, name } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V1ClusterRole } from '../generated/types.ts';
import { validateRules } from './validation.ts';

export type ClusterRole = Stored<V1ClusterRole>;

export const ClusterRole = defineKind<ClusterRole>({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'ClusterRole',
  validate: ({ rules }) => validateRules(rules, false),
  validateUpdate: ({ rules }) => validateRules(rules, false),
  nameRule: 'path-segment',
  columns: [name, createdAt],
});
