import type { Stored } from '../../machinery/object.ts';
import type { FieldError } from '../../machinery/status.ts';
import { required } from '../../machinery/validation/field-error.ts';
import { validateLabelSelector } from '../../machinery/validation/label-selector.ts';
import { createdAt, name } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V1ClusterRole } from '../generated/types.ts';
import { validateRules } from './validation.ts';

export type ClusterRole = Stored<V1ClusterRole>;

export const ClusterRole = defineKind<ClusterRole>({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'ClusterRole',
  validate: validateRole,
  validateUpdate: (role) => validateRole(role),
  nameRule: 'path-segment',
  columns: [name, createdAt],
});

function validateRole({ rules, aggregationRule }: ClusterRole): FieldError[] {
  const errors = validateRules(rules, false);
  if (!aggregationRule) return errors;
  const at = 'aggregationRule.clusterRoleSelectors';
  const { clusterRoleSelectors: selectors = [] } = aggregationRule;
  if (selectors.length === 0) errors.push(required(at, 'at least one clusterRoleSelector required if aggregationRule is non-nil'));
  return [...errors, ...selectors.flatMap((selector, i) => validateLabelSelector(selector, `${at}[${i}]`))];
}
