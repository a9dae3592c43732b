// The one next step of a StatefulSet: stateful_set_control.go. Pure.

import type { StatefulSet } from '../../api/apps/statefulset.ts';
import type { Pod } from '../../api/core/pod.ts';
import type { Instant } from '../../machinery/clock.ts';
import { REVISION_HASH } from '../controller-revisions.ts';
import { resolveIntOrPercent } from '../int-or-percent.ts';
import { isAvailable, isFinished } from '../pods.ts';

export interface Revision {
  current: string;
  update: string;
}

export interface Step {
  create: { ordinal: number; revision: string }[];
  delete: Pod[];
  /** Finished Pods that make way for new ones of their name. */
  recreate: Pod[];
}

export const replicasOf = ({ spec }: StatefulSet): number => spec.replicas ?? 1;
export const firstOrdinal = ({ spec }: StatefulSet): number => spec.ordinals?.start ?? 0;
export const revisionName = (pod: Pod): string => pod.metadata.labels?.[REVISION_HASH] ?? '';

export function ordinalOf({ metadata }: StatefulSet, pod: Pod): number | undefined {
  const { name } = pod.metadata;
  const number = /^\d+$/.exec(name.slice(metadata.name.length + 1))?.[0];
  return name.startsWith(`${metadata.name}-`) && number !== undefined ? Number(number) : undefined;
}

/** With OrderedReady one Pod at a time: up in order, each after its predecessor is available; down in reverse order. */
export function nextStep(set: StatefulSet, pods: readonly Pod[], revision: Revision, now: Instant): Step {
  const step: Step = { create: [], delete: [], recreate: [] };
  const isOrdered = set.spec.podManagementPolicy !== 'Parallel';
  const start = firstOrdinal(set);
  const end = start + replicasOf(set);
  const byOrdinal = new Map(pods.map((pod) => [ordinalOf(set, pod) ?? -1, pod]));
  const isHealthy = (pod: Pod | undefined): boolean =>
    pod !== undefined && !pod.metadata.deletionTimestamp && isAvailable(pod, set.spec.minReadySeconds ?? 0, now);
  if (set.metadata.deletionTimestamp) return step;

  for (let ordinal = start; ordinal < end; ordinal++) {
    const pod = byOrdinal.get(ordinal);
    if (!pod) step.create.push({ ordinal, revision: revisionFor(set, ordinal, revision) });
    else if (isFinished(pod) && !pod.metadata.deletionTimestamp) step.recreate.push(pod);
    if (isOrdered && !isHealthy(pod)) return step;
  }

  const condemned = [...byOrdinal].filter(([ordinal]) => ordinal < start || ordinal >= end).sort(([a], [b]) => b - a);
  for (const [, pod] of condemned) {
    if (!pod.metadata.deletionTimestamp) step.delete.push(pod);
    if (isOrdered) return step;
  }
  if (set.spec.updateStrategy?.type === 'OnDelete') return step;

  const { partition = 0, maxUnavailable } = set.spec.updateStrategy?.rollingUpdate ?? {};
  const lowest = start + partition;
  if (maxUnavailable !== undefined) {
    const inRange = Array.from({ length: end - start }, (_, i) => byOrdinal.get(start + i));
    const spare = Math.max(1, resolveIntOrPercent(maxUnavailable, end - start, 'down')) - inRange.filter((pod) => !isHealthy(pod)).length;
    const old = inRange.slice(partition).filter((pod): pod is Pod => pod !== undefined && revisionName(pod) !== revision.update);
    step.delete = old
      .filter(({ metadata }) => !metadata.deletionTimestamp)
      .reverse()
      .slice(0, Math.max(0, spare));
    return step;
  }
  for (let ordinal = end - 1; ordinal >= lowest; ordinal--) {
    const pod = byOrdinal.get(ordinal);
    if (pod && revisionName(pod) !== revision.update && !pod.metadata.deletionTimestamp) {
      step.delete.push(pod);
      return step;
    }
    if (!isHealthy(pod)) return step;
  }
  return step;
}

/** Ordinals below the partition keep the old revision. */
function revisionFor(set: StatefulSet, ordinal: number, { current, update }: Revision): string {
  if (set.spec.updateStrategy?.type === 'OnDelete') return update;
  const { rollingUpdate } = set.spec.updateStrategy ?? {};
  const kept = rollingUpdate ? (rollingUpdate.partition ?? 0) : (set.status?.currentReplicas ?? 0);
  return ordinal < firstOrdinal(set) + kept ? current : update;
}
