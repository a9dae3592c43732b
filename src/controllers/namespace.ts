// Plays the namespace controller: empties a Namespace that is being deleted, Pods first, and lets it go when nothing is left in it.

import { Namespace } from '../api/core/namespace.ts';
import type { V1NamespaceCondition } from '../api/generated/types.ts';
import type { Kind } from '../api/kind.ts';
import type { Client } from '../client/client.ts';
import { type Instant, parseTime, seconds } from '../machinery/clock.ts';
import type { KubeObject } from '../machinery/object.ts';
import { isConflict, isNotFound } from '../machinery/status.ts';
import { withCondition } from './conditions.ts';
import { customKinds } from './custom-kinds.ts';
import { anyCustomKind, defineController } from './define.ts';
import { deletableKinds } from './every-kind.ts';

const FINALIZER = 'kubernetes';
/** So long every API server has to notice the deletion and refuse what comes too late (namespaceDeletionGracePeriod). */
const GRACE = seconds(5);

const contents: readonly Kind[] = deletableKinds().filter(({ names }) => names.namespaced);

export const namespaceController = defineController({
  name: 'namespace-controller',
  for: Namespace,
  // Something went or lost a finalizer: perhaps it was the last.
  watches: [...contents, anyCustomKind].map((kind) => ({
    kind,
    keys: ({ type, object }) => (type === 'DELETED' && object.metadata.namespace ? [object.metadata.namespace] : []),
  })),
  async reconcile(key, { client, clock }) {
    const namespace = await client.get(Namespace, key);
    if (!namespace?.metadata.deletionTimestamp || !namespace.spec.finalizers?.includes(FINALIZER)) return undefined;
    const due = parseTime(namespace.metadata.deletionTimestamp as string) + GRACE;
    if (clock.now() < due) return { requeueAfter: due - clock.now(), class: 'progress' };
    const left = await empty(client, key.name);
    const conditions = conditionsOf(namespace, left, clock.now());
    const updated = await client.updateStatus(Namespace, namespace, { ...namespace.status, phase: 'Terminating', conditions });
    if (left.length > 0) return undefined;
    const finalizers = updated.spec.finalizers?.filter((name) => name !== FINALIZER) ?? [];
    await client.request({
      method: 'PUT',
      path: `/api/v1/namespaces/${key.name}/finalize`,
      body: { ...updated, spec: { ...updated.spec, finalizers } },
    });
    return undefined;
  },
});

interface Remaining {
  /** `pods.`, `deployments.apps`: resource and group, with a dot between even if there is none. */
  resource: string;
  objects: readonly KubeObject[];
}

/** Deletes what is there and says what stays for now. Other kinds wait for the Pods. */
async function empty(client: Client, namespace: string): Promise<Remaining[]> {
  const pods = await emptyKinds(
    client,
    namespace,
    contents.filter(({ resource }) => resource === 'pods'),
  );
  if (pods.length > 0) return pods;
  const others = contents.filter(({ resource }) => resource !== 'pods');
  const custom = (await customKinds(client)).filter(({ names }) => names.namespaced);
  return emptyKinds(client, namespace, [...others, ...custom]);
}

async function emptyKinds(client: Client, namespace: string, kinds: readonly Kind[]): Promise<Remaining[]> {
  const left: Remaining[] = [];
  for (const kind of kinds) {
    for (const { metadata } of await client.list(kind, { namespace })) {
      if (metadata.deletionTimestamp) continue;
      try {
        await client.delete(kind, { namespace, name: metadata.name }, { uid: metadata.uid, propagationPolicy: 'Background' });
      } catch (error) {
        if (!isConflict(error) && !isNotFound(error)) throw error;
      }
    }
    const objects = await client.list(kind, { namespace });
    if (objects.length > 0) left.push({ resource: `${kind.names.plural}.${kind.names.group}`, objects });
  }
  return left;
}

export function conditionsOf({ status }: Namespace, left: readonly Remaining[], now: Instant): V1NamespaceCondition[] {
  const counts = left.map(({ resource, objects }) => `${resource} has ${objects.length} resource instances`).join(', ');
  const finalizers = new Map<string, number>();
  for (const { metadata } of left.flatMap(({ objects }) => objects)) {
    for (const name of metadata.finalizers ?? []) finalizers.set(name, (finalizers.get(name) ?? 0) + 1);
  }
  const holding = [...finalizers]
    .sort()
    .map(([name, count]) => `${name} in ${count} resource instances`)
    .join(', ');
  const all: Omit<V1NamespaceCondition, 'lastTransitionTime'>[] = [
    {
      type: 'NamespaceDeletionDiscoveryFailure',
      status: 'False',
      reason: 'ResourcesDiscovered',
      message: 'All resources successfully discovered',
    },
    {
      type: 'NamespaceDeletionGroupVersionParsingFailure',
      status: 'False',
      reason: 'ParsedGroupVersions',
      message: 'All legacy kube types successfully parsed',
    },
    {
      type: 'NamespaceDeletionContentFailure',
      status: 'False',
      reason: 'ContentDeleted',
      message: 'All content successfully deleted, may be waiting on finalization',
    },
    counts
      ? {
          type: 'NamespaceContentRemaining',
          status: 'True',
          reason: 'SomeResourcesRemain',
          message: `Some resources are remaining: ${counts}`,
        }
      : { type: 'NamespaceContentRemaining', status: 'False', reason: 'ContentRemoved', message: 'All content successfully removed' },
    holding
      ? {
          type: 'NamespaceFinalizersRemaining',
          status: 'True',
          reason: 'SomeFinalizersRemain',
          message: `Some content in the namespace has finalizers remaining: ${holding}`,
        }
      : {
          type: 'NamespaceFinalizersRemaining',
          status: 'False',
          reason: 'ContentHasNoFinalizers',
          message: 'All content-preserving finalizers finished',
        },
  ];
  return (
    all.reduce<V1NamespaceCondition[] | undefined>((conditions, next) => withCondition(conditions, next, now), status?.conditions) ?? []
  );
}
