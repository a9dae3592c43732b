import type { Stored } from '../../machinery/object.ts';
import { createdAt, name } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V1Role } from '../generated/types.ts';

export type Role = Stored<V1Role>;

export const Role = defineKind<Role>({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'Role',
  nameRule: 'path-segment',
  columns: [name, createdAt],
});
