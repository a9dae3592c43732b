// What a Pod takes of the node it is on, as framework.NodeInfo adds it up: requests, host ports, volumes, and what others must know of it.
import type { V1Volume } from '../../generated/types.ts';
import type { Pod } from '../pod.ts';
import { isResizing, nonZeroRequests, podRequests, type Resources } from './requests.ts';

export interface Footprint {
  requests: Resources;
  /** CPU in thousandths and memory in bytes, with defaults for containers that request none: what scoring counts. */
  nonZero: readonly [cpu: number, memory: number];
  priority: number;
  /** `TCP 0.0.0.0 8080` */
  hostPorts: readonly string[];
  /** `namespace/name` of its claims. */
  claims: readonly string[];
  /** Volumes that two Pods on one node may not share: `gce-pd disk-1 ro`. */
  disks: readonly string[];
  /** It has pod affinity or anti-affinity of its own. */
  affine: boolean;
}

const known = new WeakMap<Pod, Footprint>();
const byContainers = new WeakMap<object, { pod: Pod; footprint: Footprint }>();

export function footprintOf(pod: Pod): Footprint {
  const remembered = known.get(pod);
  if (remembered) return remembered;
  // A Pod that is bound shares what it asks for with the Pod that was not.
  const alike = byContainers.get(pod.spec.containers);
  if (alike && asksTheSame(alike.pod, pod)) {
    known.set(pod, alike.footprint);
    return alike.footprint;
  }
  const { cpu = 0, memory = 0 } = nonZeroRequests(pod);
  const { affinity, priority = 0 } = pod.spec;
  const footprint: Footprint = {
    requests: podRequests(pod),
    nonZero: [cpu, memory],
    priority,
    hostPorts: hostPortsOf(pod),
    claims: claimNames(pod).map((name) => `${pod.metadata.namespace}/${name}`),
    disks: (pod.spec.volumes ?? []).flatMap(disksOf),
    affine: Boolean(affinity?.podAffinity || affinity?.podAntiAffinity),
  };
  known.set(pod, footprint);
  byContainers.set(pod.spec.containers, { pod, footprint });
  return footprint;
}

function asksTheSame(a: Pod, b: Pod): boolean {
  const { spec: one, metadata } = a;
  const { spec: other } = b;
  return (
    metadata.name === b.metadata.name &&
    metadata.namespace === b.metadata.namespace &&
    one.initContainers === other.initContainers &&
    one.volumes === other.volumes &&
    one.affinity === other.affinity &&
    one.overhead === other.overhead &&
    one.resources === other.resources &&
    one.priority === other.priority &&
    !isResizing(a) &&
    !isResizing(b)
  );
}

/** A finished Pod gives its resources back. */
export function holdsResources(pod: Pod): boolean {
  return pod.status?.phase !== 'Succeeded' && pod.status?.phase !== 'Failed';
}

/** True when both versions of a Pod take the same of the same node. */
export function takesTheSame(a: Pod, b: Pod): boolean {
  return (
    a.spec.nodeName === b.spec.nodeName &&
    holdsResources(a) === holdsResources(b) &&
    a.metadata.generation === b.metadata.generation &&
    !isResizing(a) &&
    !isResizing(b)
  );
}

/** Names of the claims of its volumes; generic ephemeral volumes have claims of their own. */
export function claimNames({ metadata, spec }: Pod): string[] {
  return (spec.volumes ?? []).flatMap(({ name, persistentVolumeClaim, ephemeral }) => {
    if (persistentVolumeClaim) return [persistentVolumeClaim.claimName];
    return ephemeral ? [`${metadata.name}-${name}`] : [];
  });
}

function hostPortsOf({ spec }: Pod): string[] {
  const sidecars = (spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  return [...spec.containers, ...sidecars].flatMap(({ ports = [] }) =>
    ports
      .filter(({ hostPort }) => hostPort)
      .map(({ hostIP, protocol, hostPort }) => `${protocol ?? 'TCP'} ${hostIP || '0.0.0.0'} ${hostPort}`),
  );
}

function disksOf({ gcePersistentDisk, awsElasticBlockStore, iscsi, rbd }: V1Volume): string[] {
  const mode = (readOnly: boolean | undefined): string => (readOnly ? 'ro' : 'rw');
  if (gcePersistentDisk) return [`gce-pd ${gcePersistentDisk.pdName} ${mode(gcePersistentDisk.readOnly)}`];
  if (awsElasticBlockStore) return [`aws-ebs ${awsElasticBlockStore.volumeID} rw`];
  if (iscsi) return [`iscsi ${iscsi.iqn} ${mode(iscsi.readOnly)}`];
  // One monitor in common is enough to be the same image.
  if (rbd) return rbd.monitors.map((monitor) => `rbd ${monitor}/${rbd.pool ?? 'rbd'}/${rbd.image} ${mode(rbd.readOnly)}`);
  return [];
}
