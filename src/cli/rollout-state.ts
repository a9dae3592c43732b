// How far a rollout is: the sentences of `rollout status` (kubectl's polymorphichelpers).
import type { V1DaemonSet, V1Deployment, V1StatefulSet } from '../api/generated/types.ts';
import type { KubeObject } from '../machinery/object.ts';
import { KubectlError } from './verb.ts';

export interface RolloutState {
  text: string;
  done: boolean;
}

const REVISION = 'deployment.kubernetes.io/revision';

export function rolloutState(object: KubeObject, revision: number): RolloutState {
  switch (object.kind) {
    case 'Deployment':
      return deploymentState(object as unknown as V1Deployment, revision);
    case 'DaemonSet':
      return daemonSetState(object as unknown as V1DaemonSet);
    case 'StatefulSet':
      return statefulSetState(object as unknown as V1StatefulSet);
    default:
      throw new KubectlError(`no status viewer has been implemented for ${object.kind}`);
  }
}

function deploymentState({ metadata = {}, spec, status }: V1Deployment, revision: number): RolloutState {
  const name = JSON.stringify(metadata.name);
  if (revision > 0) {
    const current = Number(metadata.annotations?.[REVISION] ?? 0);
    if (current !== revision) throw new KubectlError(`desired revision (${revision}) is different from the running revision (${current})`);
  }
  if ((metadata.generation ?? 0) > (status?.observedGeneration ?? 0))
    return { text: 'Waiting for deployment spec update to be observed...', done: false };
  if (status?.conditions?.some(({ type, reason }) => type === 'Progressing' && reason === 'ProgressDeadlineExceeded')) {
    throw new KubectlError(`deployment ${name} exceeded its progress deadline`);
  }
  const { replicas = 0, updatedReplicas = 0, availableReplicas = 0 } = status ?? {};
  const wanted = spec?.replicas ?? 1;
  const waiting = `Waiting for deployment ${name} rollout to finish:`;
  if (updatedReplicas < wanted)
    return { text: `${waiting} ${updatedReplicas} out of ${wanted} new replicas have been updated...`, done: false };
  if (replicas > updatedReplicas)
    return { text: `${waiting} ${replicas - updatedReplicas} old replicas are pending termination...`, done: false };
  if (availableReplicas < updatedReplicas)
    return { text: `${waiting} ${availableReplicas} of ${updatedReplicas} updated replicas are available...`, done: false };
  return { text: `deployment ${name} successfully rolled out`, done: true };
}

function daemonSetState({ metadata = {}, spec, status }: V1DaemonSet): RolloutState {
  const name = JSON.stringify(metadata.name);
  if (spec?.updateStrategy?.type !== 'RollingUpdate')
    throw new KubectlError('rollout status is only available for RollingUpdate strategy type');
  if ((metadata.generation ?? 0) > (status?.observedGeneration ?? 0))
    return { text: 'Waiting for daemon set spec update to be observed...', done: false };
  const { updatedNumberScheduled = 0, desiredNumberScheduled = 0, numberAvailable = 0 } = status ?? {};
  const waiting = `Waiting for daemon set ${name} rollout to finish:`;
  if (updatedNumberScheduled < desiredNumberScheduled) {
    return { text: `${waiting} ${updatedNumberScheduled} out of ${desiredNumberScheduled} new pods have been updated...`, done: false };
  }
  if (numberAvailable < desiredNumberScheduled)
    return { text: `${waiting} ${numberAvailable} of ${desiredNumberScheduled} updated pods are available...`, done: false };
  return { text: `daemon set ${name} successfully rolled out`, done: true };
}

function statefulSetState({ metadata = {}, spec, status }: V1StatefulSet): RolloutState {
  if (spec?.updateStrategy?.type !== 'RollingUpdate')
    throw new KubectlError('rollout status is only available for RollingUpdate strategy type');
  if (!status?.observedGeneration || (metadata.generation ?? 0) > status.observedGeneration) {
    return { text: 'Waiting for statefulset spec update to be observed...', done: false };
  }
  const wanted = spec?.replicas ?? 1;
  const { readyReplicas = 0, updatedReplicas = 0, currentReplicas = 0, updateRevision = '', currentRevision = '' } = status;
  if (readyReplicas < wanted) return { text: `Waiting for ${wanted - readyReplicas} pods to be ready...`, done: false };
  const { rollingUpdate } = spec.updateStrategy;
  if (rollingUpdate) {
    const { partition = 0 } = rollingUpdate;
    if (updatedReplicas < wanted - partition) {
      return {
        text: `Waiting for partitioned roll out to finish: ${updatedReplicas} out of ${wanted - partition} new pods have been updated...`,
        done: false,
      };
    }
    return { text: `partitioned roll out complete: ${updatedReplicas} new pods have been updated...`, done: true };
  }
  if (updateRevision !== currentRevision)
    return {
      text: `waiting for statefulset rolling update to complete ${updatedReplicas} pods at revision ${updateRevision}...`,
      done: false,
    };
  return { text: `statefulset rolling update complete ${currentReplicas} pods at revision ${currentRevision}...`, done: true };
}
