// Plays the StatefulSet controller: Pods with names, numbers and volumes of their own. The order is in plan.ts.
// Who owns their claims is in claims.ts.

import type { ControllerRevision } from '../../api/apps/controllerrevision.ts';
import { StatefulSet } from '../../api/apps/statefulset.ts';
import { PersistentVolumeClaim } from '../../api/core/persistentvolumeclaim.ts';
import { Pod } from '../../api/core/pod.ts';
import type { V1PodTemplateSpec, V1StatefulSetStatus } from '../../api/generated/types.ts';
import type { NewObject } from '../../client/client.ts';
import type { Instant } from '../../machinery/clock.ts';
import { StatusError } from '../../machinery/status.ts';
import { REVISION_HASH, syncRevisions, trimRevisions } from '../controller-revisions.ts';
import { type ControllerContext, defineController, moreThanStatus } from '../define.ts';
import { adoptOrphans, claimOwned } from '../ownership.ts';
import { isAvailable, isReady, podFrom, workloadView } from '../pods.ts';
import { untilAvailable } from '../replicaset.ts';
import { claimsOf, syncClaimOwners } from './claims.ts';
import { nextStep, ordinalOf, type Revision, replicasOf, revisionName } from './plan.ts';

export const statefulSetController = defineController({
  name: 'statefulset-controller',
  for: StatefulSet,
  relevant: moreThanStatus,
  owns: [Pod],
  ownedView: workloadView,
  adopt: (namespace, { client }) => adoptOrphans(client, StatefulSet, Pod, namespace),
  async reconcile(key, context) {
    const { client, recorder, clock } = context;
    const set = await client.get(StatefulSet, key);
    if (!set || set.metadata.deletionTimestamp) return undefined;
    const revisions = await syncRevisions(client, set);
    const all = [...revisions.old, revisions.current];
    const update = revisions.current.metadata.name;
    const current = all.some(({ metadata }) => metadata.name === set.status?.currentRevision)
      ? (set.status?.currentRevision ?? update)
      : update;

    const adopt = set.status?.observedGeneration !== set.metadata.generation;
    const claimed = await claimOwned(client, { owner: set, kind: Pod, selector: set.spec.selector, adopt });
    const pods = claimed.filter((pod) => ordinalOf(set, pod) !== undefined);
    const step = nextStep(set, pods, { current, update }, clock.now());
    for (const pod of step.recreate) {
      const [type, reason, what] =
        pod.status?.phase === 'Failed'
          ? (['Warning', 'RecreatingFailedPod', 'failed'] as const)
          : (['Normal', 'RecreatingTerminatedPod', 'terminated'] as const);
      const message = `StatefulSet ${set.metadata.namespace}/${set.metadata.name} is recreating ${what} Pod ${pod.metadata.name}`;
      await recorder.event(set, type, reason, message);
    }
    await syncClaimOwners(client, set, pods, step.delete);
    for (const pod of [...step.recreate, ...step.delete]) await remove(set, pod, context);
    const created: Pod[] = [];
    for (const { ordinal, revision } of step.create) created.push(await add(set, ordinal, revision, all, context));

    const now = clock.now();
    const status = summarize(set, [...pods.filter((pod) => !step.recreate.includes(pod)), ...created], { current, update }, now);
    await client.updateStatus(StatefulSet, set, status);
    const inUse = new Set([current, update, ...pods.map(revisionName)]);
    const unused = revisions.old.filter(({ metadata }) => !inUse.has(metadata.name));
    await trimRevisions(client, unused, new Set(), set.spec.revisionHistoryLimit ?? 10);
    return untilAvailable(pods, set.spec.minReadySeconds ?? 0, now);
  },
});

