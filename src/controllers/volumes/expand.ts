// Plays the PersistentVolume expander: none of the volumes that kubemu has is grown by the controller manager itself, so it says that
// somebody else must.
import { PersistentVolume } from '../../api/core/persistentvolume.ts';
import { PersistentVolumeClaim } from '../../api/core/persistentvolumeclaim.ts';
import { value } from '../../machinery/quantity.ts';
import { defineController } from '../define.ts';

export const volumeExpanderController = defineController({
  name: 'persistentvolume-expander-controller',
  component: 'volume_expand',
  for: PersistentVolumeClaim,
  // only growing counts, not what others write about it
  relevant: ({ type, object, old }) =>
    type === 'MODIFIED' && requested(object as PersistentVolumeClaim) > requested(old as PersistentVolumeClaim | undefined),
  async reconcile(key, { client, recorder }) {
    const claim = await client.get(PersistentVolumeClaim, key);
    if (claim?.status?.phase !== 'Bound' || requested(claim) <= value(claim.status.capacity?.storage ?? '0')) return undefined;
    if (!(await client.get(PersistentVolume, { name: claim.spec.volumeName ?? '' }))) return undefined;
    await recorder.event(claim, 'Normal', 'ExternalExpanding', 'waiting for an external controller to expand this PVC');
    return undefined;
  },
});

/** In bytes. */
export const requested = (claim: PersistentVolumeClaim | undefined): number => value(claim?.spec.resources?.requests?.storage ?? '0');
