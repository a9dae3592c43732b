// Plays external-resizer, which comes with CSI drivers: makes the volume of a claim that asks for more as large. As with
// external-attacher, kubemu takes every driver to be installed; its storage needs no growing of file systems on nodes.
import { PersistentVolume } from '../../api/core/persistentvolume.ts';
import { PersistentVolumeClaim } from '../../api/core/persistentvolumeclaim.ts';
import { parseTime, rfc3339, seconds } from '../../machinery/clock.ts';
import { value } from '../../machinery/quantity.ts';
import { conditionOf, withCondition, withoutCondition } from '../conditions.ts';
import { defineController } from '../define.ts';
import { requested } from './expand.ts';

/** How long a driver takes to make a volume larger. */
const GROWS_IN = seconds(2);

export const externalResizerController = defineController({
  name: 'external-resizer',
  for: PersistentVolumeClaim,
  async reconcile(key, { client, recorder, clock }) {
    const claim = await client.get(PersistentVolumeClaim, key);
    if (!claim || claim.metadata.deletionTimestamp || claim.status?.phase !== 'Bound') return undefined;
    const wanted = claim.spec.resources?.requests?.storage ?? '0';
    if (requested(claim) <= value(claim.status.capacity?.storage ?? '0')) return undefined;
    const volume = await client.get(PersistentVolume, { name: claim.spec.volumeName ?? '' });
    if (!volume?.spec.csi) return undefined;

    const now = clock.now();
    const resizing = conditionOf(claim.status.conditions, 'Resizing');
    if (!resizing) {
      const conditions = withCondition(claim.status.conditions, { type: 'Resizing', status: 'True' }, now);
      const allocatedResources = { storage: wanted };
      const allocatedResourceStatuses = { storage: 'ControllerResizeInProgress' };
      await client.updateStatus(PersistentVolumeClaim, claim, {
        ...claim.status,
        conditions,
        allocatedResources,
        allocatedResourceStatuses,
      });
      await recorder.event(claim, 'Normal', 'Resizing', `External resizer is resizing volume ${volume.metadata.name}`);
      return { requeueAfter: GROWS_IN, class: 'progress' };
    }
    const left = parseTime(resizing.lastTransitionTime ?? rfc3339(now)) + GROWS_IN - now;
    if (left > 0) return { requeueAfter: left, class: 'progress' };
    if (value(volume.spec.capacity?.storage ?? '0') < requested(claim)) {
      await client.patch(PersistentVolume, volume.metadata, 'merge', { spec: { capacity: { storage: wanted } } });
    }
    const { allocatedResourceStatuses: _, ...status } = claim.status;
    const conditions = withoutCondition(status.conditions, 'Resizing');
    await client.updateStatus(PersistentVolumeClaim, claim, {
      ...status,
      allocatedResources: { storage: wanted },
      capacity: { ...status.capacity, storage: wanted },
      conditions: conditions.length > 0 ? conditions : undefined,
    });
    await recorder.event(claim, 'Normal', 'VolumeResizeSuccessful', 'Resize volume succeeded');
    return undefined;
  },
});
