// pkg/apis/rbac/validation: rules of roles, subjects and references of bindings.
import { jsonEqual } from '../../machinery/equal.ts';
import type { FieldError } from '../../machinery/status.ts';
import { forbiddenField, invalidFor, invalidValue, notSupported, required } from '../../machinery/validation/field-error.ts';
import { dnsLabel, dnsSubdomain, pathSegment } from '../../machinery/validation/names.ts';
import type { V1PolicyRule } from '../generated/types.ts';
import { RBAC_GROUP } from './binding.ts';
import type { ClusterRoleBinding } from './clusterrolebinding.ts';
import type { RoleBinding } from './rolebinding.ts';

export function validateRules(rules: readonly V1PolicyRule[] | undefined, isNamespaced: boolean): FieldError[] {
  const errors: FieldError[] = [];
  for (const [i, { verbs, apiGroups, resources, nonResourceURLs }] of (rules ?? []).entries()) {
    const at = `rules[${i}]`;
    if (!verbs?.length) errors.push(required(`${at}.verbs`, 'verbs must contain at least one value'));
    if (nonResourceURLs?.length) {
      if (isNamespaced)
        errors.push(invalidValue(`${at}.nonResourceURLs`, nonResourceURLs, 'namespaced rules cannot apply to non-resource URLs'));
      if (apiGroups?.length || resources?.length) {
        errors.push(
          invalidValue(`${at}.nonResourceURLs`, nonResourceURLs, 'rules cannot apply to both regular resources and non-resource URLs'),
        );
      }
      continue;
    }
    if (!apiGroups?.length) errors.push(required(`${at}.apiGroups`, 'resource rules must supply at least one api group'));
    if (!resources?.length) errors.push(required(`${at}.resources`, 'resource rules must supply at least one resource'));
  }
  return errors;
}

export function validateBinding(binding: RoleBinding | ClusterRoleBinding): FieldError[] {
  const errors: FieldError[] = [];
  const { roleRef } = binding;
  const isNamespaced = binding.kind === 'RoleBinding';
  const kinds = isNamespaced ? ['ClusterRole', 'Role'] : ['ClusterRole'];
  if (roleRef.apiGroup !== RBAC_GROUP) errors.push(notSupported('roleRef.apiGroup', roleRef.apiGroup, [RBAC_GROUP]));
  if (!kinds.includes(roleRef.kind)) errors.push(notSupported('roleRef.kind', roleRef.kind ?? '', kinds));
  if (!roleRef.name) errors.push(required('roleRef.name'));
  else errors.push(...invalidFor('roleRef.name', roleRef.name, pathSegment(roleRef.name)));
  for (const [i, { kind, name, namespace, apiGroup = '' }] of (binding.subjects ?? []).entries()) {
    const at = `subjects[${i}]`;
    if (!name) errors.push(required(`${at}.name`));
    if (kind === 'ServiceAccount') {
      if (name) errors.push(...invalidFor(`${at}.name`, name, dnsSubdomain(name)));
      if (apiGroup) errors.push(notSupported(`${at}.apiGroup`, apiGroup, ['']));
      if (!namespace) errors.push(required(`${at}.namespace`));
      else if (dnsLabel(namespace).length) errors.push(...invalidFor(`${at}.namespace`, namespace, dnsLabel(namespace)));
    } else if (kind === 'User' || kind === 'Group') {
      if (apiGroup !== RBAC_GROUP) errors.push(notSupported(`${at}.apiGroup`, apiGroup, [RBAC_GROUP]));
      if (namespace && !isNamespaced) errors.push(forbiddenField(`${at}.namespace`, 'not allowed on this subject'));
    } else errors.push(notSupported(`${at}.kind`, kind ?? '', ['ServiceAccount', 'User', 'Group']));
  }
  return errors;
}

export function validateBindingUpdate(binding: RoleBinding | ClusterRoleBinding, old: RoleBinding | ClusterRoleBinding): FieldError[] {
  const errors = validateBinding(binding);
  const { apiGroup, kind, name } = binding.roleRef;
  if (!jsonEqual(binding.roleRef, old.roleRef)) {
    errors.push(invalidValue('roleRef', { APIGroup: apiGroup, Kind: kind, Name: name }, 'cannot change roleRef'));
  }
  return errors;
}
