// The annotations by which Deployment and ReplicaSets remember revisions and sizes.
import type { Deployment } from '../../api/apps/deployment.ts';
import type { ReplicaSet } from '../../api/apps/replicaset.ts';

export const REVISION = 'deployment.kubernetes.io/revision';
export const REVISION_HISTORY = 'deployment.kubernetes.io/revision-history';
export const DESIRED_REPLICAS = 'deployment.kubernetes.io/desired-replicas';
export const MAX_REPLICAS = 'deployment.kubernetes.io/max-replicas';

/** Annotations of the Deployment that are its own business. */
const NOT_COPIED = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  REVISION,
  REVISION_HISTORY,
  DESIRED_REPLICAS,
  MAX_REPLICAS,
  'deprecated.deployment.rollback.to',
]);

type Annotations = Record<string, string>;

export function revisionOf(object: Deployment | ReplicaSet): number {
  return Number(object.metadata.annotations?.[REVISION] ?? 0) || 0;
}

/** What the new ReplicaSet's annotations are to be: the Deployment's, and the revision if it is a later one. */
export function newSetAnnotations(deployment: Deployment, current: Annotations | undefined, revision: number): Annotations {
  const next: Annotations = { ...current };
  for (const [key, value] of Object.entries(deployment.metadata.annotations ?? {})) if (!NOT_COPIED.has(key)) next[key] = value;
  const before = Number(current?.[REVISION] ?? 0) || 0;
  if (before >= revision) return next;
  next[REVISION] = String(revision);
  if (before > 0) next[REVISION_HISTORY] = [...(current?.[REVISION_HISTORY]?.split(',') ?? []), String(before)].join(',');
  return next;
}

export function sizeAnnotations(desired: number, maxSurge: number): Annotations {
  return { [DESIRED_REPLICAS]: String(desired), [MAX_REPLICAS]: String(desired + maxSurge) };
}
