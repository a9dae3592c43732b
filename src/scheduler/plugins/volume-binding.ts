// The claims of a Pod must have volumes that the node reaches, or volumes that can be bound or made for it there.
import type { PersistentVolume } from '../../api/core/persistentvolume.ts';
import type { PersistentVolumeClaim } from '../../api/core/persistentvolumeclaim.ts';
import { claimNames } from '../../api/core/pod/footprint.ts';
import type { StorageClass } from '../../api/storage/storageclass.ts';
import { selects } from '../../machinery/label-selector.ts';
import { value } from '../../machinery/quantity.ts';
import { BIND_COMPLETED, findVolume, isReachable } from '../../machinery/volume-matching.ts';
import type { NodeInfo } from '../node-info.ts';
import type { FilterPlugin, PodVolumes } from '../plugin.ts';

const NO_PROVISIONER = 'kubernetes.io/no-provisioner';

export const volumeBinding: FilterPlugin = {
  name: 'VolumeBinding',
  wokenBy: ['node', 'persistentvolume', 'persistentvolumeclaim', 'storageclass', 'csinode', 'csistoragecapacity'],
  helps(event, pod) {
    if (event.kind !== 'persistentvolumeclaim') return true;
    const { namespace, name } = event.object.metadata;
    return namespace === pod.metadata.namespace && claimNames(pod).includes(name);
  },
  preFilter({ facts: { volumes } }) {
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
  passes: ({ facts }) => facts.volumes.claims.length === 0,
  filter({ facts: { volumes } }, node) {
    const reasons: string[] = [];
    for (const { claim } of volumes.claims) {
      if (!claim || !isBound(claim)) continue;
      const volume = volumes.volumes.find(({ metadata }) => metadata.name === claim.spec.volumeName);
      if (!volume) return { reasons: ['node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)'], unresolvable: true };
      if (isReachable(volume.spec.nodeAffinity?.required, node.node)) continue;
      reasons.push("node(s) didn't match PersistentVolume's node affinity");
      break;
    }
    const bindings = bindingsOn(volumes, node);
    if (typeof bindings === 'string') reasons.push(bindings);
    return reasons.length > 0 ? { reasons, unresolvable: true } : undefined;
  },
};

export const isBound = ({ metadata, spec }: PersistentVolumeClaim): boolean =>
  Boolean(spec.volumeName) && metadata.annotations?.[BIND_COMPLETED] !== undefined;

const classOf = ({ spec }: PersistentVolumeClaim, { classes }: PodVolumes): StorageClass | undefined =>
  classes.find(({ metadata }) => metadata.name === spec.storageClassName);

const isDelayed = (claim: PersistentVolumeClaim, volumes: PodVolumes): boolean =>
  classOf(claim, volumes)?.volumeBindingMode === 'WaitForFirstConsumer';

type Binding = readonly [claim: PersistentVolumeClaim, volume: PersistentVolume | 'provision'];

/**
 * What the claims that wait for their first consumer would get on the node, the smallest claim first: volumes that are there, each for
 * one claim, or new ones. Why, when one gets nothing.
 */
export function bindingsOn(volumes: PodVolumes, node: NodeInfo): readonly Binding[] | string {
  const waiting = volumes.claims.flatMap(({ claim }) => (claim && !isBound(claim) ? [claim] : []));
  if (waiting.length === 0) return [];
  const size = ({ spec }: PersistentVolumeClaim): number => value(spec.resources?.requests?.storage ?? '0');
  let free = volumes.volumes;
  const bindings: Binding[] = [];
  for (const claim of waiting.sort((a, b) => size(a) - size(b))) {
    const found = findVolume(claim, free, node.node);
    if (found) free = free.filter((volume) => volume !== found);
    else if (!canProvision(classOf(claim, volumes), node)) return "node(s) didn't find available persistent volumes to bind";
    else if (!hasCapacity(size(claim), classOf(claim, volumes), node, volumes)) return 'node(s) did not have enough free storage';
    bindings.push([claim, found ?? 'provision']);
  }
  return bindings;
}

/** allowedTopologies are alternatives; the requirements of one must all be met. */
function canProvision(storageClass: StorageClass | undefined, { labels }: NodeInfo): boolean {
  if (!storageClass || storageClass.provisioner === NO_PROVISIONER) return false;
  const { allowedTopologies = [] } = storageClass;
  return (
    allowedTopologies.length === 0 ||
    allowedTopologies.some(({ matchLabelExpressions = [] }) =>
      matchLabelExpressions.every(({ key, values }) => values.includes(labels[key] ?? '')),
    )
  );
}

/** A driver that publishes capacities must have one for the class that the node reaches and that is large enough. */
function hasCapacity(bytes: number, storageClass: StorageClass | undefined, { labels }: NodeInfo, { capacities }: PodVolumes): boolean {
  const published = capacities.get(storageClass?.provisioner ?? '');
  if (!published) return true;
  return published.some(({ storageClassName, capacity, maximumVolumeSize, nodeTopology }) => {
    const room = maximumVolumeSize ?? capacity;
    return storageClassName === storageClass?.metadata.name && room !== undefined && value(room) >= bytes && selects(nodeTopology, labels);
  });
}
