// The volumes of one Pod: read before the cycle, bound or asked for after it (PreBind of VolumeBinding).
import { PersistentVolume } from '../api/core/persistentvolume.ts';
import { PersistentVolumeClaim } from '../api/core/persistentvolumeclaim.ts';
import { claimNames } from '../api/core/pod/footprint.ts';
import type { Pod } from '../api/core/pod.ts';
import { CSIDriver } from '../api/storage/csidriver.ts';
import { CSINode } from '../api/storage/csinode.ts';
import { CSIStorageCapacity } from '../api/storage/csistoragecapacity.ts';
import { StorageClass } from '../api/storage/storageclass.ts';
import { VolumeAttachment } from '../api/storage/volumeattachment.ts';
import type { Client } from '../client/client.ts';
import { parseKey } from '../machinery/object.ts';
import { BOUND_BY_CONTROLLER, SELECTED_NODE } from '../machinery/volume-matching.ts';
import type { NodeInfo } from './node-info.ts';
import type { PodVolumes } from './plugin.ts';
import { bindingsOn, isBound } from './plugins/volume-binding.ts';

export const NO_VOLUMES: PodVolumes = {
  claims: [],
  volumes: [],
  classes: [],
  others: new Map(),
  attachments: [],
  csiNodes: new Map(),
  capacities: new Map(),
};

export async function volumesOf(client: Client, pod: Pod, nodes: readonly NodeInfo[]): Promise<PodVolumes> {
  const names = claimNames(pod);
  if (names.length === 0) return NO_VOLUMES;
  const { namespace } = pod.metadata;
  const claims = [];
  for (const name of names) claims.push({ name, claim: await client.get(PersistentVolumeClaim, { namespace, name }) });
  const csiNodes = new Map((await client.list(CSINode)).map((each) => [each.metadata.name, each]));
  const counts = [...csiNodes.values()].some(({ spec }) => spec.drivers.some(({ allocatable }) => allocatable?.count !== undefined));
  return {
    claims,
    volumes: await client.list(PersistentVolume),
    classes: await client.list(StorageClass),
    csiNodes,
    others: counts ? await claimsOn(client, nodes) : NO_VOLUMES.others,
    attachments: counts ? await client.list(VolumeAttachment) : NO_VOLUMES.attachments,
    capacities: claims.every(({ claim }) => !claim || isBound(claim)) ? NO_VOLUMES.capacities : await capacitiesOf(client),
  };
}

/** Of drivers that say where they have how much room, by name. */
async function capacitiesOf(client: Client): Promise<PodVolumes['capacities']> {
  const drivers = (await client.list(CSIDriver)).filter(({ spec }) => spec.storageCapacity);
  if (drivers.length === 0) return NO_VOLUMES.capacities;
  const capacities = await client.list(CSIStorageCapacity);
  return new Map(drivers.map(({ metadata }) => [metadata.name, capacities]));
}

/** The claims of all Pods on the nodes. */
async function claimsOn(client: Client, nodes: readonly NodeInfo[]): Promise<Map<string, PersistentVolumeClaim>> {
  const found = new Map<string, PersistentVolumeClaim>();
  for (const { totals } of nodes) {
    for (const key of Object.keys(totals.claims ?? {})) {
      const claim = found.has(key) ? undefined : await client.get(PersistentVolumeClaim, parseKey(key));
      if (claim) found.set(key, claim);
    }
  }
  return found;
}

export const areBound = ({ claims }: PodVolumes): boolean => claims.every(({ claim }) => claim !== undefined && isBound(claim));

/** Has the claims bound to volumes that `node` reaches, or made there. The binder and the provisioner do the rest. */
export async function prepareVolumes(client: Client, volumes: PodVolumes, node: NodeInfo): Promise<void> {
  const bindings = bindingsOn(volumes, node);
  if (typeof bindings === 'string') return;
  for (const [claim, binding] of bindings) {
    const { namespace, name, uid, annotations } = claim.metadata;
    if (binding === 'provision') {
      if (annotations?.[SELECTED_NODE] === node.name) continue;
      await client.patch(PersistentVolumeClaim, { namespace, name }, 'merge', {
        metadata: { annotations: { [SELECTED_NODE]: node.name } },
      });
    } else if (binding.spec.claimRef?.uid !== uid) {
      const claimRef = { kind: 'PersistentVolumeClaim', namespace, name, uid, apiVersion: 'v1' };
      await client.patch(PersistentVolume, { name: binding.metadata.name }, 'merge', {
        metadata: { annotations: { [BOUND_BY_CONTROLLER]: 'yes' } },
        spec: { claimRef },
      });
    }
  }
}
