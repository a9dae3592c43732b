// How far a rolling update may go at once. Pure arithmetic over ReplicaSets: pkg/controller/deployment/{rolling,sync}.go.
import type { Deployment } from '../../api/apps/deployment.ts';
import type { ReplicaSet } from '../../api/apps/replicaset.ts';
import { resolveIntOrPercent } from '../int-or-percent.ts';
import { MAX_REPLICAS } from './annotations.ts';

/** A ReplicaSet and the size it is to have. */
export interface Resize {
  rs: ReplicaSet;
  replicas: number;
}

export const sizeOf = (rs: ReplicaSet | undefined): number => rs?.spec.replicas ?? 0;
export const wanted = (deployment: Deployment): number => deployment.spec.replicas ?? 1;
export const isActiveSet = (rs: ReplicaSet): boolean => sizeOf(rs) > 0;

const sum = (sets: readonly ReplicaSet[], of: (rs: ReplicaSet) => number): number => sets.reduce((total, rs) => total + of(rs), 0);
const available = (rs: ReplicaSet): number => rs.status?.availableReplicas ?? 0;

/** Surge is rounded up and unavailability down; if both come to 0, one Pod may be unavailable. */
export function fenceposts(deployment: Deployment): { maxSurge: number; maxUnavailable: number } {
  const { strategy } = deployment.spec;
  if (strategy?.type === 'Recreate') return { maxSurge: 0, maxUnavailable: 0 };
  const replicas = wanted(deployment);
  const maxSurge = resolveIntOrPercent(strategy?.rollingUpdate?.maxSurge, replicas, 'up', '25%');
  const maxUnavailable = resolveIntOrPercent(strategy?.rollingUpdate?.maxUnavailable, replicas, 'down', '25%');
  if (maxSurge === 0 && maxUnavailable === 0) return { maxSurge, maxUnavailable: Math.min(1, replicas) };
  return { maxSurge, maxUnavailable: Math.min(maxUnavailable, replicas) };
}

/** The size that the new ReplicaSet may have now. `all` includes it if it exists. */
export function newSetSize(deployment: Deployment, all: readonly ReplicaSet[], newSet: ReplicaSet | undefined): number {
  const replicas = wanted(deployment);
  if (deployment.spec.strategy?.type === 'Recreate' || sizeOf(newSet) >= replicas) return replicas;
  const room = replicas + fenceposts(deployment).maxSurge - sum(all, sizeOf);
  return sizeOf(newSet) + Math.max(0, Math.min(room, replicas - sizeOf(newSet)));
}

/** What the old ReplicaSets give up: first Pods that are not available anyway, then as many as availability allows. */
export function shrinkOld(deployment: Deployment, old: readonly ReplicaSet[], newSet: ReplicaSet | undefined): Resize[] {
  const all = newSet ? [...old, newSet] : old;
  const minAvailable = wanted(deployment) - fenceposts(deployment).maxUnavailable;
  const newUnavailable = sizeOf(newSet) - (newSet ? available(newSet) : 0);
  const most = sum(all, sizeOf) - minAvailable - newUnavailable;
  if (sum(old, sizeOf) === 0 || most <= 0) return [];

  const sizes = new Map(old.map((rs) => [rs, sizeOf(rs)]));
  const oldestFirst = [...old].sort(byAge);
  let unhealthy = 0;
  for (const rs of oldestFirst) {
    const drop = Math.min(most - unhealthy, sizeOf(rs) - available(rs));
    if (drop <= 0) continue;
    sizes.set(rs, sizeOf(rs) - drop);
    unhealthy += drop;
  }
  let spare = sum(all, available) - minAvailable;
  for (const rs of oldestFirst) {
    const size = sizes.get(rs) ?? 0;
    const drop = Math.min(size, spare);
    if (drop <= 0) continue;
    sizes.set(rs, size - drop);
    spare -= drop;
  }
  return oldestFirst.flatMap((rs) => (sizes.get(rs) === sizeOf(rs) ? [] : [{ rs, replicas: sizes.get(rs) ?? 0 }]));
}

/** A change of `replicas` in the middle of a rollout, or while paused: spread over the active ReplicaSets by their sizes. */
export function proportionalSizes(deployment: Deployment, old: readonly ReplicaSet[], newSet: ReplicaSet | undefined): Resize[] {
  const replicas = wanted(deployment);
  const active = [...old, ...(newSet ? [newSet] : [])].filter(isActiveSet);
  const only = active.length === 0 ? (newSet ?? latest(old)) : active.length === 1 ? active[0] : undefined;
  if (only) return sizeOf(only) === replicas ? [] : [{ rs: only, replicas }];
  if (active.length === 0) return [];
  if (newSet && isSaturated(deployment, newSet)) return old.filter(isActiveSet).map((rs) => ({ rs, replicas: 0 }));
  if (deployment.spec.strategy?.type === 'Recreate') return [];

  const allowed = replicas > 0 ? replicas + fenceposts(deployment).maxSurge : 0;
  const toAdd = allowed - sum(active, sizeOf);
  const order = [...active].sort((a, b) => sizeOf(b) - sizeOf(a) || (toAdd > 0 ? byAge(b, a) : byAge(a, b)));
  let added = 0;
  const resizes = order.map((rs) => {
    const share = toAdd === added ? 0 : fraction(deployment, rs);
    const part = toAdd > 0 ? Math.min(share, toAdd - added) : Math.max(share, toAdd - added);
    added += toAdd === 0 ? 0 : part;
    return { rs, replicas: sizeOf(rs) + (toAdd === 0 ? 0 : part) };
  });
  const [first] = resizes;
  if (first) first.replicas = Math.max(0, first.replicas + toAdd - added);
  return resizes;
}

/** The ReplicaSet is the whole Deployment already. */
function isSaturated(deployment: Deployment, rs: ReplicaSet): boolean {
  return (
    sizeOf(rs) === wanted(deployment) &&
    Number(rs.metadata.annotations?.['deployment.kubernetes.io/desired-replicas']) === wanted(deployment) &&
    available(rs) === wanted(deployment)
  );
}

function fraction(deployment: Deployment, rs: ReplicaSet): number {
  if (wanted(deployment) === 0) return -sizeOf(rs);
  const before = Number(rs.metadata.annotations?.[MAX_REPLICAS]) || (deployment.status?.replicas ?? 0);
  if (before === 0) return 0;
  return Math.round((sizeOf(rs) * (wanted(deployment) + fenceposts(deployment).maxSurge)) / before) - sizeOf(rs);
}

const latest = (sets: readonly ReplicaSet[]): ReplicaSet | undefined => [...sets].sort(byAge).at(-1);

/** Oldest first; of equal age, by name. */
export function byAge(a: ReplicaSet, b: ReplicaSet): number {
  const [left, right] = [a.metadata.creationTimestamp, b.metadata.creationTimestamp];
  if (left !== right) return left < right ? -1 : 1;
  return a.metadata.name < b.metadata.name ? -1 : 1;
}
