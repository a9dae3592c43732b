// Changes in the cluster that may help a Pod which fits nowhere, as the scheduling queue is told of them (framework.ClusterEvent).
import { Namespace } from '../api/core/namespace.ts';
import type { Node } from '../api/core/node.ts';
import { PersistentVolume } from '../api/core/persistentvolume.ts';
import { PersistentVolumeClaim } from '../api/core/persistentvolumeclaim.ts';
import { holdsResources } from '../api/core/pod/footprint.ts';
import { podRequests } from '../api/core/pod/requests.ts';
import type { Pod } from '../api/core/pod.ts';
import { CSINode } from '../api/storage/csinode.ts';
import { CSIStorageCapacity } from '../api/storage/csistoragecapacity.ts';
import { StorageClass } from '../api/storage/storageclass.ts';
import { VolumeAttachment } from '../api/storage/volumeattachment.ts';
import { jsonEqual } from '../machinery/equal.ts';
import type { ObjectEvent } from '../machinery/loop.ts';

/** `pod-deleted` is also a Pod that has finished; `pod-updated` has other labels or requests less. */
export type ClusterEvent =
  | { kind: 'node'; object: Node; old?: Node | undefined }
  | { kind: 'pod-added' | 'pod-deleted' | 'pod-updated'; object: Pod; old?: Pod | undefined }
  | { kind: 'namespace'; object: Namespace; old?: Namespace | undefined }
  | { kind: 'persistentvolume'; object: PersistentVolume; old?: PersistentVolume | undefined }
  | { kind: 'persistentvolumeclaim'; object: PersistentVolumeClaim; old?: PersistentVolumeClaim | undefined }
  | { kind: 'storageclass'; object: StorageClass; old?: StorageClass | undefined }
  | { kind: 'csinode'; object: CSINode; old?: CSINode | undefined }
  | { kind: 'csistoragecapacity'; object: CSIStorageCapacity; old?: CSIStorageCapacity | undefined }
  | { kind: 'volumeattachment-deleted'; object: VolumeAttachment; old?: undefined }
  | { kind: 'resourceclaim'; object: ObjectEvent['object']; old?: undefined };

export type EventKind = ClusterEvent['kind'];

/** What a change of a Pod on a node means to others; undefined when nothing. */
export function podEvent({ type, object, old }: ObjectEvent<Pod>): ClusterEvent | undefined {
  if (!object.spec.nodeName) return undefined;
  const held = old !== undefined && holdsResources(old);
  if (type === 'DELETED') return held || !old ? { kind: 'pod-deleted', object } : undefined;
  if (!holdsResources(object)) return held ? { kind: 'pod-deleted', object } : undefined;
  if (!old?.spec.nodeName) return { kind: 'pod-added', object };
  const sameLabels = jsonEqual(old.metadata.labels, object.metadata.labels);
  if (sameLabels && !old.metadata.deletionTimestamp && object.metadata.deletionTimestamp) return { kind: 'pod-updated', object, old };
  return sameLabels && !isScaledDown(old, object) ? undefined : { kind: 'pod-updated', object, old };
}

export function isScaledDown(old: Pod, object: Pod): boolean {
  if (old.spec === object.spec && old.status?.conditions === object.status?.conditions) return false;
  if (old.metadata.generation === object.metadata.generation && jsonEqual(old.spec, object.spec)) return false;
  const before = podRequests(old);
  const after = podRequests(object);
  return Object.keys(before).some((name) => (after[name] ?? 0) < (before[name] ?? 0));
}

/** What a change of a node may mean; heartbeats mean nothing. */
export function nodeEvent({ type, object, old }: ObjectEvent<Node>): ClusterEvent | undefined {
  if (type === 'DELETED') return undefined;
  const isSame =
    old &&
    jsonEqual(old.metadata.labels, object.metadata.labels) &&
    jsonEqual(old.spec, object.spec) &&
    jsonEqual(old.status?.allocatable, object.status?.allocatable);
  return isSame ? undefined : { kind: 'node', object, old };
}

/** What has changed about a waiting Pod itself, as far as it may matter to a plugin. */
export type OwnChange = 'labels' | 'requests' | 'tolerations';

export function ownChanges(old: Pod, pod: Pod): OwnChange[] {
  const found: OwnChange[] = [];
  if (!jsonEqual(old.metadata.labels, pod.metadata.labels)) found.push('labels');
  if (!jsonEqual(old.spec.tolerations, pod.spec.tolerations)) found.push('tolerations');
  if (isScaledDown(old, pod)) found.push('requests');
  return found;
}

/** Other resources whose changes are told as they are. */
export const OTHERS: readonly { resource: string; kind: EventKind; when: 'changed' | 'deleted' }[] = [
  { resource: Namespace.resource, kind: 'namespace', when: 'changed' },
  { resource: PersistentVolume.resource, kind: 'persistentvolume', when: 'changed' },
  { resource: PersistentVolumeClaim.resource, kind: 'persistentvolumeclaim', when: 'changed' },
  { resource: StorageClass.resource, kind: 'storageclass', when: 'changed' },
  { resource: CSINode.resource, kind: 'csinode', when: 'changed' },
  { resource: CSIStorageCapacity.resource, kind: 'csistoragecapacity', when: 'changed' },
  { resource: VolumeAttachment.resource, kind: 'volumeattachment-deleted', when: 'deleted' },
  { resource: 'resourceclaims.resource.k8s.io', kind: 'resourceclaim', when: 'changed' },
];

export function otherEvent({ kind, when }: (typeof OTHERS)[number], { type, object, old }: ObjectEvent): ClusterEvent | undefined {
  if ((type === 'DELETED') !== (when === 'deleted')) return undefined;
  return { kind, object, ...(when === 'changed' && old ? { old } : {}) } as ClusterEvent;
}
