// Finds the scale subresource of whatever an autoscaler names: built-in kinds by their names, others by discovery.
import { Deployment } from '../../api/apps/deployment.ts';
import { ReplicaSet } from '../../api/apps/replicaset.ts';
import { StatefulSet } from '../../api/apps/statefulset.ts';
import type { HorizontalPodAutoscaler } from '../../api/autoscaling/horizontalpodautoscaler.ts';
import { ReplicationController } from '../../api/core/replicationcontroller.ts';
import type { V1APIResourceList, V1Scale, V2CrossVersionObjectReference } from '../../api/generated/types.ts';
import type { Client } from '../../client/client.ts';
import { groupOf } from '../../machinery/object.ts';
import { isNotFound } from '../../machinery/status.ts';

export const scalableKinds = [Deployment, ReplicaSet, StatefulSet, ReplicationController] as const;

/** The kind that an autoscaler names is none. */
export class NoSuchKind extends Error {}

export interface ScaleTarget {
  path: string;
  scale: V1Scale;
}

/** Throws {@link NoSuchKind} and what the API answers. */
export async function readScale(client: Client, { metadata, spec: { scaleTargetRef } }: HorizontalPodAutoscaler): Promise<ScaleTarget> {
  const { prefix, plural } = await locate(client, scaleTargetRef);
  const path = `${prefix}/namespaces/${metadata.namespace}/${plural}/${scaleTargetRef.name}/scale`;
  const { body } = await client.request({ method: 'GET', path });
  return { path, scale: body as V1Scale };
}

/** Where objects of a kind are: `/apis/apps/v1` and `deployments`. Throws {@link NoSuchKind}. */
export async function locate(
  client: Client,
  { apiVersion = 'v1', kind }: Pick<V2CrossVersionObjectReference, 'apiVersion' | 'kind'>,
): Promise<{ prefix: string; plural: string }> {
  const prefix = `/${apiVersion.includes('/') ? 'apis' : 'api'}/${apiVersion}`;
  const known = scalableKinds.find(({ names }) => names.kind === kind && names.group === groupOf(apiVersion));
  if (known) return { prefix, plural: known.names.plural };
  const found = (await resourcesOf(client, prefix)).find((each) => each.kind === kind && !each.name.includes('/'));
  if (!found) throw new NoSuchKind(`no matches for kind ${JSON.stringify(kind)} in group ${JSON.stringify(groupOf(apiVersion))}`);
  return { prefix, plural: found.name };
}

async function resourcesOf(client: Client, path: string): Promise<V1APIResourceList['resources']> {
  try {
    return ((await client.request({ method: 'GET', path })).body as V1APIResourceList).resources;
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}
