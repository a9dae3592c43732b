// Plays the PersistentVolume controller: claims find volumes, volumes know whether they are free. Its keys are claims (`namespace/name`)
// and volumes (`name`). Left out: recycling, volumes of in-tree cloud plugins.

import { PersistentVolume } from '../../api/core/persistentvolume.ts';
import { PersistentVolumeClaim } from '../../api/core/persistentvolumeclaim.ts';
import { Pod } from '../../api/core/pod.ts';
import type { V1PersistentVolumeStatus } from '../../api/generated/types.ts';
import { StorageClass } from '../../api/storage/storageclass.ts';
import { rfc3339 } from '../../machinery/clock.ts';
import type { ObjectEvent } from '../../machinery/loop.ts';
import { keyOf } from '../../machinery/object.ts';
import { BIND_COMPLETED, BOUND_BY_CONTROLLER, findVolume, isFor, mismatch, SELECTED_NODE } from '../../machinery/volume-matching.ts';
import { type ControllerContext, defineController, watch } from '../define.ts';

const PROVISIONERS = ['volume.beta.kubernetes.io/storage-provisioner', 'volume.kubernetes.io/storage-provisioner'];
const NO_PROVISIONER = 'kubernetes.io/no-provisioner';
export const PROVISIONED_BY = 'pv.kubernetes.io/provisioned-by';
/** A volume that is free, or a class that changed, concerns every claim that waits. */
const WAITING = '~waiting';

export const persistentVolumeBinderController = defineController({
  name: 'persistentvolume-binder',
  for: PersistentVolumeClaim,
  watches: [
    watch(PersistentVolume, volumeKeys),
    watch(PersistentVolumeClaim, ({ object }) => (object.spec.volumeName ? [object.spec.volumeName] : [])),
    watch(StorageClass, ({ type }) => (type === 'DELETED' ? [] : [WAITING])),
  ],
  async reconcile(key, context) {
    const { client } = context;
    if (key.name === WAITING) {
      for (const claim of await client.list(PersistentVolumeClaim)) if (claim.status?.phase !== 'Bound') await syncClaim(claim, context);
    } else if (key.namespace === undefined) {
      const volume = await client.get(PersistentVolume, key);
      if (volume) await syncVolume(volume, context);
    } else {
      const claim = await client.get(PersistentVolumeClaim, key);
      if (claim) await syncClaim(claim, context);
    }
    return undefined;
  },
});

function* volumeKeys({ type, object, old }: ObjectEvent<PersistentVolume>): Iterable<string> {
  const { claimRef } = object.spec;
  if (type !== 'DELETED') yield object.metadata.name;
  if (claimRef) yield keyOf({ metadata: { namespace: claimRef.namespace, name: claimRef.name } });
  else if (type === 'ADDED' || (type === 'MODIFIED' && object.status?.phase === 'Available' && old?.status?.phase !== 'Available'))
    yield WAITING;
}

async function syncClaim(claim: PersistentVolumeClaim, context: ControllerContext): Promise<void> {
  if (claim.metadata.annotations?.[BIND_COMPLETED]) return syncBound(claim, context);
  if (claim.metadata.deletionTimestamp) return;
  const { client, recorder } = context;
  const className = claim.spec.storageClassName ?? '';
  const storageClass = className ? await client.get(StorageClass, { name: className }) : undefined;
  const isDelayed = storageClass?.volumeBindingMode === 'WaitForFirstConsumer';
  const volumes = await client.list(PersistentVolume);
  const meant = volumes.find(({ spec }) => spec.claimRef && isFor(spec.claimRef, claim));
  const volume = isDelayed && !meant && !claim.spec.volumeName ? undefined : findVolume(claim, volumes);
  if (volume) return bind(claim, volume, context);
  const say = (type: 'Normal' | 'Warning', reason: string, message: string) => recorder.event(claim, type, reason, message);
  if (claim.spec.volumeName) {
    const wanted = volumes.find(({ metadata }) => metadata.name === claim.spec.volumeName);
    if (!wanted) return;
    const { name } = wanted.metadata;
    if (wanted.spec.claimRef && !isFor(wanted.spec.claimRef, claim))
      return say('Warning', 'FailedBinding', `volume "${name}" already bound to a different claim.`);
    const why = mismatch(claim, wanted);
    if (why) await say('Warning', 'VolumeMismatch', `Cannot bind to requested volume "${name}": ${why}`);
    return;
  }
  if (isDelayed && !claim.metadata.annotations?.[SELECTED_NODE]) {
    const waiting = await consumerOf(claim, context);
    if (waiting) return say('Normal', 'WaitForPodScheduled', `waiting for pod ${waiting.metadata.name} to be scheduled`);
    return say('Normal', 'WaitForFirstConsumer', 'waiting for first consumer to be created before binding');
  }
  if (className && !storageClass) return say('Warning', 'ProvisioningFailed', `storageclass.storage.k8s.io "${className}" not found`);
  if (!storageClass || storageClass.provisioner === NO_PROVISIONER) {
    return say('Normal', 'FailedBinding', 'no persistent volumes available for this claim and no storage class is set');
  }
  const { provisioner } = storageClass;
  if (claim.metadata.annotations?.[PROVISIONERS[1] ?? ''] !== provisioner) {
    const annotations = Object.fromEntries(PROVISIONERS.map((name) => [name, provisioner]));
    await client.patch(PersistentVolumeClaim, claim.metadata, 'merge', { metadata: { annotations } });
  }
  const message = `Waiting for a volume to be created either by the external provisioner '${provisioner}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.`;
  await say('Normal', 'ExternalProvisioning', message);
}

