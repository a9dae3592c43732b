// Plays the node IPAM controller's range allocator: every Node gets the Pod addresses that are meant for it.
// Left out: ranges of one's own size; which node has which range is a fact of the cluster.
import { Node } from '../api/core/node.ts';
import { defineController } from './define.ts';

export const nodeIpamController = (podCIDROf: (node: string) => string | undefined) =>
  defineController({
    name: 'node-controller',
    for: Node,
    relevant: ({ object }) => !(object as Node).spec.podCIDR,
    async reconcile(key, { client }) {
      const node = await client.get(Node, key);
      const podCIDR = podCIDROf(key.name);
      if (!node || node.metadata.deletionTimestamp || node.spec.podCIDR || podCIDR === undefined) return undefined;
      await client.patch(Node, key, 'strategic', { spec: { podCIDR, podCIDRs: [podCIDR] } });
      return undefined;
    },
  });
