// The claims of a Pod must have volumes that the node reaches, or volumes that can be bound or made for it there.
import type { PersistentVolume } from '../../api/core/persistentvolume.ts';
import type { PersistentVolumeClaim } from '../../api/core/persistentvolumeclaim.ts';
import type { StorageClass } from '../../api/storage/storageclass.ts';
import { BIND_COMPLETED, findVolume, isReachable } from '../../machinery/volume-matching.ts';
import type { NodeInfo } from '../node-info.ts';
import type { FilterPlugin, PodVolumes } from '../plugin.ts';

const NO_PROVISIONER = 'kubernetes.io/no-provisioner';

export const volumeBinding: FilterPlugin = {
  name: 'VolumeBinding',
  wokenBy: ['node', 'volume'],
  preFilter({ volumes }) {
    for (const { name, claim } of volumes.claims) {
      if (!claim) return { reasons: [`persistentvolumeclaim "${name}" not found`], unresolvable: true };
      if (claim.metadata.deletionTimestamp) return { reasons: [`persistentvolumeclaim "${name}" is being deleted`], unresolvable: true };
      if (claim.status?.phase === 'Lost') {
        return {
          reasons: [`persistentvolumeclaim "${name}" bound to non-existent persistentvolume "${claim.spec.volumeName}"`],
          unresolvable: true,
        };
      }
      if (!isBound(claim) && !isDelayed(claim, volumes))
        return { reasons: ['pod has unbound immediate PersistentVolumeClaims'], unresolvable: true };
    }
    return undefined;
  },
  passes: ({ volumes }) => volumes.claims.length === 0,
  filter({ volumes }, node) {
    let isUnbindable = false;
    for (const { claim } of volumes.claims) {
      if (!claim) continue;
      if (isBound(claim)) {
        const volume = volumes.volumes.find(({ metadata }) => metadata.name === claim.spec.volumeName);
        if (!volume) return { reasons: ['node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)'], unresolvable: true };
        if (!isReachable(volume.spec.nodeAffinity?.required, node.node)) {
          return { reasons: ["node(s) didn't match PersistentVolume's node affinity"], unresolvable: true };
        }
      } else if (!bindingOn(claim, node, volumes)) {
        isUnbindable = true;
      }
    }
    return isUnbindable ? { reasons: ["node(s) didn't find available persistent volumes to bind"], unresolvable: true } : undefined;
  },
};

export const isBound = ({ metadata, spec }: PersistentVolumeClaim): boolean =>
  Boolean(spec.volumeName) && metadata.annotations?.[BIND_COMPLETED] !== undefined;

const classOf = ({ spec }: PersistentVolumeClaim, { classes }: PodVolumes): StorageClass | undefined =>
  classes.find(({ metadata }) => metadata.name === spec.storageClassName);

const isDelayed = (claim: PersistentVolumeClaim, volumes: PodVolumes): boolean =>
  classOf(claim, volumes)?.volumeBindingMode === 'WaitForFirstConsumer';

/** What a claim that waits for its first consumer would get on the node: a volume that is there, or a new one. */
export function bindingOn(claim: PersistentVolumeClaim, node: NodeInfo, volumes: PodVolumes): PersistentVolume | 'provision' | undefined {
  const found = findVolume(claim, volumes.volumes, node.node);
  if (found) return found;
  const storageClass = classOf(claim, volumes);
  return storageClass && storageClass.provisioner !== NO_PROVISIONER ? 'provision' : undefined;
}
