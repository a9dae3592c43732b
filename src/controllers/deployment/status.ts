// The status that a Deployment's ReplicaSets add up to, its conditions, and when it counts as stuck: sync.go and progress.go.
import type { Deployment } from '../../api/apps/deployment.ts';
import type { ReplicaSet } from '../../api/apps/replicaset.ts';
import type { V1DeploymentCondition, V1DeploymentStatus } from '../../api/generated/types.ts';
import { type Duration, type Instant, parseTime, rfc3339, seconds } from '../../machinery/clock.ts';
import { conditionOf, withoutCondition } from '../conditions.ts';
import { fenceposts, sizeOf, wanted } from './rolling-update.ts';

/** math.MaxInt32 seconds mean: no deadline. */
const NO_DEADLINE = 2147483647;

export const hasDeadline = ({ spec }: Deployment): boolean => (spec.progressDeadlineSeconds ?? 600) !== NO_DEADLINE;
const deadline = ({ spec }: Deployment): Duration => seconds(spec.progressDeadlineSeconds ?? 600);

type Conditions = V1DeploymentCondition[] | undefined;
type NewCondition = Pick<V1DeploymentCondition, 'type' | 'status'> & { reason: string; message: string };

/** SetDeploymentCondition: nothing happens when status and reason stay; otherwise the condition moves to the end. */
export function setCondition(conditions: Conditions, next: NewCondition, now: Instant): V1DeploymentCondition[] {
  const current = conditionOf(conditions, next.type);
  if (conditions && current?.status === next.status && current.reason === next.reason) return conditions;
  const time = rfc3339(now);
  const lastTransitionTime = current?.status === next.status ? current.lastTransitionTime : time;
  return [...withoutCondition(conditions, next.type), { ...next, lastUpdateTime: time, lastTransitionTime }];
}

/** Counts and availability, other conditions as they are. */
export function countReplicas(
  deployment: Deployment,
  old: readonly ReplicaSet[],
  newSet: ReplicaSet | undefined,
  now: Instant,
): V1DeploymentStatus {
  const all = newSet ? [...old, newSet] : old;
  const sum = (of: (rs: ReplicaSet) => number | undefined): number => all.reduce((total, rs) => total + (of(rs) ?? 0), 0);
  const available = sum((rs) => rs.status?.availableReplicas);
  const isAvailable = available >= wanted(deployment) - fenceposts(deployment).maxUnavailable;
  const conditions = setCondition(
    deployment.status?.conditions,
    isAvailable
      ? { type: 'Available', status: 'True', reason: 'MinimumReplicasAvailable', message: 'Deployment has minimum availability.' }
      : {
          type: 'Available',
          status: 'False',
          reason: 'MinimumReplicasUnavailable',
          message: 'Deployment does not have minimum availability.',
        },
    now,
  );
  return {
    observedGeneration: deployment.metadata.generation,
    replicas: sum((rs) => rs.status?.replicas) || undefined,
    updatedReplicas: newSet?.status?.replicas || undefined,
    readyReplicas: sum((rs) => rs.status?.readyReplicas) || undefined,
    availableReplicas: available || undefined,
    unavailableReplicas: Math.max(0, sum(sizeOf) - available) || undefined,
    terminatingReplicas: sum((rs) => rs.status?.terminatingReplicas),
    collisionCount: deployment.status?.collisionCount,
    conditions,
  };
}

