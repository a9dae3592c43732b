// `describe` of roles and their bindings.
import type { V1PolicyRule, V1Role, V1RoleBinding } from '../../api/generated/types.ts';
import type { Describe } from './describer.ts';
import { Description } from './description.ts';

export const describeRole: Describe = async (object) => {
  const { metadata = {}, rules } = object as unknown as V1Role;
  const out = new Description();
  out.line(0, `Name:\t${metadata.name ?? ''}`);
  out.labels('Labels', metadata.labels);
  out.annotations(metadata.annotations);
  out.line(0, 'PolicyRule:');
  out.line(1, 'Resources\tNon-Resource URLs\tResource Names\tVerbs');
  out.line(1, '---------\t-----------------\t--------------\t-----');
  for (const { resource, urls, names, verbs } of compact(rules ?? [])) {
    out.line(1, `${resource}\t${list(urls)}\t${list(names)}\t${list(verbs)}`);
  }
  return out.toString();
};

const list = (items: readonly string[]): string => `[${items.join(' ')}]`;

interface Line {
  resource: string;
  group: string;
  urls: readonly string[];
  names: readonly string[];
  verbs: string[];
}

/** One line for each resource and set of names; verbs of several rules come together. */
function compact(rules: readonly V1PolicyRule[]): Line[] {
  const lines = new Map<string, Line>();
  const add = (key: string, line: Omit<Line, 'verbs'>, verbs: readonly string[]): void => {
    const known = lines.get(key) ?? { ...line, verbs: [] };
    for (const verb of verbs) if (!known.verbs.includes(verb)) known.verbs.push(verb);
    lines.set(key, known);
  };
  for (const { apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [], verbs } of rules) {
    const names = resourceNames.length > 0 ? resourceNames.map((name) => [name]) : [[]];
    for (const group of apiGroups) {
      for (const resource of resources) {
        for (const name of names)
          add(`r\0${group}\0${resource}\0${name.join()}`, { resource: qualified(resource, group), group, urls: [], names: name }, verbs);
      }
    }
    for (const url of nonResourceURLs) add(`u\0${url}`, { resource: '', group: '', urls: [url], names: [] }, verbs);
  }
  const order = ({ verbs, group, resource, names, urls }: Line): string =>
    `${list(verbs)}\0${group}\0${resource}\0${list(names)}\0${list(urls)}`;
  return [...lines.values()].sort((a, b) => (order(a) < order(b) ? -1 : 1));
}

/** `deployments.apps`, `deployments.apps/scale`. */
function qualified(resource: string, group: string): string {
  if (!group) return resource;
  const slash = resource.indexOf('/');
  return slash < 0 ? `${resource}.${group}` : `${resource.slice(0, slash)}.${group}${resource.slice(slash)}`;
}

export const describeBinding: Describe = async (object) => {
  const { metadata = {}, roleRef, subjects = [] } = object as unknown as V1RoleBinding;
  const out = new Description();
  out.line(0, `Name:\t${metadata.name ?? ''}`);
  out.labels('Labels', metadata.labels);
  out.annotations(metadata.annotations);
  out.line(0, 'Role:');
  out.line(1, `Kind:\t${roleRef.kind}`);
  out.line(1, `Name:\t${roleRef.name}`);
  out.line(0, 'Subjects:');
  out.line(1, 'Kind\tName\tNamespace');
  out.line(1, '----\t----\t---------');
  for (const { kind, name, namespace = '' } of subjects) out.line(1, `${kind}\t${name}\t${namespace}`);
  return out.toString();
};
