// Disks that two Pods cannot share, and claims that one Pod in the whole cluster may use (ReadWriteOncePod).
import { claimNames, footprintOf } from '../../api/core/pod/footprint.ts';
import type { Pod } from '../../api/core/pod.ts';
import type { Cycle, FilterPlugin } from '../plugin.ts';

export const volumeRestrictions: FilterPlugin = {
  name: 'VolumeRestrictions',
  wokenBy: ['node', 'pod-deleted', 'persistentvolumeclaim'],
  helps(event, pod) {
    if (event.kind === 'persistentvolumeclaim') {
      const { namespace, name } = event.object.metadata;
      return namespace === pod.metadata.namespace && claimNames(pod).includes(name);
    }
    if (event.kind !== 'pod-deleted') return true;
    return sharesDisk(pod, footprintOf(event.object).disks) || footprintOf(pod).claims.some((claim) => usesClaim(event.object, claim));
  },
  passes: (cycle) => footprintOf(cycle.pod).disks.length === 0 && exclusive(cycle).length === 0,
  filter(cycle, { totals }) {
    if (totals.disks && sharesDisk(cycle.pod, Object.keys(totals.disks))) return { reasons: ['node(s) had no available disk'] };
    if (exclusive(cycle).some((claim) => (totals.claims?.[claim] ?? 0) > 0))
      return { reasons: ['node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode'] };
    return undefined;
  },
};

/** Claims of the Pod that only one Pod may use, as `namespace/name`. */
const exclusive = (cycle: Cycle): readonly string[] =>
  cycle.memo('VolumeRestrictions', () =>
    cycle.facts.volumes.claims.flatMap(({ name, claim }) =>
      claim?.spec.accessModes?.includes('ReadWriteOncePod') ? [`${cycle.pod.metadata.namespace}/${name}`] : [],
    ),
  );

const usesClaim = (pod: Pod, claim: string): boolean => footprintOf(pod).claims.includes(claim);

/** `gce-pd disk-1 ro`: the same disk may be read by two. */
function sharesDisk(pod: Pod, taken: readonly string[]): boolean {
  return footprintOf(pod).disks.some((disk) =>
    taken.some((other) => disk.slice(0, -2) === other.slice(0, -2) && !(disk.endsWith(' ro') && other.endsWith(' ro'))),
  );
}
