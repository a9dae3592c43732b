// `describe` of deployments, replica sets, stateful sets, daemon sets and replication controllers.
import type { V1DaemonSet, V1Deployment, V1ReplicaSet, V1ReplicationController, V1StatefulSet } from '../../api/generated/types.ts';
import { selectorText } from '../../machinery/label-selector.ts';
import { controllerOf, type Describe, podsStatus } from './describer.ts';
import { Description, longTime, orNone, pairs } from './description.ts';
import { describeEvents } from './events.ts';
import { describePodTemplate } from './pod-template.ts';

const REVISION = 'deployment.kubernetes.io/revision';

export const describeDeployment: Describe = async (object, around) => {
  const { metadata = {}, spec, status } = object as unknown as V1Deployment;
  const out = new Description();
  out.line(0, `Name:\t${metadata.name ?? ''}`);
  out.line(0, `Namespace:\t${metadata.namespace ?? ''}`);
  out.line(0, `CreationTimestamp:\t${longTime(metadata.creationTimestamp)}`);
  out.labels('Labels', metadata.labels);
  out.annotations(metadata.annotations);
  out.line(0, `Selector:\t${orNone(selectorText(spec?.selector ?? {}))}`);
  const { updatedReplicas = 0, replicas = 0, availableReplicas = 0, unavailableReplicas = 0 } = status ?? {};
  out.line(
    0,
    `Replicas:\t${spec?.replicas ?? 1} desired | ${updatedReplicas} updated | ${replicas} total | ${availableReplicas} available | ${unavailableReplicas} unavailable`,
  );
  out.line(0, `StrategyType:\t${spec?.strategy?.type ?? ''}`);
  out.line(0, `MinReadySeconds:\t${spec?.minReadySeconds ?? 0}`);
  const rolling = spec?.strategy?.rollingUpdate;
  if (rolling) out.line(0, `RollingUpdateStrategy:\t${rolling.maxUnavailable ?? ''} max unavailable, ${rolling.maxSurge ?? ''} max surge`);
  describePodTemplate(out, spec?.template);
  describeConditions(out, status?.conditions);
  const sets = (
    await around.list<V1ReplicaSet>('replicasets.apps', metadata.namespace, { labelSelector: selectorText(spec?.selector ?? {}) })
  ).filter((set) => set.metadata?.ownerReferences?.some(({ uid, controller }) => controller && uid === metadata.uid));
  const current = newest(sets, metadata.annotations?.[REVISION]);
  out.line(
    0,
    `OldReplicaSets:\t${orNone(
      sets
        .filter((set) => set !== current)
        .map(setText)
        .join(', '),
    )}`,
  );
  out.line(0, `NewReplicaSet:\t${current ? setText(current) : '<none>'}`);
  describeEvents(out, await around.events(), around.now());
  return out.toString();
};

function newest(sets: readonly V1ReplicaSet[], revision: string | undefined): V1ReplicaSet | undefined {
  return sets.find(({ metadata }) => metadata?.annotations?.[REVISION] === revision);
}

const setText = ({ metadata, spec, status }: V1ReplicaSet): string =>
  `${metadata?.name ?? ''} (${status?.replicas ?? 0}/${spec?.replicas ?? 0} replicas created)`;

interface Condition {
  type: string;
  status: string;
  reason?: string | undefined;
}

function describeConditions(out: Description, conditions: readonly Condition[] | undefined): void {
  if (!conditions?.length) return;
  out.line(0, 'Conditions:');
  out.line(1, 'Type\tStatus\tReason');
  out.line(1, '----\t------\t------');
  for (const { type, status, reason } of conditions) out.line(1, `${type} \t${status}\t${reason ?? ''}`);
}

export const describeReplicaSet: Describe = async (object, around) => {
  const { metadata = {}, spec, status } = object as unknown as V1ReplicaSet;
  const selector = selectorText(spec?.selector ?? {});
  const out = new Description();
  out.line(0, `Name:\t${metadata.name ?? ''}`);
  out.line(0, `Namespace:\t${metadata.namespace ?? ''}`);
  out.line(0, `Selector:\t${selector}`);
  out.labels('Labels', metadata.labels);
  out.annotations(metadata.annotations);
  const controller = controllerOf(object);
  if (controller) out.line(0, `Controlled By:\t${controller}`);
  out.line(0, `Replicas:\t${status?.replicas ?? 0} current / ${spec?.replicas ?? 1} desired`);
  out.line(0, `Pods Status:\t${await podsStatus(object, selector, around)}`);
  describePodTemplate(out, spec?.template);
  describeConditions(out, status?.conditions);
  describeEvents(out, await around.events(), around.now());
  return out.toString();
};

