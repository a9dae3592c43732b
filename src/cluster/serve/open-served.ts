// Opens a cluster to be served: takes the writer's lock, and makes the cluster where there is none.
import { openStateFile } from '../../state/file.ts';
import { acquireLock } from '../../state/lock.ts';
import type { ClusterSpec } from '../clusters.ts';
import { Served, type ServedCluster, type ServedOptions } from './served.ts';

/** How long somebody may find the lock taken before `serve` gives up. */
const PATIENCE = 5000;

export async function openServed(options: ServedOptions): Promise<ServedCluster> {
  const lock = await acquireLock(options.stateFile, { patience: PATIENCE, socket: options.socket });
  try {
    let file = openStateFile(options.stateFile);
    if (file.isNew) {
      const { populate, specFromEnv } = await import('../clusters.ts');
      await populate(file, newCluster(options, specFromEnv(options.env)));
      await file.commit();
      await file.close();
      file = openStateFile(options.stateFile);
    }
    if (file.warning) options.report(file.warning.message);
    return new Served(options, lock, file);
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Without kubelets there is the machine of the control plane only, and no Node. */
function newCluster({ components, serviceCIDR }: ServedOptions, spec: ClusterSpec): ClusterSpec {
  return {
    ...spec,
    ...(serviceCIDR ? { serviceCIDR } : {}),
    ...(components ? { components } : {}),
    nodes: components?.has('kubelet') === false ? spec.nodes.slice(0, 1) : spec.nodes,
  };
}
