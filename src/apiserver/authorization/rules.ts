// Whether one RBAC rule covers a request: pkg/apis/rbac's VerbMatches and its kin.
import type { V1PolicyRule } from '../../api/generated/types.ts';
import type { AccessAttributes } from './attributes.ts';

export function covers(rule: V1PolicyRule, attributes: AccessAttributes): boolean {
  const { verb, path, group, resource, subresource, name } = attributes;
  if (!has(rule.verbs, verb)) return false;
  if (path !== undefined) return (rule.nonResourceURLs ?? []).some((url) => coversPath(url, path));
  if (!has(rule.apiGroups, group)) return false;
  if (!coversResource(rule.resources, resource, subresource)) return false;
  return !rule.resourceNames?.length || rule.resourceNames.includes(name);
}

const has = (list: readonly string[] | undefined, value: string): boolean =>
  list !== undefined && (list.includes('*') || list.includes(value));

function coversResource(list: readonly string[] | undefined, resource: string, subresource: string): boolean {
  if (!list) return false;
  if (list.includes('*')) return true;
  if (!subresource) return list.includes(resource);
  return list.includes(`${resource}/${subresource}`) || list.includes(`*/${subresource}`);
}

function coversPath(url: string, path: string): boolean {
  return url === '*' || url === path || (url.endsWith('*') && path.startsWith(url.slice(0, -1)));
}
