// Puts a kind together: names from the generated tables, short names and etcd's prefix from names.ts, the strategy from its file.
import type { KubeObject } from '../machinery/object.ts';
import { defaultColumns } from './columns/columns.ts';
import { type BuiltinResource, builtinResources } from './generated/resources.ts';
import type { Kind, KindDeclaration, Strategy } from './kind.ts';
import { categoriesOf, etcdPrefixOf, shortNamesOf } from './names.ts';

const byKind = new Map(builtinResources.map((resource) => [`${resource.group}/${resource.version}/${resource.kind}`, resource]));

/** Declares a built-in kind; its file says what the published models cannot. */
export function defineKind<T extends KubeObject>(declaration: KindDeclaration<T>): Kind<T> {
  const { group, version, kind, storedAs, ...strategy } = declaration;
  const resource = byKind.get(`${group}/${version}/${kind}`);
  if (!resource) throw new Error(`${group}/${version} ${kind} is no built-in resource`);
  const defined = kindOf(resource, strategy as Strategy<T>);
  return storedAs ? { ...defined, storedAs } : defined;
}

/** A kind of a resource in the tables. */
export function kindOf<T extends KubeObject>(resource: BuiltinResource, strategy: Strategy<T>): Kind<T> {
  const { group, version, kind, plural, namespaced, verbs } = resource;
  const qualified = group ? `${plural}.${group}` : plural;
  return {
    names: {
      group,
      version,
      kind,
      plural,
      singular: kind.toLowerCase(),
      shortNames: shortNamesOf(qualified),
      categories: categoriesOf(qualified),
      namespaced,
      verbs,
      subresources: resource.subresources.map(({ name }) => name),
    },
    resource: qualified,
    etcdPrefix: etcdPrefixOf(group, plural),
    strategy: { columns: defaultColumns, ...strategy },
  };
}
