// Which rules grant what others do not (component-helpers/auth/rbac/validation), and how Go prints rules and subjects.
import type { V1PolicyRule } from '../api/generated/types.ts';

export interface Subject {
  kind: string;
  apiGroup?: string;
  name: string;
  namespace?: string;
}

/** The rules of `wanted`, one permission each, that no rule of `granted` covers. */
export function missingRules(granted: readonly V1PolicyRule[], wanted: readonly V1PolicyRule[]): V1PolicyRule[] {
  return wanted.flatMap(single).filter((rule) => !granted.some((one) => covers(one, rule)));
}

function single(rule: V1PolicyRule): V1PolicyRule[] {
  const { verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule;
  return verbs.flatMap((verb) => [
    ...apiGroups.flatMap((group) =>
      resources.flatMap((resource) =>
        (resourceNames.length > 0 ? resourceNames.map((name) => [name]) : [undefined]).map((names) => ({
          verbs: [verb],
          apiGroups: [group],
          resources: [resource],
          ...(names ? { resourceNames: names } : {}),
        })),
      ),
    ),
    ...nonResourceURLs.map((url) => ({ verbs: [verb], nonResourceURLs: [url] })),
  ]);
}

function covers(owner: V1PolicyRule, rule: V1PolicyRule): boolean {
  const all = (has: readonly string[] = [], wants: readonly string[] = []): boolean =>
    has.includes('*') || wants.every((one) => has.includes(one));
  const resource = (wanted: string): boolean => {
    const has = owner.resources ?? [];
    const [, sub] = wanted.split('/');
    return has.includes('*') || has.includes(wanted) || (sub !== undefined && has.includes(`*/${sub}`));
  };
  const url = (wanted: string): boolean =>
    (owner.nonResourceURLs ?? []).some(
      (one) => one === '*' || one === wanted || (one.endsWith('*') && wanted.startsWith(one.slice(0, -1))),
    );
  const named =
    (owner.resourceNames ?? []).length === 0 || ((rule.resourceNames ?? []).length > 0 && all(owner.resourceNames, rule.resourceNames));
  return (
    all(owner.verbs, rule.verbs) &&
    all(owner.apiGroups, rule.apiGroups) &&
    (rule.resources ?? []).every(resource) &&
    named &&
    (rule.nonResourceURLs ?? []).every(url)
  );
}

/** fmt's %+v: `{Verbs:[get] APIGroups:[] …}`. */
export function goStruct(value: object): string {
  if ('verbs' in value) {
    const { verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = value as V1PolicyRule;
    const list = (items: readonly string[]): string => `[${items.join(' ')}]`;
    return `{Verbs:${list(verbs)} APIGroups:${list(apiGroups)} Resources:${list(resources)} ResourceNames:${list(resourceNames)} NonResourceURLs:${list(nonResourceURLs)}}`;
  }
  const { kind, apiGroup = '', name, namespace = '' } = value as Subject;
  return `{Kind:${kind} APIGroup:${apiGroup} Name:${name} Namespace:${namespace}}`;
}
