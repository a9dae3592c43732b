// The volumes of one Pod: read before the cycle, bound or asked for after it (PreBind of VolumeBinding).
import { PersistentVolume } from '../api/core/persistentvolume.ts';
import { PersistentVolumeClaim } from '../api/core/persistentvolumeclaim.ts';
import type { Pod } from '../api/core/pod.ts';
import { StorageClass } from '../api/storage/storageclass.ts';
import type { Client } from '../client/client.ts';
import { BOUND_BY_CONTROLLER, SELECTED_NODE } from '../machinery/volume-matching.ts';
import type { NodeInfo } from './node-info.ts';
import type { PodVolumes } from './plugin.ts';
import { bindingOn, isBound } from './plugins/volume-binding.ts';

const NONE: PodVolumes = { claims: [], volumes: [], classes: [] };

function claimNames({ metadata, spec }: Pod): string[] {
  return (spec.volumes ?? []).flatMap(({ name, persistentVolumeClaim, ephemeral }) => {
    if (persistentVolumeClaim) return [persistentVolumeClaim.claimName];
    return ephemeral ? [`${metadata.name}-${name}`] : [];
  });
}

export async function volumesOf(client: Client, pod: Pod): Promise<PodVolumes> {
  const names = claimNames(pod);
  if (names.length === 0) return NONE;
  const { namespace } = pod.metadata;
  const claims = [];
  for (const name of names) claims.push({ name, claim: await client.get(PersistentVolumeClaim, { namespace, name }) });
  return { claims, volumes: await client.list(PersistentVolume), classes: await client.list(StorageClass) };
}

export const areBound = ({ claims }: PodVolumes): boolean => claims.every(({ claim }) => claim !== undefined && isBound(claim));

/** Has the claims bound to volumes that `node` reaches, or made there. The binder and the provisioner do the rest. */
export async function prepareVolumes(client: Client, volumes: PodVolumes, node: NodeInfo): Promise<void> {
  for (const { claim } of volumes.claims) {
    if (!claim || isBound(claim)) continue;
    const binding = bindingOn(claim, node, volumes);
    const { namespace, name, uid, annotations } = claim.metadata;
    if (binding === 'provision') {
      if (annotations?.[SELECTED_NODE] === node.name) continue;
      await client.patch(PersistentVolumeClaim, { namespace, name }, 'merge', {
        metadata: { annotations: { [SELECTED_NODE]: node.name } },
      });
    } else if (binding && binding.spec.claimRef?.uid !== uid) {
      const claimRef = { kind: 'PersistentVolumeClaim', namespace, name, uid, apiVersion: 'v1' };
      await client.patch(PersistentVolume, { name: binding.metadata.name }, 'merge', {
        metadata: { annotations: { [BOUND_BY_CONTROLLER]: 'yes' } },
        spec: { claimRef },
      });
    }
  }
}
