// Plays the garbage collector: what is owned goes with its owner, in the background, before it (foreground), or not at all (orphan).

import { isBuiltin } from '../api/builtin.ts';
import type { V1OwnerReference } from '../api/generated/types.ts';
import type { Kind } from '../api/kind.ts';
import type { Client } from '../client/client.ts';
import { CUSTOM_RESOURCES, type ObjectEvent } from '../machinery/loop.ts';
import { groupOf, type KubeObject, keyOf, parseKey } from '../machinery/object.ts';
import { isConflict, isNotFound } from '../machinery/status.ts';
import { drawer, type Store } from '../machinery/store.ts';
import { customKind, customKinds } from './custom-kinds.ts';
import { type Controller, contextFor } from './define.ts';
import { deletableKinds } from './every-kind.ts';

const NAME = 'garbage-collector-controller';
const ORPHAN = 'orphan';
const FOREGROUND = 'foregroundDeletion';

/** Events come and go by themselves, and nobody owns them. */
const collected: readonly Kind[] = deletableKinds().filter(({ names }) => names.kind !== 'Event');
const byResource = new Map(collected.map((kind) => [kind.resource, kind]));
const byGroupKind = new Map(collected.map((kind) => [`${kind.names.group}/${kind.names.kind}`, kind]));

/**
 * The graph that the real one holds in memory, as far as it cannot be asked of the API: which resources a uid owns objects of.
 * `/kubemu/garbage-collector/<uid>/<resource>`
 */
export const garbageCollectorController: Controller = {
  name: NAME,
  loop(deps) {
    const graph = drawer(deps.store, '/kubemu/garbage-collector/');
    const { client } = contextFor(NAME, deps);
    return {
      name: NAME,
      watches: [...collected.map(({ resource }) => resource), CUSTOM_RESOURCES].map((watched) => ({
        resource: watched,
        keys: (event, resource) => keysOf(resource, event, graph),
      })),
      async reconcile(key) {
        const [task = '', subject = '', ...rest] = key.split(' ');
        if (task === 'gone') await collect(client, graph, subject);
        else if (task === 'owner') await lookAtOwner(client, graph, subject, rest.join(' '));
        else await look(client, graph, subject, rest.join(' '), task === 'new');
        return undefined;
      },
    };
  },
};

/** `gone <uid>`, `look <resource> <key>`, `new <resource> <key>`, and `owner <group>/<kind> <namespace>/<name>` for custom resources. */
function* keysOf(resource: string, { type, object, old }: ObjectEvent, graph: Store): Iterable<string> {
  const { uid, ownerReferences = [], deletionTimestamp, finalizers = [] } = object.metadata;
  if (type === 'DELETED') {
    for (const _ of graph.keys(`${uid}/`)) {
      yield `gone ${uid}`;
      break;
    }
    // The owner may be waiting for this.
    for (const owner of ownerReferences) if (owner.blockOwnerDeletion) yield* ownerKey(object, owner);
    return;
  }
  for (const { uid: owner } of ownerReferences) if (graph.get(`${owner}/${resource}`) === undefined) graph.put(`${owner}/${resource}`, 1);
  if (deletionTimestamp && (finalizers.includes(ORPHAN) || finalizers.includes(FOREGROUND))) yield `look ${resource} ${keyOf(object)}`;
  if (ownerReferences.length > 0 && type === 'ADDED') yield `new ${resource} ${keyOf(object)}`;
  for (const owner of old?.metadata.ownerReferences ?? []) {
    const still = ownerReferences.find((each) => each.uid === owner.uid);
    if (owner.blockOwnerDeletion && !still?.blockOwnerDeletion) yield* ownerKey(object, owner);
  }
}

function* ownerKey({ metadata }: KubeObject, { apiVersion, kind, name }: V1OwnerReference): Iterable<string> {
  const owner = byGroupKind.get(`${groupOf(apiVersion)}/${kind}`);
  if (!owner) yield `owner ${groupOf(apiVersion)}/${kind} ${metadata.namespace ?? ''}/${name}`;
  else yield `look ${owner.resource} ${keyOf({ metadata: { namespace: owner.names.namespaced ? metadata.namespace : undefined, name } })}`;
}

async function lookAtOwner(client: Client, graph: Store, groupKind: string, key: string): Promise<void> {
  const kind = await kindNamed(client, groupKind);
  const [namespace = '', name = ''] = key.split('/');
  if (kind) await look(client, graph, kind.resource, kind.names.namespaced ? `${namespace}/${name}` : name, false);
}

async function kindNamed(client: Client, groupKind: string): Promise<Kind | undefined> {
  return byGroupKind.get(groupKind) ?? (await customKinds(client)).find(({ names }) => `${names.group}/${names.kind}` === groupKind);
}

const kindOf = async (client: Client, resource: string): Promise<Kind | undefined> =>
  byResource.get(resource) ?? (isBuiltin(resource) ? undefined : customKind(client, resource));

async function look(client: Client, graph: Store, resource: string, key: string, isNew: boolean): Promise<void> {
  const kind = await kindOf(client, resource);
  const object = kind && (await client.get(kind, parseKey(key)));
  if (!object) return;
  const { deletionTimestamp, finalizers = [], uid } = object.metadata;
  if (isNew && !deletionTimestamp && (await ownersAreGone(client, object))) return remove(client, kind, object);
  if (!deletionTimestamp) return;
  if (finalizers.includes(ORPHAN)) {
    for (const dependent of await dependents(client, graph, uid)) await disown(client, dependent, uid);
    await release(client, kind, object, ORPHAN);
  } else if (finalizers.includes(FOREGROUND)) {
    const waiting = await deleteDependents(client, graph, uid, true);
    if (waiting === 0) await release(client, kind, object, FOREGROUND);
  }
}

