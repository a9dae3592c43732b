// A cluster of nothing but objects in memory, a clock and loops: enough of the API for what controllers and the scheduler ask.

import { isBuiltin } from '../../src/api/builtin.ts';
import { followTotals } from '../../src/api/core/pod/node-totals.ts';
import type { Pod } from '../../src/api/core/pod.ts';
import type { Kind } from '../../src/api/kind.ts';
import type { Client, EventRecorder, ListOptions, NewObject } from '../../src/client/client.ts';
import type { CertificateAuthority } from '../../src/controllers/certificates/authority.ts';
import { rfc3339 } from '../../src/machinery/clock.ts';
import { jsonEqual } from '../../src/machinery/equal.ts';
import { deepFreeze } from '../../src/machinery/freeze.ts';
import { CUSTOM_RESOURCES, type Loop, type ObjectEvent } from '../../src/machinery/loop.ts';
import type { KubeObject, ObjectKey } from '../../src/machinery/object.ts';
import { keyedRandom } from '../../src/machinery/random.ts';
import { alreadyExists, conflict, isConflict, notFound, StatusError } from '../../src/machinery/status.ts';
import type { Store } from '../../src/machinery/store.ts';

export const START = Date.parse('2026-01-01T00:00:00Z');

type AnyKind = Pick<Kind, 'names' | 'resource'>;
type Draft = Record<string, unknown> & { metadata: Record<string, unknown> };

export class FakeCluster {
  now = START;
  revision = 0;
  readonly objects = new Map<string, KubeObject>();
  readonly events: string[] = [];
  readonly drawer = new Map<string, unknown>();
  readonly wakeUps = new Map<string, { at: number; cls: string; loop: Loop; key: string }>();
  readonly loops: Loop[] = [];
  private readonly followers: ((resource: string, event: ObjectEvent) => void)[] = [];
  private queue: [Loop, string][] = [];
  /** Which loop is at work; undefined when somebody outside does something. */
  acting: string | undefined;
  /** The loops that have written something. */
  readonly writers = new Set<string>();
  /** Called before somebody outside changes something. */
  disturbed: () => void = () => {};
  /** Makes the API refuse: called before every write. */
  refuse: (verb: string, resource: string, object: unknown) => void = () => {};

