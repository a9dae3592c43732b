// Which Pods count as related when a ReplicaSet chooses its victims: those of all ReplicaSets with the same controller, so that a
// rolling update thins out the crowded nodes.
import { ReplicaSet } from '../api/apps/replicaset.ts';
import { Pod } from '../api/core/pod.ts';
import type { Client } from '../client/client.ts';
import type { KubeObject } from '../machinery/object.ts';
import { controllerOf } from './define.ts';
import { isActive } from './pods.ts';

export async function relatedPods(client: Client, rs: ReplicaSet, own: readonly Pod[]): Promise<readonly Pod[]> {
  const owner = controllerOf(rs);
  if (!owner) return own;
  const { apiVersion, kind, name, uid } = owner;
  const { namespace } = rs.metadata;
  const controller: KubeObject = { apiVersion, kind, metadata: { namespace, name, uid, resourceVersion: '', creationTimestamp: '' } };
  const related: Pod[] = [];
  for (const sibling of await client.listOwned(ReplicaSet, controller)) {
    if (sibling.metadata.uid === rs.metadata.uid) related.push(...own);
    else if (sibling.status?.replicas) related.push(...(await client.listOwned(Pod, sibling)).filter(isActive));
  }
  return related;
}
