// All built-in kinds: those with code of their own, and every other resource of the tables generically.
import { kindOf } from './define.ts';
import { builtinResources } from './generated/resources.ts';
import type { Kind } from './kind.ts';
import { kinds } from './kinds.ts';

let all: readonly Kind[] | undefined;
let byKind: ReadonlyMap<string, Kind>;
let byResource: ReadonlyMap<string, Kind>;

/** Every built-in kind, in the order of discovery: groups by priority, resources by name. */
export function builtinKinds(): readonly Kind[] {
  if (all) return all;
  const own = new Map(kinds.map((kind) => [kindKey(kind), kind]));
  all = builtinResources.map((resource) => own.get(`${resource.group}/${resource.version}/${resource.kind}`) ?? kindOf(resource, {}));
  byKind = new Map(all.map((kind) => [kindKey(kind), kind]));
  byResource = new Map(all.map((kind) => [`${kind.names.group}/${kind.names.version}/${kind.names.plural}`, kind]));
  return all;
}

/** The built-in kind of a group and version: `kindFor('apps', 'v1', 'Deployment')`. */
export function kindFor(group: string, version: string, kind: string): Kind | undefined {
  builtinKinds();
  return byKind.get(`${group}/${version}/${kind}`);
}

/** By resource: `kindForResource('apps', 'v1', 'deployments')`. */
export function kindForResource(group: string, version: string, plural: string): Kind | undefined {
  builtinKinds();
  return byResource.get(`${group}/${version}/${plural}`);
}

const kindKey = ({ names }: Kind): string => `${names.group}/${names.version}/${names.kind}`;

let resources: ReadonlySet<string> | undefined;

/** Whether `pods` or `deployments.apps` is a resource of the server itself, not of a CustomResourceDefinition. */
export function isBuiltin(resource: string): boolean {
  resources ??= new Set(builtinKinds().map((kind) => kind.resource));
  return resources.has(resource);
}
