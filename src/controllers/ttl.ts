// Plays the TTL controller: tells each kubelet for how long it may keep Secrets and ConfigMaps, by the size of the cluster. Steps up
// only: a cluster that shrinks keeps the higher value until its nodes change again.
import { Node } from '../api/core/node.ts';
import { defineController } from './define.ts';

const ANNOTATION = 'node.alpha.kubernetes.io/ttl';
/** Up to how many nodes, and how many seconds. */
const STEPS = [
  [100, 0],
  [500, 15],
  [1000, 30],
  [2000, 60],
] as const;
const LARGEST = 300;

export const ttlController = defineController({
  name: 'ttl-controller',
  for: Node,
  relevant: ({ object }) => object.metadata.annotations?.[ANNOTATION] === undefined,
  async reconcile(key, { client }) {
    const node = await client.get(Node, key);
    if (!node || node.metadata.deletionTimestamp || node.metadata.annotations?.[ANNOTATION] !== undefined) return undefined;
    const value = String(ttlFor((await client.list(Node)).length));
    await client.patch(Node, key, 'strategic', { metadata: { annotations: { [ANNOTATION]: value } } });
    return undefined;
  },
});

export function ttlFor(nodes: number): number {
  return STEPS.find(([most]) => nodes <= most)?.[1] ?? LARGEST;
}
