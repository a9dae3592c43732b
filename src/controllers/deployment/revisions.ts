// Which ReplicaSet holds the Deployment's current template, what a new one looks like, and which old ones the history limit drops.
import type { Deployment } from '../../api/apps/deployment.ts';
import type { ReplicaSet } from '../../api/apps/replicaset.ts';
import type { V1PodTemplateSpec } from '../../api/generated/types.ts';
import type { NewObject } from '../../client/client.ts';
import { jsonEqual } from '../../machinery/equal.ts';
import { controllerRef } from '../ownership.ts';
import { templateHash } from '../template-hash.ts';
import { newSetAnnotations, revisionOf, sizeAnnotations } from './annotations.ts';
import { byAge, fenceposts, newSetSize, sizeOf, wanted } from './rolling-update.ts';

export const HASH_LABEL = 'pod-template-hash';

/** The oldest ReplicaSet whose template is the Deployment's, apart from the hash label. */
export function findNewSet(deployment: Deployment, sets: readonly ReplicaSet[]): ReplicaSet | undefined {
  const template = plain(deployment.spec.template);
  return [...sets].sort(byAge).find((rs) => jsonEqual(plain(rs.spec.template ?? {}), template));
}

/** A template as it compares: without the hash label and without what only creation fills in. */
function plain({ metadata, spec }: V1PodTemplateSpec): unknown {
  const { [HASH_LABEL]: _, ...labels } = metadata?.labels ?? {};
  return { labels, annotations: metadata?.annotations ?? {}, finalizers: metadata?.finalizers ?? [], spec };
}

export function newSetOf(deployment: Deployment, old: readonly ReplicaSet[], revision: number): NewObject<ReplicaSet> {
  const { template, selector, minReadySeconds } = deployment.spec;
  const hash = templateHash(template, deployment.status?.collisionCount);
  const labels = { ...template.metadata?.labels, [HASH_LABEL]: hash };
  return {
    metadata: {
      name: `${deployment.metadata.name}-${hash}`,
      namespace: deployment.metadata.namespace,
      labels,
      annotations: {
        ...newSetAnnotations(deployment, undefined, revision),
        ...sizeAnnotations(wanted(deployment), fenceposts(deployment).maxSurge),
      },
      ownerReferences: [controllerRef(deployment)],
    },
    spec: {
      replicas: newSetSize(deployment, old, undefined),
      ...(minReadySeconds ? { minReadySeconds } : {}),
      selector: { ...selector, matchLabels: { ...selector.matchLabels, [HASH_LABEL]: hash } },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  };
}

/** Empty ReplicaSets beyond `revisionHistoryLimit`, the oldest revisions first. */
export function beyondHistory(deployment: Deployment, old: readonly ReplicaSet[]): ReplicaSet[] {
  const alive = old.filter(({ metadata }) => !metadata.deletionTimestamp);
  const surplus = alive.length - (deployment.spec.revisionHistoryLimit ?? 10);
  if (surplus <= 0) return [];
  const oldest = [...alive].sort((a, b) => revisionOf(a) - revisionOf(b) || byAge(a, b)).slice(0, surplus);
  return oldest.filter((rs) => {
    const isSettled = (rs.status?.observedGeneration ?? 0) >= (rs.metadata.generation ?? 0);
    return sizeOf(rs) === 0 && (rs.status?.replicas ?? 0) === 0 && isSettled;
  });
}
