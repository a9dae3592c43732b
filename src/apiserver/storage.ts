// Between the registry and etcd: keys, index keys, resource versions, expiry and dry run in one place.

import type { KubeObject } from '../machinery/object.ts';
import type { KeyValue } from '../state/keyspace.ts';
import type { ApiServerDeps } from './context.ts';
import { Indexes } from './indexes.ts';
import { etcdKey, listPrefix, type Resource } from './resource.ts';
import { followAddresses } from './service-ranges.ts';

export type Entry = KeyValue<KubeObject>;

/** Longer lists are not kept. */
const FEW = 500;

export class Storage {
  private readonly indexes: Indexes;
  /** The objects of lists that are asked for again and again. */
  private readonly values = new WeakMap<readonly Entry[], readonly KubeObject[]>();

  /** By prefix: what {@link few} has read. */
  private lists: Map<string, readonly Entry[]> | undefined;

  constructor(private readonly deps: ApiServerDeps) {
    this.indexes = new Indexes(deps.store, (key) => deps.etcd.get<KubeObject>(key));
  }

  get revision(): number {
    return this.deps.etcd.revision;
  }

  get(resource: Resource, namespace: string, name: string): Entry | undefined {
    return this.deps.etcd.get<KubeObject>(etcdKey(resource, namespace, name));
  }

  /** Stores a new object; undefined when its key is taken. */
  create(resource: Resource, object: KubeObject): KubeObject | undefined {
    const key = etcdKey(resource, object.metadata.namespace ?? '', object.metadata.name);
    const entry = this.deps.etcd.create(key, (revision) => versioned(object, revision), resource.kind.strategy.timeToLive);
    if (!entry) return undefined;
    this.follow(resource, undefined, entry);
    return entry.value;
  }

  /** Replaces what `entry` holds; undefined when somebody was faster. */
  update(resource: Resource, entry: Entry, object: KubeObject): KubeObject | undefined {
    const updated = this.deps.etcd.update(
      entry.key,
      entry.mod,
      (revision) => versioned(object, revision),
      resource.kind.strategy.timeToLive,
    );
    if (!updated) return undefined;
    this.follow(resource, entry, updated);
    return updated.value;
  }

  delete(resource: Resource, entry: Entry): boolean {
    if (!this.deps.etcd.delete(entry.key, entry.mod)) return false;
    this.follow(resource, entry, undefined);
    return true;
  }

  private follow(resource: Resource, before: Entry | undefined, after: Entry | undefined): void {
    this.indexes.follow(resource, before, after);
    if (resource.kind.resource === 'services') followAddresses(this.deps, before?.value, after?.value);
  }

  /** All objects of a resource. Where they are few they are read once, until one changes: somebody asks for them again and again. */
  few(resource: Resource, namespace: string): readonly Entry[] {
    const prefix = listPrefix(resource, namespace);
    this.lists ??= this.followLists();
    const known = this.lists.get(prefix);
    if (known) return known;
    const list = [...this.range(resource, namespace)];
    if (list.length <= FEW && resource.kind.strategy.timeToLive === undefined) this.lists.set(prefix, list);
    return list;
  }

  private followLists(): NonNullable<Storage['lists']> {
    const lists: NonNullable<Storage['lists']> = new Map();
    this.deps.etcd.watch(({ key }) => {
      // However many namespaces there are, a key is in few lists: those that end at one of its slashes.
      for (let at = key.indexOf('/', REGISTRY_LENGTH); at > 0; at = key.indexOf('/', at + 1)) lists.delete(key.slice(0, at + 1));
    });
    return lists;
  }

  range(resource: Resource, namespace: string, after?: string): Iterable<Entry> {
    return this.deps.etcd.range<KubeObject>(listPrefix(resource, namespace), after);
  }

  /** What a list showed at an earlier revision; undefined when that is forgotten. */
  rangeAt(resource: Resource, namespace: string, revision: number, after?: string): Iterable<Entry> | undefined {
    const changes = revision === this.revision ? [] : this.deps.etcd.changesSince(revision);
    if (!changes) return undefined;
    const prefix = listPrefix(resource, namespace);
    /** The keys that changed since, as they were before the first change. */
    const before = new Map<string, Entry | undefined>();
    for (const { key, before: was } of changes) {
      if (key.startsWith(prefix) && !before.has(key)) before.set(key, was as Entry | undefined);
    }
    if (before.size === 0) return this.range(resource, namespace, after);
    const then: Entry[] = [];
    for (const entry of this.range(resource, namespace, after)) if (!before.has(entry.key)) then.push(entry);
    for (const entry of before.values()) if (entry && (after === undefined || entry.key > after)) then.push(entry);
    return then.sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  /** @param after counts what comes behind that key */
  count(resource: Resource, namespace: string, after?: string): number {
    return this.deps.etcd.count(listPrefix(resource, namespace), after);
  }

  /** Objects by index, in key order, those of one namespace or all. */
  byIndex(resource: Resource, namespace: string, by: 'node' | 'owner', value: string): readonly Entry[] {
    const { entries } = this.indexes.listed(resource, by, value);
    const { timeToLive } = resource.kind.strategy;
    const within = listPrefix(resource, namespace);
    const isWhole = timeToLive === undefined && [entries[0], entries.at(-1)].every((entry) => !entry || entry.key.startsWith(within));
    if (isWhole) return entries;
    return entries.filter(({ key }) => key.startsWith(within) && (timeToLive === undefined || this.deps.etcd.get(key)));
  }

  /** The objects of an owner, as they are shown, those of one namespace or all. */
  owned(resource: Resource, namespace: string, uid: string): readonly KubeObject[] {
    const entries = this.byIndex(resource, namespace, 'owner', uid);
    const listed = this.indexes.listed(resource, 'owner', uid);
    const isAsStored = !resource.custom && !resource.kind.storedAs && !this.changesWithTime(resource);
    return isAsStored && entries === listed.entries ? listed.objects : this.allShown(resource, entries);
  }

  /** Some of these objects may look other than they are stored. */
  private changesWithTime({ kind }: Resource): boolean {
    const { overlay } = this.deps;
    return overlay !== undefined && overlay.mayConcern?.(kind.etcdPrefix) !== false;
  }

  /**
   * The object as of now and at the version that was asked for: what repeats without anybody's doing is added when it is read.
   */
  shown(resource: Resource, entry: Entry): KubeObject {
    return atVersion(resource, this.deps.overlay ? this.deps.overlay(entry.key, entry.value) : entry.value);
  }

  /** The same of many. */
  allShown(resource: Resource, entries: readonly Entry[]): readonly KubeObject[] {
    if (this.changesWithTime(resource)) return entries.map((entry) => this.shown(resource, entry));
    let objects = this.values.get(entries);
    if (!objects) {
      objects = entries.map(({ value }) => atVersion(resource, value));
      if (objects.every((object, i) => object === entries[i]?.value)) this.values.set(entries, objects);
    }
    return objects;
  }
}

const REGISTRY_LENGTH = '/registry/'.length;

/** Between the versions of a custom resource nothing is converted but the version itself. */
export function atVersion({ kind, apiVersion }: Resource, object: KubeObject): KubeObject {
  if (object.apiVersion === apiVersion) return object;
  return kind.storedAs?.fromStored(object) ?? { ...object, apiVersion, kind: kind.names.kind };
}

function versioned(object: KubeObject, revision: number): KubeObject {
  object.metadata.resourceVersion = String(revision);
  return object;
}
