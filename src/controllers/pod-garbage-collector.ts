// Plays the Pod garbage collector: Pods of a node that is no more are deleted by force, 40 s after it went, and those that
// end on a node that is out of service at once. Left out: the limit on finished Pods (12,500).
import { Node } from '../api/core/node.ts';
import { Pod } from '../api/core/pod.ts';
import type { Client } from '../client/client.ts';
import { type Instant, rfc3339, seconds } from '../machinery/clock.ts';
import { drawer } from '../machinery/store.ts';
import { type Controller, contextFor } from './define.ts';
import { isFinished } from './pods.ts';

const NAME = 'pod-garbage-collector-controller';
const QUARANTINE = seconds(40);
const OUT_OF_SERVICE = 'node.kubernetes.io/out-of-service';

export const podGarbageCollectorController: Controller = {
  name: NAME,
  loop(deps) {
    const { client, clock } = contextFor(NAME, deps);
    /** When a node was first seen to be missing. */
    const missing = drawer(deps.store, '/kubemu/pod-garbage-collector/');
    return {
      name: NAME,
      watches: [
        {
          resource: Node.resource,
          keys: ({ type, object }) => (type === 'DELETED' || isOutOfService(object as Node) ? [object.metadata.name] : []),
        },
        {
          resource: Pod.resource,
          keys: ({ type, object, old }) => {
            // A Pod that has a node when it is first seen may have lost it meanwhile; one that has begun to end may be on a node that is
            // out of service.
            const { metadata, spec } = object as Pod;
            const ends = type === 'MODIFIED' && metadata.deletionTimestamp !== undefined && old?.metadata.deletionTimestamp === undefined;
            return spec.nodeName && (type === 'ADDED' || ends) ? [spec.nodeName] : [];
          },
        },
      ],
      async reconcile(name) {
        const node = await client.get(Node, { name });
        const now = clock.now();
        if (node) {
          if (missing.get(name) !== undefined) missing.delete(name);
          if (!isOutOfService(node)) return undefined;
          for (const pod of await podsOn(client, name)) if (pod.metadata.deletionTimestamp) await remove(client, pod, now);
          return undefined;
        }
        const pods = await podsOn(client, name);
        if (pods.length === 0) {
          if (missing.get(name) !== undefined) missing.delete(name);
          return undefined;
        }
        const since = missing.get<Instant>(name) ?? now;
        if (since === now) missing.put(name, now);
        const left = since + QUARANTINE - now;
        if (left > 0) return { requeueAfter: left, class: 'deadline' };
        for (const pod of pods) await remove(client, pod, now, 'PodGC: node no longer exists');
        missing.delete(name);
        return undefined;
      },
    };
  },
};

/** Somebody says that the node is down for good: what was to end there has ended. */
function isOutOfService({ spec, status }: Node): boolean {
  const isReady = status?.conditions?.find(({ type }) => type === 'Ready')?.status === 'True';
  return !isReady && (spec.taints?.some(({ key }) => key === OUT_OF_SERVICE) ?? false);
}

const podsOn = (client: Client, node: string): Promise<readonly Pod[]> => client.list(Pod, { fieldSelector: `spec.nodeName=${node}` });

/** Deletes by force; a Pod that has not finished has failed. */
async function remove(client: Client, pod: Pod, now: Instant, message?: string): Promise<void> {
  const { namespace, name, uid } = pod.metadata;
  if (!isFinished(pod)) {
    const disruption = { type: 'DisruptionTarget', status: 'True', reason: 'DeletionByPodGC', message, lastTransitionTime: rfc3339(now) };
    const status = { phase: 'Failed', ...(message ? { conditions: [disruption] } : {}) };
    await client.patch(Pod, { namespace, name }, 'strategic', { metadata: { uid }, status }, { subresource: 'status' });
  }
  await client.delete(Pod, { namespace, name }, { gracePeriodSeconds: 0, uid });
}