/** {@link countReplicas} plus how the rollout is getting on. */
export function rolloutStatus(
  deployment: Deployment,
  old: readonly ReplicaSet[],
  newSet: ReplicaSet | undefined,
  now: Instant,
): V1DeploymentStatus {
  const status = countReplicas(deployment, old, newSet, now);
  const current = conditionOf(deployment.status?.conditions, 'Progressing');
  const isDone = (status.replicas ?? 0) === (status.updatedReplicas ?? 0) && current?.reason === 'NewReplicaSetAvailable';
  const subject = newSet ? `ReplicaSet "${newSet.metadata.name}"` : `Deployment "${deployment.metadata.name}"`;
  const progressing = { type: 'Progressing' };
  if (!hasDeadline(deployment)) {
    status.conditions = withoutCondition(status.conditions, 'Progressing');
  } else if (!isDone && isComplete(deployment, status)) {
    const message = `${subject} has successfully progressed.`;
    status.conditions = setCondition(status.conditions, { ...progressing, status: 'True', reason: 'NewReplicaSetAvailable', message }, now);
  } else if (!isDone && isProgressing(deployment, status)) {
    const message = `${subject} is progressing.`;
    const time = rfc3339(now);
    const lastTransitionTime = current?.status === 'True' ? current.lastTransitionTime : time;
    const condition = { ...progressing, status: 'True', reason: 'ReplicaSetUpdated', message, lastUpdateTime: time, lastTransitionTime };
    status.conditions = [...withoutCondition(status.conditions, 'Progressing'), condition];
  } else if (!isDone && isTimedOut(deployment, now)) {
    const message = `${subject} has timed out progressing.`;
    status.conditions = setCondition(
      status.conditions,
      { ...progressing, status: 'False', reason: 'ProgressDeadlineExceeded', message },
      now,
    );
  }
  status.conditions = withReplicaFailure(status.conditions ?? [], old, newSet);
  return status;
}

/** The new ReplicaSet's failure to create Pods counts before the old ones'. */
function withReplicaFailure(
  conditions: V1DeploymentCondition[],
  old: readonly ReplicaSet[],
  newSet: ReplicaSet | undefined,
): V1DeploymentCondition[] {
  const failure = [...(newSet ? [newSet] : []), ...old].map((rs) => conditionOf(rs.status?.conditions, 'ReplicaFailure')).find(Boolean);
  if (!failure) return withoutCondition(conditions, 'ReplicaFailure');
  const current = conditionOf(conditions, 'ReplicaFailure');
  if (current?.status === failure.status && current.reason === failure.reason) return conditions;
  const { status, reason, message, lastTransitionTime } = failure;
  const condition = { type: 'ReplicaFailure', status, reason, message, lastUpdateTime: lastTransitionTime, lastTransitionTime };
  return [...withoutCondition(conditions, 'ReplicaFailure'), condition];
}

/** All replicas are new, all are available, and nothing old is left. */
export function isComplete(deployment: Deployment, status: V1DeploymentStatus): boolean {
  const replicas = wanted(deployment);
  const { updatedReplicas = 0, availableReplicas = 0, observedGeneration = 0 } = status;
  return (
    updatedReplicas === replicas &&
    (status.replicas ?? 0) === replicas &&
    availableReplicas === replicas &&
    observedGeneration >= (deployment.metadata.generation ?? 0)
  );
}

function isProgressing({ status: old }: Deployment, next: V1DeploymentStatus): boolean {
  const outdated = (status: V1DeploymentStatus | undefined): number => (status?.replicas ?? 0) - (status?.updatedReplicas ?? 0);
  return (
    (next.updatedReplicas ?? 0) > (old?.updatedReplicas ?? 0) ||
    outdated(next) < outdated(old) ||
    (next.readyReplicas ?? 0) > (old?.readyReplicas ?? 0) ||
    (next.availableReplicas ?? 0) > (old?.availableReplicas ?? 0)
  );
}

function isTimedOut(deployment: Deployment, now: Instant): boolean {
  const condition = conditionOf(deployment.status?.conditions, 'Progressing');
  if (!condition || condition.reason === 'NewReplicaSetAvailable') return false;
  if (condition.reason === 'ProgressDeadlineExceeded') return true;
  return parseTime(condition.lastUpdateTime ?? '') + deadline(deployment) < now;
}

/** How long until the rollout counts as stuck; undefined when it cannot. */
export function untilStuck(deployment: Deployment, status: V1DeploymentStatus, now: Instant): Duration | undefined {
  const condition = conditionOf(status.conditions, 'Progressing');
  if (!hasDeadline(deployment) || !condition || isComplete(deployment, status)) return undefined;
  if (condition.reason === 'ProgressDeadlineExceeded' || condition.reason === 'NewReplicaSetAvailable') return undefined;
  return Math.max(0, parseTime(condition.lastUpdateTime ?? '') + deadline(deployment) - now) + seconds(1);
}