async function collect(client: Client, graph: Store, uid: string): Promise<void> {
  await deleteDependents(client, graph, uid, false);
  for (const key of [...graph.keys(`${uid}/`)]) graph.delete(key);
}

interface Dependent {
  kind: Kind;
  object: KubeObject;
}

async function dependents(client: Client, graph: Store, uid: string): Promise<Dependent[]> {
  const found: Dependent[] = [];
  for (const key of [...graph.keys(`${uid}/`)]) {
    const kind = await kindOf(client, key.slice(uid.length + 1));
    if (!kind) continue;
    for (const object of await client.list(kind, { fieldSelector: `metadata.ownerReferences.uid=${uid}` })) found.push({ kind, object });
  }
  return found;
}

/** Who has another owner that lives only loses the reference. Returns how many are still there that block the owner's deletion. */
async function deleteDependents(client: Client, graph: Store, uid: string, foreground: boolean): Promise<number> {
  let waiting = 0;
  for (const { kind, object } of await dependents(client, graph, uid)) {
    const reference = object.metadata.ownerReferences?.find((owner) => owner.uid === uid);
    if (await hasOtherOwner(client, object, uid)) {
      await disown(client, { kind, object }, uid);
      continue;
    }
    if (reference?.blockOwnerDeletion) waiting++;
    if (object.metadata.deletionTimestamp) continue;
    if (foreground && (await isInCycle(client, graph, object))) await unblock(client, kind, object);
    await remove(client, kind, object, foreground);
  }
  if (waiting === 0) return 0;
  const left = await dependents(client, graph, uid);
  return left.filter(({ object }) => object.metadata.ownerReferences?.some((owner) => owner.uid === uid && owner.blockOwnerDeletion))
    .length;
}

/** One of its own dependents is being deleted in the foreground: they would wait for each other. */
async function isInCycle(client: Client, graph: Store, { metadata }: KubeObject): Promise<boolean> {
  for (const { object } of await dependents(client, graph, metadata.uid)) {
    if (object.metadata.deletionTimestamp && object.metadata.finalizers?.includes(FOREGROUND)) return true;
  }
  return false;
}

/** No owner waits for it any more. */
async function unblock(client: Client, kind: Kind, { metadata }: KubeObject): Promise<void> {
  const { namespace, name, uid, ownerReferences = [] } = metadata;
  const unblocked = ownerReferences.map((owner) => ({ ...owner, blockOwnerDeletion: false }));
  await client.patch(kind, { namespace, name }, 'merge', { metadata: { uid, ownerReferences: unblocked } });
}

async function hasOtherOwner(client: Client, object: KubeObject, uid: string): Promise<boolean> {
  for (const owner of object.metadata.ownerReferences ?? []) {
    if (owner.uid === uid) continue;
    const state = await stateOf(client, object, owner);
    if (state === 'alive' || state === 'unknown') return true;
  }
  return false;
}

async function ownersAreGone(client: Client, object: KubeObject): Promise<boolean> {
  for (const owner of object.metadata.ownerReferences ?? []) {
    if ((await stateOf(client, object, owner)) !== 'gone') return false;
  }
  return true;
}

/** An owner of a kind that is not known here counts as one that may live. */
async function stateOf(
  client: Client,
  { metadata }: KubeObject,
  { apiVersion, kind, name, uid }: V1OwnerReference,
): Promise<'alive' | 'waiting' | 'gone' | 'unknown'> {
  const owner = await kindNamed(client, `${groupOf(apiVersion)}/${kind}`);
  if (!owner) return 'unknown';
  const found = await client.get(owner, { namespace: owner.names.namespaced ? metadata.namespace : undefined, name });
  if (found?.metadata.uid !== uid) return 'gone';
  return found.metadata.deletionTimestamp && found.metadata.finalizers?.includes(FOREGROUND) ? 'waiting' : 'alive';
}

/** A dependent that is to be orphaned or deleted in the foreground itself keeps its way. */
async function remove(client: Client, kind: Kind, { metadata }: KubeObject, foreground = false): Promise<void> {
  const { namespace, name, uid, finalizers = [] } = metadata;
  const propagationPolicy = finalizers.includes(ORPHAN)
    ? 'Orphan'
    : foreground || finalizers.includes(FOREGROUND)
      ? 'Foreground'
      : 'Background';
  try {
    await client.delete(kind, { namespace, name }, { uid, propagationPolicy });
  } catch (error) {
    if (!isConflict(error)) throw error;
  }
}

async function disown(client: Client, { kind, object }: Dependent, uid: string): Promise<void> {
  const { namespace, name, ownerReferences = [] } = object.metadata;
  const rest = ownerReferences.filter((owner) => owner.uid !== uid);
  try {
    await client.patch(kind, { namespace, name }, 'merge', {
      metadata: { uid: object.metadata.uid, ownerReferences: rest.length > 0 ? rest : null },
    });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

async function release(client: Client, kind: Kind, object: KubeObject, finalizer: string): Promise<void> {
  const { namespace, name, uid, finalizers = [] } = object.metadata;
  const rest = finalizers.filter((each) => each !== finalizer);
  try {
    await client.patch(kind, { namespace, name }, 'merge', { metadata: { uid, finalizers: rest.length > 0 ? rest : null } });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}
