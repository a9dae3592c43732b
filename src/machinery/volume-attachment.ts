// What attach/detach controller, external attacher and kubelet agree on about CSI volumes that must be attached.
import { createHash } from 'node:crypto';
import type { V1CSIPersistentVolumeSource } from '../api/generated/types.ts';

type Source = Pick<V1CSIPersistentVolumeSource, 'driver' | 'volumeHandle'>;

/** Name of the VolumeAttachment that stands for this volume on this node. */
export function attachmentName({ driver, volumeHandle }: Source, node: string): string {
  return `csi-${createHash('sha256').update(`${volumeHandle}${driver}${node}`).digest('hex')}`;
}

/** The volume's name in a node's status. */
export const uniqueVolumeName = ({ driver, volumeHandle }: Source): string => `kubernetes.io/csi/${driver}^${volumeHandle}`;
