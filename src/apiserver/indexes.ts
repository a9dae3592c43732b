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

/** The indexes, with the lists that have been read from them. Nobody else writes index keys while a server lives. */
export class Indexes {
  /** By prefix of the index keys: the etcd keys of the objects, in order. */
  private readonly lists = new Map<string, readonly string[]>();

  constructor(private readonly store: Store) {}

  /** Follows one change; either side is absent for creation and deletion. */
  follow(resource: Resource, before: KubeObject | undefined, after: KubeObject | undefined): void {
    if (resource.kind.resource === 'services') reindexService(this.store, before, after);
    const old = before ? indexKeys(resource, before) : [];
    const now = after ? indexKeys(resource, after) : [];
    for (const key of old) if (!now.includes(key)) this.store.delete(this.changed(key));
    for (const key of now) if (!old.includes(key)) this.store.put(this.changed(key), 1);
  }

  /** The etcd keys of the objects that an index lists, in order. */
  keys(resource: Resource, by: 'node' | 'owner', value: string): readonly string[] {
    const prefix = by === 'node' ? nodeIndex(value) : ownerIndex(resource.kind.resource, value);
    const known = this.lists.get(prefix);
    if (known) return known;
    const list: string[] = [];
    for (const key of this.store.keys(prefix)) list.push(resource.kind.etcdPrefix + key.slice(prefix.length));
    this.lists.set(prefix, list);
    return list;
  }

  private changed(key: string): string {
    if (this.lists.size > 0) this.lists.delete(prefixOf(key));
    return key;
  }
}

/** `/kubemu/index/<resource>/<by>/<value>/` */
function prefixOf(key: string): string {
  let at = 0;
  for (let slash = 0; slash < 5; slash++) at = key.indexOf('/', at + 1);
  return key.slice(0, at + 1);
}
