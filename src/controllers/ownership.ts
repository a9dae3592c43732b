// Plays controller_ref_manager.go: owner references, adoption of orphans that a selector matches, release of those it no longer does.
import type { V1LabelSelector, V1OwnerReference } from '../api/generated/types.ts';
import type { Kind } from '../api/kind.ts';
import type { Client } from '../client/client.ts';
import { selectorText, selects } from '../machinery/label-selector.ts';
import type { KubeObject } from '../machinery/object.ts';
import { controllerOf } from './define.ts';
import { Tallies } from './tally.ts';

/** metav1.NewControllerRef. */
export function controllerRef(owner: KubeObject): V1OwnerReference {
  const { apiVersion, kind, metadata } = owner;
  return { apiVersion, kind, name: metadata.name, uid: metadata.uid, controller: true, blockOwnerDeletion: true };
}

interface Claim<O extends KubeObject, T extends KubeObject> {
  owner: O;
  kind: Kind<T>;
  selector: V1LabelSelector | undefined;
  /** The owner's selector may match what it does not own yet: it is new or has changed. */
  adopt: boolean;
}

const claims = new Tallies<KubeObject, { uid: string; selector: V1LabelSelector | undefined }>(({ uid, selector }) => [
  (object) => controllerOf(object)?.uid === uid && selects(selector, object.metadata.labels),
]);

/** What `owner` controls now, after adopting matching orphans and releasing what no longer matches. */
export async function claimOwned<O extends KubeObject, T extends KubeObject>(
  client: Client,
  { owner, kind, selector, adopt }: Claim<O, T>,
): Promise<T[]> {
  const { uid } = owner.metadata;
  const owned = await client.listOwned(kind, owner);
  const [claimed] = claims.of(`${uid} ${kind.resource}`, { uid, selector }).of(owned);
  const mine: T[] = claimed === owned.length ? [...owned] : [];
  if (claimed !== owned.length) {
    for (const object of owned) {
      if (controllerOf(object)?.uid !== uid) continue;
      if (selects(selector, object.metadata.labels)) mine.push(object);
      else if (!owner.metadata.deletionTimestamp) await release(client, kind, object, owner);
    }
  }
  if (!adopt || !selector || owner.metadata.deletionTimestamp) return mine;
  const { namespace } = owner.metadata;
  const matching = await client.list(kind, { ...(namespace ? { namespace } : {}), labelSelector: selectorText(selector) });
  for (const object of matching) {
    if (controllerOf(object) || object.metadata.deletionTimestamp) continue;
    mine.push(await adoptOne(client, kind, object, owner));
  }
  return mine;
}

/** Gives each orphan of a namespace to the first owner, by name, whose selector matches. */
export async function adoptOrphans<O extends KubeObject & { spec: { selector?: V1LabelSelector | undefined } }, T extends KubeObject>(
  client: Client,
  ownerKind: Kind<O>,
  kind: Kind<T>,
  namespace: string,
): Promise<void> {
  const owners = (await client.list(ownerKind, { namespace })).filter((owner) => !owner.metadata.deletionTimestamp);
  for (const owner of owners) await claimOwned(client, { owner, kind, selector: owner.spec.selector, adopt: true });
}

function adoptOne<T extends KubeObject>(client: Client, kind: Kind<T>, object: T, owner: KubeObject): Promise<T> {
  const { namespace, name, uid } = object.metadata;
  return client.patch(kind, { namespace, name }, 'strategic', { metadata: { ownerReferences: [controllerRef(owner)], uid } });
}

async function release<T extends KubeObject>(client: Client, kind: Kind<T>, object: T, owner: KubeObject): Promise<void> {
  const { namespace, name, uid, ownerReferences = [] } = object.metadata;
  if (object.metadata.deletionTimestamp) return;
  const rest = ownerReferences.filter((reference) => reference.uid !== owner.metadata.uid);
  await client.patch(kind, { namespace, name }, 'merge', { metadata: { uid, ownerReferences: rest.length > 0 ? rest : null } });
}
