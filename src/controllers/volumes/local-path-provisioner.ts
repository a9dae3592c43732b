// Plays rancher's local-path-provisioner: directories on a node as volumes, made for a claim whose Pod has got its node and removed when
// the claim is gone. It works while its Pod is ready. Left out: the helper Pods that make the directories.
import { PersistentVolume } from '../../api/core/persistentvolume.ts';
import { PersistentVolumeClaim } from '../../api/core/persistentvolumeclaim.ts';
import { Pod } from '../../api/core/pod.ts';
import { StorageClass } from '../../api/storage/storageclass.ts';
import { isNotFound } from '../../machinery/status.ts';
import { SELECTED_NODE } from '../../machinery/volume-matching.ts';
import { type Controller, type ControllerContext, defineController, watch } from '../define.ts';
import { isReady } from '../pods.ts';
import { PROVISIONED_BY } from './persistentvolume-binder.ts';

const PROVISIONER = 'rancher.io/local-path';
const HOME = 'local-path-storage';
const ALL = '~all';

export const localPathProvisionerController: Controller = defineController({
  name: 'rancher.io/local-path',
  for: PersistentVolumeClaim,
  watches: [
    watch(PersistentVolume, ({ object }) => (object.metadata.annotations?.[PROVISIONED_BY] === PROVISIONER ? [object.metadata.name] : [])),
    watch(Pod, ({ object, old }) => (object.metadata.namespace === HOME && (!old || isReady(old) !== isReady(object)) ? [ALL] : [])),
  ],
  async reconcile(key, context) {
    const { client } = context;
    if (!(await isRunning(context))) return undefined;
    if (key.name === ALL) {
      for (const claim of await client.list(PersistentVolumeClaim)) await provision(claim, context);
      for (const volume of await client.list(PersistentVolume)) await reclaim(volume, context);
    } else if (key.namespace === undefined) {
      const volume = await client.get(PersistentVolume, key);
      if (volume) await reclaim(volume, context);
    } else {
      const claim = await client.get(PersistentVolumeClaim, key);
      if (claim) await provision(claim, context);
    }
    return undefined;
  },
});

async function isRunning({ client }: ControllerContext): Promise<boolean> {
  return (await client.list(Pod, { namespace: HOME, labelSelector: 'app=local-path-provisioner' })).some(isReady);
}

async function provision(claim: PersistentVolumeClaim, { client, recorder }: ControllerContext): Promise<void> {
  const { name, namespace, uid, annotations = {}, deletionTimestamp, resourceVersion } = claim.metadata;
  if (claim.spec.volumeName || deletionTimestamp || annotations['volume.kubernetes.io/storage-provisioner'] !== PROVISIONER) return;
  const storageClass = await client.get(StorageClass, { name: claim.spec.storageClassName ?? '' });
  const node = annotations[SELECTED_NODE];
  if (!storageClass) return;
  const volume = `pvc-${uid}`;
  if (await client.get(PersistentVolume, { name: volume })) return;
  await recorder.event(claim, 'Normal', 'Provisioning', `External provisioner is provisioning volume for claim "${namespace}/${name}"`);
  if (!node) {
    const message = `failed to provision volume with StorageClass "${storageClass.metadata.name}": configuration error, no node was specified`;
    await recorder.event(claim, 'Warning', 'ProvisioningFailed', message);
    return;
  }
  const path = `/opt/local-path-provisioner/${volume}_${namespace}_${name}`;
  await client.create(PersistentVolume, {
    metadata: { name: volume, annotations: { 'local.path.provisioner/selected-node': node, [PROVISIONED_BY]: PROVISIONER } },
    spec: {
      accessModes: claim.spec.accessModes,
      capacity: { storage: claim.spec.resources?.requests?.storage ?? '0' },
      claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', name, namespace, resourceVersion, uid },
      hostPath: { path, type: 'DirectoryOrCreate' },
      nodeAffinity: {
        required: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [node] }] }] },
      },
      persistentVolumeReclaimPolicy: storageClass.reclaimPolicy ?? 'Delete',
      storageClassName: storageClass.metadata.name,
      volumeMode: claim.spec.volumeMode ?? 'Filesystem',
    },
  });
  await recorder.event(claim, 'Normal', 'ProvisioningSucceeded', `Successfully provisioned volume ${volume}`);
}

/** A released volume of ours goes, if its policy says so. */
async function reclaim(volume: PersistentVolume, { client }: ControllerContext): Promise<void> {
  const { metadata, spec, status } = volume;
  if (metadata.annotations?.[PROVISIONED_BY] !== PROVISIONER || metadata.deletionTimestamp) return;
  if (status?.phase !== 'Released' || spec.persistentVolumeReclaimPolicy !== 'Delete') return;
  try {
    await client.delete(PersistentVolume, { name: metadata.name }, { uid: metadata.uid });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}