/** A Pod that uses the claim and has no node yet. */
async function consumerOf({ metadata }: PersistentVolumeClaim, { client }: ControllerContext): Promise<Pod | undefined> {
  const pods = await client.list(Pod, {
    ...(metadata.namespace ? { namespace: metadata.namespace } : {}),
    fieldSelector: 'spec.nodeName=',
  });
  return pods.find(({ spec }) => spec.volumes?.some(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName === metadata.name));
}

/** Volume first, claim second: a bind that is interrupted goes on from the volume's reference. */
async function bind(claim: PersistentVolumeClaim, volume: PersistentVolume, { client, clock }: ControllerContext): Promise<void> {
  const { namespace, name, uid, resourceVersion } = claim.metadata;
  let bound = volume;
  if (volume.spec.claimRef?.uid !== uid) {
    const claimRef = { kind: 'PersistentVolumeClaim', namespace, name, uid, apiVersion: 'v1', resourceVersion };
    const annotations = { ...volume.metadata.annotations, ...(volume.spec.claimRef ? {} : { [BOUND_BY_CONTROLLER]: 'yes' }) };
    bound = await client.update(PersistentVolume, {
      ...volume,
      metadata: { ...volume.metadata, annotations },
      spec: { ...volume.spec, claimRef },
    });
  }
  if (bound.status?.phase !== 'Bound') {
    bound = await client.updateStatus(PersistentVolume, bound, { phase: 'Bound', lastPhaseTransitionTime: rfc3339(clock.now()) });
  }
  const annotations = {
    ...claim.metadata.annotations,
    [BIND_COMPLETED]: 'yes',
    ...(claim.spec.volumeName ? {} : { [BOUND_BY_CONTROLLER]: 'yes' }),
  };
  const updated = await client.update(PersistentVolumeClaim, {
    ...claim,
    metadata: { ...claim.metadata, annotations },
    spec: { ...claim.spec, volumeName: volume.metadata.name },
  });
  const { accessModes, capacity } = volume.spec;
  await client.updateStatus(PersistentVolumeClaim, updated, { ...updated.status, phase: 'Bound', accessModes, capacity });
}

async function syncBound(claim: PersistentVolumeClaim, { client, recorder }: ControllerContext): Promise<void> {
  const volume = await client.get(PersistentVolume, { name: claim.spec.volumeName ?? '' });
  if (!volume) {
    if (claim.status?.phase === 'Lost') return;
    await client.updateStatus(PersistentVolumeClaim, claim, { phase: 'Lost' });
    await recorder.event(claim, 'Warning', 'ClaimLost', 'Bound claim has lost its PersistentVolume. Data on the volume is lost!');
  } else if (volume.spec.claimRef?.uid === claim.metadata.uid && claim.status?.phase !== 'Bound') {
    const { accessModes, capacity } = volume.spec;
    await client.updateStatus(PersistentVolumeClaim, claim, { ...claim.status, phase: 'Bound', accessModes, capacity });
  }
}

async function syncVolume(volume: PersistentVolume, context: ControllerContext): Promise<void> {
  const { client } = context;
  const { claimRef, persistentVolumeReclaimPolicy } = volume.spec;
  if (!claimRef?.uid) return setPhase(volume, { phase: 'Available' }, context);
  const claim = await client.get(PersistentVolumeClaim, { namespace: claimRef.namespace, name: claimRef.name ?? '' });
  if (claim?.metadata.uid === claimRef.uid) {
    // A volume made for this claim, by a provisioner: the claim's own sync binds it.
    if (!claim.spec.volumeName && !claim.metadata.deletionTimestamp) await syncClaim(claim, context);
    return;
  }
  if (volume.status?.phase === 'Failed') return;
  await setPhase(volume, { phase: 'Released' }, context);
  if (persistentVolumeReclaimPolicy !== 'Delete' || volume.metadata.annotations?.[PROVISIONED_BY]) return;
  const path = volume.spec.hostPath?.path;
  if (path?.startsWith('/tmp/')) {
    await client.delete(PersistentVolume, { name: volume.metadata.name });
    return;
  }
  const message = path
    ? `host_path deleter only supports /tmp/.+ but received provided ${path}`
    : `error getting deleter volume plugin for volume "${volume.metadata.name}": no deletable volume plugin matched`;
  await setPhase((await client.get(PersistentVolume, { name: volume.metadata.name })) ?? volume, { phase: 'Failed', message }, context);
  await context.recorder.event(volume, 'Warning', 'VolumeFailedDelete', message);
}

async function setPhase(volume: PersistentVolume, status: V1PersistentVolumeStatus, { client, clock }: ControllerContext): Promise<void> {
  if (volume.status?.phase === status.phase) return;
  await client.updateStatus(PersistentVolume, volume, { ...status, lastPhaseTransitionTime: rfc3339(clock.now()) });
}