export const describeReplicationController: Describe = async (object, around) => {
  const { metadata = {}, spec, status } = object as unknown as V1ReplicationController;
  const out = new Description();
  out.line(0, `Name:\t${metadata.name ?? ''}`);
  out.line(0, `Namespace:\t${metadata.namespace ?? ''}`);
  out.line(0, `Selector:\t${pairs(spec?.selector)}`);
  out.labels('Labels', metadata.labels);
  out.annotations(metadata.annotations);
  out.line(0, `Replicas:\t${status?.replicas ?? 0} current / ${spec?.replicas ?? 1} desired`);
  out.line(0, `Pods Status:\t${await podsStatus(object, pairs(spec?.selector), around)}`);
  describePodTemplate(out, spec?.template);
  describeConditions(out, status?.conditions);
  describeEvents(out, await around.events(), around.now());
  return out.toString();
};

export const describeStatefulSet: Describe = async (object, around) => {
  const { metadata = {}, spec, status } = object as unknown as V1StatefulSet;
  const selector = selectorText(spec?.selector ?? {});
  const out = new Description();
  out.line(0, `Name:\t${metadata.name ?? ''}`);
  out.line(0, `Namespace:\t${metadata.namespace ?? ''}`);
  out.line(0, `CreationTimestamp:\t${longTime(metadata.creationTimestamp)}`);
  out.line(0, `Selector:\t${selector}`);
  out.labels('Labels', metadata.labels);
  out.annotations(metadata.annotations);
  out.line(0, `Replicas:\t${spec?.replicas ?? 1} desired | ${status?.replicas ?? 0} total`);
  out.line(0, `Update Strategy:\t${spec?.updateStrategy?.type ?? ''}`);
  const rolling = spec?.updateStrategy?.rollingUpdate;
  if (rolling?.partition !== undefined) out.line(1, `Partition:\t${rolling.partition}`);
  if (rolling?.maxUnavailable !== undefined) out.line(1, `MaxUnavailable:\t${rolling.maxUnavailable}`);
  out.line(0, `Pods Status:\t${await podsStatus(object, selector, around)}`);
  describePodTemplate(out, spec?.template);
  describeClaims(out, spec?.volumeClaimTemplates);
  describeEvents(out, await around.events(), around.now());
  return out.toString();
};

function describeClaims(out: Description, claims: NonNullable<V1StatefulSet['spec']>['volumeClaimTemplates']): void {
  if (!claims?.length) {
    out.line(0, 'Volume Claims:\t<none>');
    return;
  }
  out.line(0, 'Volume Claims:');
  for (const { metadata, spec } of claims) {
    out.line(1, `Name:\t${metadata?.name ?? ''}`);
    out.line(1, `StorageClass:\t${spec?.storageClassName ?? ''}`);
    out.labels('Labels', metadata?.labels, '  ');
    out.annotations(metadata?.annotations, '  ');
    out.line(1, `Capacity:\t${spec?.resources?.requests?.storage ?? '<default>'}`);
    out.line(1, `Access Modes:\t[${(spec?.accessModes ?? []).join(' ')}]`);
  }
}

export const describeDaemonSet: Describe = async (object, around) => {
  const { metadata = {}, spec, status } = object as unknown as V1DaemonSet;
  const selector = selectorText(spec?.selector ?? {});
  const out = new Description();
  out.line(0, `Name:\t${metadata.name ?? ''}`);
  out.line(0, `Namespace:\t${metadata.namespace ?? ''}`);
  out.line(0, `Selector:\t${selector}`);
  out.line(0, `Node-Selector:\t${pairs(spec?.template?.spec?.nodeSelector)}`);
  out.labels('Labels', metadata.labels);
  out.annotations(metadata.annotations);
  out.line(0, `Desired Number of Nodes Scheduled: ${status?.desiredNumberScheduled ?? 0}`);
  out.line(0, `Current Number of Nodes Scheduled: ${status?.currentNumberScheduled ?? 0}`);
  out.line(0, `Number of Nodes Scheduled with Up-to-date Pods: ${status?.updatedNumberScheduled ?? 0}`);
  out.line(0, `Number of Nodes Scheduled with Available Pods: ${status?.numberAvailable ?? 0}`);
  out.line(0, `Number of Nodes Misscheduled: ${status?.numberMisscheduled ?? 0}`);
  out.line(0, `Pods Status:\t${await podsStatus(object, selector, around)}`);
  describePodTemplate(out, spec?.template);
  describeEvents(out, await around.events(), around.now());
  return out.toString();
};
