// Plays the Pod garbage collector: Pods of a node that is no more are deleted by force, 40 s after it went. Left out: the limit on
// finished Pods (12,500).
import { Node } from '../api/core/node.ts';
import { Pod } from '../api/core/pod.ts';
import { type Instant, rfc3339, seconds } from '../machinery/clock.ts';
import { drawer } from '../machinery/store.ts';
import { type Controller, contextFor } from './define.ts';

const NAME = 'pod-garbage-collector-controller';
const QUARANTINE = seconds(40);

export const podGarbageCollectorController: Controller = {
  name: NAME,
  loop(deps) {
    const { client, clock } = contextFor(NAME, deps);
    /** When a node was first seen to be missing. */
    const missing = drawer(deps.store, '/kubemu/pod-garbage-collector/');
    return {
      name: NAME,
      watches: [{ resource: Node.resource, keys: ({ type, object }) => (type === 'DELETED' ? [object.metadata.name] : []) }],
      async reconcile(name) {
        const pods = (await client.get(Node, { name })) ? [] : await client.list(Pod, { fieldSelector: `spec.nodeName=${name}` });
        if (pods.length === 0) {
          if (missing.get(name) !== undefined) missing.delete(name);
          return undefined;
        }
        const now = clock.now();
        const since = missing.get<Instant>(name) ?? now;
        if (since === now) missing.put(name, now);
        const left = since + QUARANTINE - now;
        if (left > 0) return { requeueAfter: left, class: 'deadline' };
        for (const { metadata } of pods) {
          const key = { namespace: metadata.namespace, name: metadata.name };
          const condition = {
            type: 'DisruptionTarget',
            status: 'True',
            reason: 'DeletionByPodGC',
            message: 'PodGC: node no longer exists',
            lastTransitionTime: rfc3339(now),
          };
          const status = { phase: 'Failed', conditions: [condition] };
          await client.patch(Pod, key, 'strategic', { metadata: { uid: metadata.uid }, status }, { subresource: 'status' });
          await client.delete(Pod, key, { gracePeriodSeconds: 0, uid: metadata.uid });
        }
        missing.delete(name);
        return undefined;
      },
    };
  },
};
