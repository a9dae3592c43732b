// What kustomize knows of a resource beside its fields: the names that it had, and what was put around them.
import { kindFor } from '../../api/index.ts';
import { splitApiVersion } from '../resources/discovery.ts';

export type Fields = Record<string, unknown>;

export interface Id {
  group: string;
  version: string;
  kind: string;
  name: string;
  namespace: string;
}

export interface Resource {
  object: Fields;
  /** What it was called before each change of name or namespace; the first one is the original. */
  previous: Id[];
  prefixes: string[];
  suffixes: string[];
  needsHash: boolean;
}

export const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

export const resourceOf = (object: Fields): Resource => ({ object, previous: [], prefixes: [], suffixes: [], needsHash: false });

export function metadataOf({ object }: Resource): Fields {
  if (!isFields(object.metadata)) object.metadata = {};
  return object.metadata as Fields;
}

export function idOf({ object }: Pick<Resource, 'object'>): Id {
  const [group, version] = splitApiVersion(String(object.apiVersion ?? ''));
  const metadata = isFields(object.metadata) ? object.metadata : {};
  const text = (value: unknown): string => (value === undefined || value === null ? '' : String(value));
  return { group, version, kind: text(object.kind), name: text(metadata.name), namespace: text(metadata.namespace) };
}

export const originalId = (resource: Resource): Id => resource.previous[0] ?? idOf(resource);
export const allIds = (resource: Resource): Id[] => [...resource.previous, idOf(resource)];

export function remember(resource: Resource): void {
  resource.previous.push(idOf(resource));
}

export const isClusterScoped = ({ group, version, kind }: Id): boolean => kindFor(group, version, kind)?.names.namespaced === false;

/** No namespace and `default` are the same one. */
export const sameNamespace = (a: Id, b: Id): boolean =>
  (isClusterScoped(a) && isClusterScoped(b)) || (a.namespace || 'default') === (b.namespace || 'default');

export const sameId = (a: Id, b: Id): boolean =>
  a.group === b.group && a.version === b.version && a.kind === b.kind && a.name === b.name && sameNamespace(a, b);

/** `ConfigMap.v1.[noGrp]/app.[noNs]`, as messages have it. */
export const shownId = ({ group, version, kind, name, namespace }: Id): string =>
  `${kind || '[noKind]'}.${version || '[noVer]'}.${group || '[noGrp]'}/${name || '[noName]'}.${namespace || '[noNs]'}`;
