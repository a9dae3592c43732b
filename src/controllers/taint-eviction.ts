// Plays the taint eviction controller: NoExecute taints drive out Pods that do not tolerate them, at once or when `tolerationSeconds`
// are over.
import { Node } from '../api/core/node.ts';
import { Pod } from '../api/core/pod.ts';
import type { V1Taint } from '../api/generated/types.ts';
import { type Instant, parseTime, rfc3339, seconds } from '../machinery/clock.ts';
import { jsonEqual } from '../machinery/equal.ts';
import { tolerates } from '../machinery/tolerations.ts';
import { defineController, watch } from './define.ts';

export const taintEvictionController = defineController({
  name: 'taint-eviction-controller',
  for: Node,
  relevant: ({ type, object, old }) =>
    type !== 'MODIFIED' || !jsonEqual((object as Node).spec.taints, (old as Node | undefined)?.spec.taints),
  watches: [
    watch(Pod, ({ type, object, old }) =>
      type !== 'DELETED' && object.spec.nodeName && !old?.spec.nodeName ? [object.spec.nodeName] : [],
    ),
  ],
  async reconcile({ name }, { client, recorder, clock }) {
    const node = await client.get(Node, { name });
    const taints = (node?.spec.taints ?? []).filter(({ effect }) => effect === 'NoExecute');
    if (taints.length === 0) return undefined;
    const now = clock.now();
    let next = Number.POSITIVE_INFINITY;
    for (const pod of await client.list(Pod, { fieldSelector: `spec.nodeName=${name}` })) {
      if (pod.metadata.deletionTimestamp) continue;
      const at = evictedAt(pod, taints, now);
      if (at > now) next = Math.min(next, at);
      else await evict(pod);
    }
    return Number.isFinite(next) ? { requeueAfter: next - now, class: 'deadline' } : undefined;

    async function evict(pod: Pod): Promise<void> {
      const { namespace, name, uid } = pod.metadata;
      const condition = {
        type: 'DisruptionTarget',
        status: 'True',
        reason: 'DeletionByTaintManager',
        message: 'Taint manager: deleting due to NoExecute taint',
        lastTransitionTime: rfc3339(now),
      };
      await recorder.event(pod, 'Normal', 'TaintManagerEviction', `Marking for deletion Pod ${namespace}/${name}`);
      await client.patch(
        Pod,
        { namespace, name },
        'strategic',
        { metadata: { uid }, status: { conditions: [condition] } },
        { subresource: 'status' },
      );
      await client.delete(Pod, { namespace, name }, { uid });
    }
  },
});

/** When the Pod has to go; Infinity when it may stay for ever. */
export function evictedAt({ spec }: Pod, taints: readonly V1Taint[], now: Instant): Instant {
  let shortest = Number.POSITIVE_INFINITY;
  let since = now;
  for (const taint of taints) {
    const matching = (spec.tolerations ?? []).filter((toleration) => tolerates([toleration], taint));
    if (matching.length === 0) return now;
    const limits = matching.flatMap(({ tolerationSeconds }) => (tolerationSeconds === undefined ? [] : [Math.max(0, tolerationSeconds)]));
    if (limits.length === 0) continue;
    shortest = Math.min(shortest, ...limits);
    if (taint.timeAdded) since = Math.min(since, parseTime(taint.timeAdded));
  }
  return Number.isFinite(shortest) ? since + seconds(shortest) : shortest;
}
