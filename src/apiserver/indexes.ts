// The index keys under `/kubemu/index/` that let lists by node or owner read only what they return.
import type { KubeObject } from '../machinery/object.ts';
import type { Store } from '../machinery/store.ts';
import type { Resource } from './resource.ts';
import { reindexService } from './service-allocation.ts';

const nodeIndex = (node: string): string => `/kubemu/index/pods/node/${node}/`;
const ownerIndex = (resource: string, uid: string): string => `/kubemu/index/${resource}/owner/${uid}/`;

/** The index keys of an object. */
function indexKeys(resource: Resource, object: KubeObject): string[] {
  const { namespace, name, ownerReferences } = object.metadata;
  const id = namespace ? `${namespace}/${name}` : name;
  const keys: string[] = [];
  if (resource.kind.resource === 'pods') {
    const { nodeName } = object.spec as { nodeName?: string };
    if (nodeName) keys.push(nodeIndex(nodeName) + id);
  }
  if (ownerReferences) for (const { uid } of ownerReferences) keys.push(ownerIndex(resource.kind.resource, uid) + id);
  return keys;
}

/** Follows one change; either side is absent for creation and deletion. */
export function reindex(store: Store, resource: Resource, before: KubeObject | undefined, after: KubeObject | undefined): void {
  if (resource.kind.resource === 'services') reindexService(store, before, after);
  const old = before ? indexKeys(resource, before) : [];
  const now = after ? indexKeys(resource, after) : [];
  for (const key of old) if (!now.includes(key)) store.delete(key);
  for (const key of now) if (!old.includes(key)) store.put(key, 1);
}

/** The objects that an index lists, as `namespace/name` or `name`, in order. */
export function* indexed(store: Store, resource: Resource, by: 'node' | 'owner', value: string): Iterable<string> {
  const prefix = by === 'node' ? nodeIndex(value) : ownerIndex(resource.kind.resource, value);
  for (const key of store.keys(prefix)) yield key.slice(prefix.length);
}