  readonly clock = { now: () => this.now };
  readonly random = keyedRandom('test');
  readonly store: Store = {
    get: <T>(key: string) => this.drawer.get(key) as T | undefined,
    put: (key, value) => void this.drawer.set(key, deepFreeze(JSON.parse(JSON.stringify(value)))),
    delete: (key) => void this.drawer.delete(key),
    keys: (prefix) => [...this.drawer.keys()].filter((key) => key.startsWith(prefix)).sort(),
    range: <T>(prefix: string) =>
      [...this.drawer]
        .filter(([key]) => key.startsWith(prefix))
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, value]) => [key, value as T] as [string, T]),
  };

  readonly recorder: EventRecorder = {
    event: async (regarding, type, reason, message) => {
      this.events.push(`${type} ${reason} ${regarding.kind}/${regarding.metadata.name}: ${message}`);
    },
  };

  /** Certificates are texts here: `CN/O/dns names`, comma separated in each part. */
  readonly authority: CertificateAuthority = {
    certificate: () => 'THE AUTHORITY',
    namesIn: async (request) => {
      const [commonName = '', organizations = '', dns = ''] = request.split('\n')[1]?.split('/') ?? [];
      const list = (text: string): string[] => text.split(',').filter(Boolean);
      return { commonName, organizations: list(organizations), dns: list(dns), ip: [], email: [], uri: [] };
    },
    sign: async ({ request, lifetime, usages }) => `${request.split('\n')[1]} for ${usages} until ${this.now + lifetime}`,
    signToken: async ({ secret, account }) => `token of ${account.name} in ${secret}`,
    expiryOf: async (certificate) => Number(certificate.split('until ')[1]),
  };

  /** What the API answers to a request that is not about objects. */
  answer: (path: string, body: unknown, cluster: FakeCluster) => unknown = () => {
    throw new Error('no raw requests here');
  };

  deps = {
    clientFor: () => this.client,
    recorderFor: () => this.recorder,
    clock: this.clock,
    random: this.random,
    store: this.store,
    authority: this.authority,
    follow: (listener: (resource: string, event: ObjectEvent) => void) => void this.followers.push(listener),
  };

  readonly client: Client = {
    request: async ({ path, body }) => ({ code: 200, body: this.answer(path, body, this) }),
    get: async <T extends KubeObject>(kind: Kind<T>, key: ObjectKey) => this.objects.get(pathOf(kind, key)) as T | undefined,
    list: async <T extends KubeObject>(kind: Kind<T>, options: ListOptions = {}) => this.list(kind, options) as T[],
    listOwned: async <T extends KubeObject>(kind: Kind<T>, owner: KubeObject) =>
      this.list(kind, owner.metadata.namespace ? { namespace: owner.metadata.namespace } : {}).filter((object) =>
        object.metadata.ownerReferences?.some(({ uid }) => uid === owner.metadata.uid),
      ) as T[],
    create: async <T extends KubeObject>(kind: Kind<T>, object: NewObject<T>) => this.create(kind, object as unknown as Draft) as T,
    update: async <T extends KubeObject>(kind: Kind<T>, object: T) => {
      const current = this.must(kind, object.metadata);
      this.refuse('update', kind.resource, object);
      if (current.metadata.resourceVersion !== object.metadata.resourceVersion)
        throw conflict(groupResource(kind), object.metadata.name, 'the object has been modified');
      return this.write(kind, current, { ...object, status: current.status }) as T;
    },
    updateStatus: async <T extends KubeObject>(kind: Kind<T>, object: T, status: NonNullable<unknown>) => {
      if (jsonEqual(object.status, status)) return object;
      const current = this.must(kind, object.metadata);
      this.refuse('updateStatus', kind.resource, object);
      if (current.metadata.resourceVersion !== object.metadata.resourceVersion)
        throw conflict(groupResource(kind), object.metadata.name, 'the object has been modified');
      return this.write(kind, current, { ...current, status: JSON.parse(JSON.stringify(status)) }) as T;
    },
    patch: async <T extends KubeObject>(kind: Kind<T>, key: ObjectKey, _type: string, patch: unknown) => {
      const current = this.must(kind, key);
      this.refuse('patch', kind.resource, patch);
      return this.write(kind, current, merge(current, patch as Record<string, unknown>) as KubeObject) as T;
    },
    delete: async (kind, key) => {
      const current = this.objects.get(pathOf(kind, key));
      if (!current) return false;
      this.refuse('delete', kind.resource, current);
      this.delete(kind, current);
      return true;
    },
    bind: async (pod, node) => {
      const kind = this.podKind;
      const current = this.must(kind, pod);
      this.refuse('bind', 'pods', pod);
      if ((current.spec as { nodeName?: string }).nodeName) throw conflict(groupResource(kind), pod.name, 'already assigned');
      this.write(kind, current, { ...current, spec: { ...(current.spec as object), nodeName: node } });
    },
  };

  private podKind: AnyKind = {
    resource: 'pods',
    names: {
      group: '',
      version: 'v1',
      kind: 'Pod',
      plural: 'pods',
      singular: 'pod',
      shortNames: [],
      categories: [],
      namespaced: true,
      verbs: [],
      subresources: [],
    },
  };

  create(kind: AnyKind, draft: Draft): KubeObject {
    this.refuse('create', kind.resource, draft);
    if (this.acting === undefined) this.disturbed();
    const { group, version } = kind.names;
    const { generateName, ...metadata } = draft.metadata;
    const name =
      (metadata.name as string | undefined) ?? `${generateName}${this.random.suffix('name', String(generateName), this.revision)}`;
    const path = pathOf(kind, { namespace: metadata.namespace as string | undefined, name });
    if (this.objects.has(path)) throw alreadyExists(groupResource(kind), name);
    const object = {
      ...draft,
      apiVersion: group ? `${group}/${version}` : version,
      kind: kind.names.kind,
      metadata: {
        ...(generateName ? { generateName } : {}),
        uid: this.random.uuid('uid', path, this.revision),
        creationTimestamp: rfc3339(this.now),
        generation: 1,
        ...metadata,
        name,
        resourceVersion: String(++this.revision),
      },
    };
    const stored = deepFreeze(JSON.parse(JSON.stringify(object)) as KubeObject);
    this.objects.set(path, stored);
    this.tell(kind.resource, { type: 'ADDED', object: stored });
    return stored;
  }

  /** Changes an object from outside: `spec` bumps the generation. */
  change(kind: AnyKind, key: ObjectKey, patch: Record<string, unknown>): KubeObject {
    if (this.acting === undefined) this.disturbed();
    return this.write(kind, this.must(kind, key), merge(this.must(kind, key), patch) as KubeObject);
  }

  delete(kind: AnyKind, object: KubeObject): void {
    if (this.acting === undefined) this.disturbed();
    this.revision++;
    if (object.metadata.finalizers?.length) {
      if (!object.metadata.deletionTimestamp)
        this.write(kind, object, { ...object, metadata: { ...object.metadata, deletionTimestamp: rfc3339(this.now) } });
      return;
    }
    this.objects.delete(pathOf(kind, object.metadata));
    this.tell(kind.resource, { type: 'DELETED', object, old: object });
  }

  list(kind: AnyKind, { namespace, labelSelector, fieldSelector }: ListOptions = {}): KubeObject[] {
    const prefix = `${kind.resource}/`;
    const labels = (labelSelector ?? '').split(',').filter(Boolean);
    if (labels.some((part) => !/^[^ !=]+=[^ ]*$/.test(part))) throw new Error(`the fake cluster knows no selector ${labelSelector}`);
    return [...this.objects]
      .filter(([path, { metadata }]) => path.startsWith(prefix) && (!namespace || metadata.namespace === namespace))
      .map(([, object]) => object)
      .filter((object) => labels.every((part) => object.metadata.labels?.[part.split('=')[0] ?? ''] === part.split('=')[1]))
      .filter((object) => !fieldSelector || matchesField(object, fieldSelector))
      .sort((a, b) => (pathOf(kind, a.metadata) < pathOf(kind, b.metadata) ? -1 : 1));
  }

  add(...loops: Loop[]): this {
    this.loops.push(...loops);
    return this;
  }

  enqueue(loop: Loop, key: string): void {
    if (!this.queue.some(([l, k]) => l === loop && k === key)) this.queue.push([loop, key]);
  }

  /** Reconciles until nothing is left to do; conflicts are tried again. */
  async drain(): Promise<void> {
    for (let i = 0; this.queue.length > 0; i++) {
      if (i > 20_000) throw new Error('a reconcile storm');
      const [loop, key] = this.queue.shift() ?? [];
      if (!loop || key === undefined) return;
      this.acting = loop.name;
      const { revision } = this;
      const said = this.events.length;
      try {
        const result = await loop.reconcile(key);
        const id = `${loop.name}/${key}`;
        if (result) this.wakeUps.set(id, { at: this.now + result.requeueAfter, cls: result.class, loop, key });
        else this.wakeUps.delete(id);
      } catch (error) {
        if (isConflict(error)) this.enqueue(loop, key);
        else if (error instanceof StatusError)
          this.wakeUps.set(`${loop.name}/${key}`, { at: this.now + 1000, cls: 'recurrence', loop, key });
        else throw error;
      } finally {
        this.acting = undefined;
        if (this.revision !== revision || this.events.length !== said) this.writers.add(loop.name);
      }
    }
  }

  /** All components start anew: they get every object as new, and what was to happen later is forgotten. */
  restart(): void {
    this.wakeUps.clear();
    for (const [path, object] of this.objects) this.tell(path.slice(0, path.indexOf('/')), { type: 'ADDED', object });
  }

  /** The objects and what loops remember, as they are now, in another cluster. */
  snapshot(build: () => FakeCluster): () => FakeCluster {
    const { now, revision } = this;
    const [objects, drawer] = [[...this.objects], [...this.drawer]];
    return () => {
      const copy = build();
      Object.assign(copy, { now, revision, answer: this.answer });
      for (const [path, object] of objects) copy.objects.set(path, object);
      for (const [key, value] of drawer) copy.drawer.set(key, value);
      return copy;
    };
  }

  async advance(ms: number): Promise<void> {
    const end = this.now + ms;
    await this.drain();
    for (;;) {
      const next = [...this.wakeUps].filter(([, { at }]) => at <= end).sort(([, a], [, b]) => a.at - b.at)[0];
      if (!next) break;
      const [id, { at, loop, key }] = next;
      this.wakeUps.delete(id);
      this.now = Math.max(this.now, at);
      this.enqueue(loop, key);
      await this.drain();
    }
    this.now = end;
  }

  /** All objects as text, to see whether anything changed. */
  contents(): string {
    return JSON.stringify([...this.objects].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  private write(kind: AnyKind, old: KubeObject, next: KubeObject): KubeObject {
    const value = JSON.parse(JSON.stringify(next)) as KubeObject;
    const { resourceVersion: _, ...metadata } = value.metadata;
    const { resourceVersion: __, ...before } = old.metadata;
    if (jsonEqual({ ...value, metadata }, { ...old, metadata: before })) return old;
    if (!jsonEqual(value.spec, old.spec)) value.metadata.generation = (old.metadata.generation ?? 0) + 1;
    value.metadata.resourceVersion = String(++this.revision);
    const stored = deepFreeze(value);
    if (stored.metadata.deletionTimestamp && !stored.metadata.finalizers?.length && !stored.metadata.deletionGracePeriodSeconds) {
      this.objects.delete(pathOf(kind, stored.metadata));
      this.tell(kind.resource, { type: 'DELETED', object: stored, old });
      return stored;
    }
    this.objects.set(pathOf(kind, stored.metadata), stored);
    this.tell(kind.resource, { type: 'MODIFIED', object: stored, old });
    return stored;
  }

  private must(kind: AnyKind, key: ObjectKey): KubeObject {
    const found = this.objects.get(pathOf(kind, key));
    if (!found) throw notFound(groupResource(kind), key.name);
    return found;
  }

  private tell(resource: string, event: ObjectEvent): void {
    const { type, object, old } = event;
    if (resource === 'pods') followTotals(this.store, old as Pod | undefined, type === 'DELETED' ? undefined : (object as Pod));
    for (const follower of this.followers) follower(resource, event);
    for (const loop of this.loops) {
      for (const watch of loop.watches) {
        if (watch.resource !== resource && (watch.resource !== CUSTOM_RESOURCES || isBuiltin(resource))) continue;
        for (const key of watch.keys(event, resource)) this.enqueue(loop, key);
      }
    }
  }
}

const pathOf = (kind: AnyKind, { namespace, name }: ObjectKey): string => `${kind.resource}/${namespace ?? ''}/${name}`;
const groupResource = ({ names }: AnyKind) => ({ group: names.group, resource: names.plural });

function matchesField(object: KubeObject, fieldSelector: string): boolean {
  const [path = '', value = ''] = fieldSelector.split('=');
  if (path === 'metadata.ownerReferences.uid') return object.metadata.ownerReferences?.some(({ uid }) => uid === value) ?? false;
  let field: unknown = object;
  for (const part of path.split('.')) field = (field as Record<string, unknown> | undefined)?.[part];
  return (field ?? '') === value;
}

/** A merge patch; lists of things with a `type` are merged by it, as conditions are. */
function merge(target: unknown, patch: unknown): unknown {
  if (Array.isArray(patch) && Array.isArray(target) && patch.every((item) => typeof item === 'object' && item !== null && 'type' in item)) {
    const merged = target.map((item) => merge(item, patch.find((each) => each.type === item.type) ?? {}));
    return [...merged, ...patch.filter((each) => !target.some((item) => item.type === each.type))];
  }
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const result: Record<string, unknown> = { ...(target as Record<string, unknown> | undefined) };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = merge(result[key], value);
  }
  return result;
}
