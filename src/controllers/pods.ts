// What controllers ask of a Pod, in the words of pkg/api/v1/pod and controller_utils.go.

import type { Pod } from '../api/core/pod.ts';
import type { V1PodTemplateSpec } from '../api/generated/types.ts';
import type { NewObject } from '../client/client.ts';
import { type Instant, parseTime, seconds } from '../machinery/clock.ts';
import type { KubeObject } from '../machinery/object.ts';
import { controllerRef } from './ownership.ts';

/** Neither finished nor being deleted. */
export const isActive = (pod: Pod): boolean => (factsOf(pod) & ACTIVE) !== 0;

export const isFinished = (pod: Pod): boolean => (factsOf(pod) & FINISHED) !== 0;

/** Being deleted, and still running. */
export const isTerminating = (pod: Pod): boolean => (factsOf(pod) & TERMINATING) !== 0;

export const isReady = (pod: Pod): boolean => (factsOf(pod) & READY) !== 0;

const ACTIVE = 1;
const FINISHED = 2;
const TERMINATING = 4;
const READY = 8;

/** Workloads ask the same of all their Pods whenever one of them changes; the others are the same objects as before. */
const known = new WeakMap<Pod, number>();

function factsOf(pod: Pod): number {
  let facts = known.get(pod);
  if (facts === undefined) {
    const { phase } = pod.status ?? {};
    const isOver = phase === 'Succeeded' || phase === 'Failed';
    const life = isOver ? FINISHED : pod.metadata.deletionTimestamp ? TERMINATING : ACTIVE;
    facts = life | (readyCondition(pod)?.status === 'True' ? READY : 0);
    if (Object.isFrozen(pod)) known.set(pod, facts);
  }
  return facts;
}

/** Asked of every Pod of a workload whenever one changes: a loop costs a third of `find`. */
export function readyCondition({ status }: Pod) {
  if (status?.conditions) for (const condition of status.conditions) if (condition.type === 'Ready') return condition;
  return undefined;
}

/** Ready for at least `minReadySeconds`. */
export function isAvailable(pod: Pod, minReadySeconds: number, now: Instant): boolean {
  return isReady(pod) && availableAt(pod, minReadySeconds) <= now;
}

/** When a ready Pod counts as available. */
export function availableAt(pod: Pod, minReadySeconds: number): Instant {
  const since = readyCondition(pod)?.lastTransitionTime;
  return minReadySeconds === 0 || !since ? 0 : parseTime(since) + seconds(minReadySeconds);
}

export function restarts(pod: Pod): number {
  return (pod.status?.containerStatuses ?? []).reduce((most, { restartCount }) => Math.max(most, restartCount), 0);
}

/** All that a workload sees of its Pods: not where they run, nor how they come to be ready. */
export function workloadView(object: KubeObject): unknown {
  const pod = object as Pod;
  const { labels, ownerReferences, finalizers, deletionTimestamp } = pod.metadata;
  return [
    pod.status?.phase,
    readyCondition(pod)?.status,
    readyCondition(pod)?.lastTransitionTime,
    deletionTimestamp,
    labels,
    ownerReferences,
    finalizers,
  ];
}

/** GetPodFromTemplate: a Pod of `owner`, its name left to the server. */
export function podFrom(template: V1PodTemplateSpec, owner: KubeObject): NewObject<Pod> {
  const { labels, annotations, finalizers } = template.metadata ?? {};
  return {
    metadata: {
      generateName: `${owner.metadata.name}-`,
      namespace: owner.metadata.namespace,
      ...(labels ? { labels } : {}),
      ...(annotations ? { annotations } : {}),
      ...(finalizers ? { finalizers } : {}),
      ownerReferences: [controllerRef(owner)],
    },
    spec: template.spec as Pod['spec'],
  };
}
