// The index keys under `/kubemu/index/` that let lists by node or owner read only what they return.

import { followTotals } from '../api/core/pod/node-totals.ts';
import type { Pod } from '../api/core/pod.ts';
import type { KubeObject } from '../machinery/object.ts';
import type { Store } from '../machinery/store.ts';
import type { Resource } from './resource.ts';
import { reindexService } from './service-allocation.ts';
import type { Entry } from './storage.ts';

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

/** Objects as they are stored, beside their entries. */
export interface Indexed {
  readonly entries: readonly Entry[];
  readonly objects: readonly KubeObject[];
}

/** The indexes, with the lists that have been read from them. Nobody else writes index keys or indexed objects while a server lives. */
export class Indexes {
  /** By prefix of the index keys: what it lists, in order of their keys. A change makes new arrays. */
  private readonly lists = new Map<string, Indexed>();

  constructor(
    private readonly store: Store,
    private readonly load: (etcdKey: string) => Entry | undefined,
  ) {}

  /** Follows one change; either side is absent for creation and deletion. */
  follow(resource: Resource, before: Entry | undefined, after: Entry | undefined): void {
    if (resource.kind.resource === 'services') reindexService(this.store, before?.value, after?.value);
    if (resource.kind.resource === 'pods') followTotals(this.store, before?.value as Pod | undefined, after?.value as Pod | undefined);
    const old = before ? indexKeys(resource, before.value) : [];
    const now = after ? indexKeys(resource, after.value) : [];
    for (const key of old) {
      if (now.includes(key)) continue;
      this.store.delete(key);
      this.relist(key, before as Entry, undefined);
    }
    for (const key of now) {
      if (!old.includes(key)) this.store.put(key, 1);
      this.relist(key, after as Entry, after);
    }
  }

  /** What an index lists, in order of its keys. */
  listed(resource: Resource, by: 'node' | 'owner', value: string): Indexed {
    const prefix = by === 'node' ? nodeIndex(value) : ownerIndex(resource.kind.resource, value);
    const known = this.lists.get(prefix);
    if (known) return known;
    const entries: Entry[] = [];
    for (const key of this.store.keys(prefix)) {
      const entry = this.load(resource.kind.etcdPrefix + key.slice(prefix.length));
      if (entry) entries.push(entry);
    }
    const list = { entries, objects: entries.map((entry) => entry.value) };
    this.lists.set(prefix, list);
    return list;
  }

  private relist(key: string, { key: etcdKey }: Entry, entry: Entry | undefined): void {
    if (this.lists.size === 0) return;
    const prefix = prefixOf(key);
    const list = this.lists.get(prefix);
    if (!list) return;
    const { entries, objects } = list;
    const at = placeOf(etcdKey, entries);
    const gone = entries[at]?.key === etcdKey ? 1 : 0;
    this.lists.set(
      prefix,
      entry
        ? { entries: entries.toSpliced(at, gone, entry), objects: objects.toSpliced(at, gone, entry.value) }
        : { entries: entries.toSpliced(at, gone), objects: objects.toSpliced(at, gone) },
    );
  }
}

/** Where a key is, or would be, in a list in order of keys. */
function placeOf(key: string, list: readonly Entry[]): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((list[middle] as Entry).key < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** `/kubemu/index/<resource>/<by>/<value>/` */
function prefixOf(key: string): string {
  let at = 0;
  for (let slash = 0; slash < 5; slash++) at = key.indexOf('/', at + 1);
  return key.slice(0, at + 1);
}
