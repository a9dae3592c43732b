// A node can attach so many volumes of a CSI driver as its CSINode says. Left out: volumes of in-tree plugins that were migrated to CSI.
import type { PersistentVolumeClaim } from '../../api/core/persistentvolumeclaim.ts';
import { claimNames, footprintOf } from '../../api/core/pod/footprint.ts';
import type { CSINode } from '../../api/storage/csinode.ts';
import type { NodeInfo } from '../node-info.ts';
import type { Cycle, FilterPlugin } from '../plugin.ts';

export const nodeVolumeLimits: FilterPlugin = {
  name: 'NodeVolumeLimits',
  wokenBy: ['node', 'csinode', 'pod-deleted', 'persistentvolumeclaim', 'volumeattachment-deleted'],
  helps(event, pod) {
    if (event.kind === 'node') return !event.old;
    if (event.kind === 'csinode') return !event.old || hasMore(event.old, event.object);
    if (event.kind === 'pod-deleted') return footprintOf(event.object).claims.length > 0;
    if (event.kind !== 'persistentvolumeclaim') return true;
    const { namespace, name } = event.object.metadata;
    return namespace === pod.metadata.namespace && claimNames(pod).includes(name);
  },
  passes: ({ facts }) => facts.volumes.claims.length === 0 || !hasLimits(facts.volumes.csiNodes.values()),
  filter(cycle, node) {
    const drivers = cycle.facts.volumes.csiNodes.get(node.name)?.spec.drivers ?? [];
    if (!drivers.some(({ allocatable }) => allocatable?.count !== undefined)) return undefined;
    const attached = attachedTo(cycle, node);
    const coming = new Map<string, string>();
    for (const { name, claim } of cycle.facts.volumes.claims) {
      const volume = claim && volumeOf(cycle, claim, `${cycle.pod.metadata.namespace}/${name}`);
      if (volume && !attached.has(volume.id)) coming.set(volume.id, volume.driver);
    }
    for (const { name, allocatable } of drivers) {
      const more = count(coming, name);
      if (allocatable?.count !== undefined && more > 0 && count(attached, name) + more > allocatable.count)
        return { reasons: ['node(s) exceed max volume count'] };
    }
    return undefined;
  },
};

/** Volumes of the Pods on the node and those that are attached there for other reasons, each once: id and driver. */
function attachedTo(cycle: Cycle, { name: node, totals }: NodeInfo): Map<string, string> {
  const { others, attachments } = cycle.facts.volumes;
  const found = new Map<string, string>();
  for (const key of Object.keys(totals.claims ?? {})) {
    const claim = others.get(key);
    const volume = claim && volumeOf(cycle, claim, key);
    if (volume) found.set(volume.id, volume.driver);
  }
  for (const { spec } of attachments) {
    if (spec.nodeName === node && spec.source.persistentVolumeName) found.set(spec.source.persistentVolumeName, spec.attacher);
  }
  return found;
}

/** By its name; a claim that is not bound yet counts as a volume of its own, of its class's driver. */
function volumeOf(cycle: Cycle, { spec }: PersistentVolumeClaim, key: string): { id: string; driver: string } | undefined {
  const { volumes, classes } = cycle.facts.volumes;
  if (spec.volumeName) {
    const csi = volumes.find(({ metadata }) => metadata.name === spec.volumeName)?.spec.csi;
    return csi && { id: spec.volumeName, driver: csi.driver };
  }
  const provisioner = classes.find(({ metadata }) => metadata.name === spec.storageClassName)?.provisioner;
  return provisioner === undefined ? undefined : { id: `claim ${key}`, driver: provisioner };
}

function count(volumes: ReadonlyMap<string, string>, driver: string): number {
  let found = 0;
  for (const each of volumes.values()) if (each === driver) found++;
  return found;
}

function hasLimits(csiNodes: Iterable<CSINode>): boolean {
  for (const { spec } of csiNodes) if (spec.drivers.some(({ allocatable }) => allocatable?.count !== undefined)) return true;
  return false;
}

const hasMore = (old: CSINode, node: CSINode): boolean =>
  node.spec.drivers.some(({ name, allocatable }) => {
    const before = old.spec.drivers.find((each) => each.name === name);
    return !before || (allocatable?.count ?? Number.POSITIVE_INFINITY) > (before.allocatable?.count ?? Number.POSITIVE_INFINITY);
  });
