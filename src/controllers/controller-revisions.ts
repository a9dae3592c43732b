// The history of DaemonSets and StatefulSets: one ControllerRevision per template, numbered as templates become current.
import { ControllerRevision } from '../api/apps/controllerrevision.ts';
import type { V1LabelSelector, V1PodTemplateSpec } from '../api/generated/types.ts';
import type { Client } from '../client/client.ts';
import { jsonEqual } from '../machinery/equal.ts';
import type { KubeObject } from '../machinery/object.ts';
import { claimOwned, controllerRef } from './ownership.ts';
import { templateHash } from './template-hash.ts';

/** Names the revision of a Pod. */
export const REVISION_HASH = 'controller-revision-hash';

type Workload = KubeObject & { spec: { selector?: V1LabelSelector | undefined; template: V1PodTemplateSpec } };

export interface Revisions {
  current: ControllerRevision;
  /** Oldest first. */
  old: ControllerRevision[];
}

/** The revision of the current template, made or moved to the top when needed. */
export async function syncRevisions(client: Client, owner: Workload): Promise<Revisions> {
  const all = await claimOwned(client, { owner, kind: ControllerRevision, selector: owner.spec.selector, adopt: false });
  all.sort((a, b) => a.revision - b.revision || (a.metadata.name < b.metadata.name ? -1 : 1));
  const state = { spec: { template: { ...owner.spec.template, $patch: 'replace' } } };
  const next = (all.at(-1)?.revision ?? 0) + 1;
  const equal = all.findLast(({ data }) => jsonEqual(data, state));
  if (equal) {
    const current = equal === all.at(-1) ? equal : await client.update(ControllerRevision, { ...equal, revision: next });
    return { current, old: all.filter((each) => each !== equal) };
  }
  const hash = templateHash(owner.spec.template);
  const current = await client.create(ControllerRevision, {
    metadata: {
      name: `${owner.metadata.name}-${hash}`,
      namespace: owner.metadata.namespace,
      labels: { ...owner.spec.template.metadata?.labels, [REVISION_HASH]: hash },
      ...(owner.metadata.annotations ? { annotations: owner.metadata.annotations } : {}),
      ownerReferences: [controllerRef(owner)],
    },
    data: state,
    revision: next,
  });
  return { current, old: all };
}

export const hashOf = (revision: ControllerRevision): string => revision.metadata.labels?.[REVISION_HASH] ?? '';

/** Deletes the oldest revisions that no Pod has, beyond the history limit. */
export async function trimRevisions(
  client: Client,
  old: readonly ControllerRevision[],
  inUse: ReadonlySet<string>,
  limit: number,
): Promise<void> {
  const unused = old.filter((revision) => !inUse.has(hashOf(revision)));
  for (const { metadata } of unused.slice(0, Math.max(0, unused.length - limit))) {
    await client.delete(ControllerRevision, { namespace: metadata.namespace, name: metadata.name });
  }
}