async function add(
  set: StatefulSet,
  ordinal: number,
  revision: string,
  revisions: readonly ControllerRevision[],
  { client, recorder }: ControllerContext,
): Promise<Pod> {
  const data = revisions.find(({ metadata }) => metadata.name === revision)?.data as
    | { spec: { template: V1PodTemplateSpec & { $patch?: string } } }
    | undefined;
  const { $patch: _, ...template }: V1PodTemplateSpec & { $patch?: string } = data?.spec.template ?? set.spec.template;
  const pod = podOf(set, ordinal, revision, template);
  const podName = pod.metadata.name ?? '';
  const { name } = set.metadata;
  try {
    for (const claim of claimsOf(set, ordinal)) {
      const key = { namespace: set.metadata.namespace, name: claim.metadata.name ?? '' };
      if (await client.get(PersistentVolumeClaim, key)) continue;
      await client.create(PersistentVolumeClaim, claim);
      await recorder.event(set, 'Normal', 'SuccessfulCreate', `create Claim ${key.name} Pod ${podName} in StatefulSet ${name} success`);
    }
    const created = await client.create(Pod, pod);
    await recorder.event(set, 'Normal', 'SuccessfulCreate', `create Pod ${podName} in StatefulSet ${name} successful`);
    return created;
  } catch (error) {
    if (error instanceof StatusError) {
      await recorder.event(set, 'Warning', 'FailedCreate', `create Pod ${podName} in StatefulSet ${name} failed error: ${error.message}`);
    }
    throw error;
  }
}

async function remove(set: StatefulSet, { metadata }: Pod, { client, recorder }: ControllerContext): Promise<void> {
  const { namespace, name, uid } = metadata;
  if (await client.delete(Pod, { namespace, name }, { uid })) {
    await recorder.event(set, 'Normal', 'SuccessfulDelete', `delete Pod ${name} in StatefulSet ${set.metadata.name} successful`);
  }
}

/** `web-0`, with its place in DNS and its own claims. */
export function podOf(set: StatefulSet, ordinal: number, revision: string, template: V1PodTemplateSpec): NewObject<Pod> {
  const { generateName: _, ...metadata } = podFrom(template, set).metadata;
  const name = `${set.metadata.name}-${ordinal}`;
  const spec = template.spec as Pod['spec'];
  const claims = set.spec.volumeClaimTemplates ?? [];
  const own = claims.map((claim) => ({
    name: claim.metadata?.name ?? '',
    persistentVolumeClaim: { claimName: `${claim.metadata?.name}-${name}` },
  }));
  const others = (spec.volumes ?? []).filter((volume) => !own.some((each) => each.name === volume.name));
  return {
    metadata: {
      name,
      generateName: `${set.metadata.name}-`,
      ...metadata,
      labels: {
        ...metadata.labels,
        [REVISION_HASH]: revision,
        'statefulset.kubernetes.io/pod-name': name,
        'apps.kubernetes.io/pod-index': String(ordinal),
      },
    },
    spec: {
      ...spec,
      hostname: name,
      ...(set.spec.serviceName ? { subdomain: set.spec.serviceName } : {}),
      ...(own.length > 0 ? { volumes: [...own, ...others] } : {}),
    },
  };
}

/** A rollout that is through makes the update revision the current one. */
export function summarize(set: StatefulSet, pods: readonly Pod[], { current, update }: Revision, now: Instant): V1StatefulSetStatus {
  const living = pods.filter(({ metadata }) => !metadata.deletionTimestamp);
  const replicas = replicasOf(set);
  const ready = pods.filter(isReady).length;
  const updated = living.filter((pod) => revisionName(pod) === update).length;
  const isThrough = set.spec.updateStrategy?.type !== 'OnDelete' && updated === replicas && ready === replicas && pods.length === replicas;
  const revision = isThrough ? update : current;
  return {
    observedGeneration: set.metadata.generation,
    replicas: pods.length,
    readyReplicas: ready || undefined,
    currentReplicas: living.filter((pod) => revisionName(pod) === revision).length || undefined,
    updatedReplicas: updated || undefined,
    currentRevision: revision,
    updateRevision: update,
    collisionCount: set.status?.collisionCount ?? 0,
    availableReplicas: pods.filter((pod) => isAvailable(pod, set.spec.minReadySeconds ?? 0, now)).length,
  };
}
