// Plays the ReplicationController controller: the ReplicaSet controller, for the kind that came before it.
import { Pod } from '../api/core/pod.ts';
import { ReplicationController } from '../api/core/replicationcontroller.ts';
import type { Client } from '../client/client.ts';
import { defineController, moreThanStatus } from './define.ts';
import { claimOwned } from './ownership.ts';
import { workloadView } from './pods.ts';
import { keepReplicas } from './replicaset.ts';

export const replicationController = defineController({
  name: 'replication-controller',
  for: ReplicationController,
  relevant: moreThanStatus,
  owns: [Pod],
  ownedView: workloadView,
  adopt: (namespace, { client }) => adoptOrphans(client, namespace),
  async reconcile(key, context) {
    const rc = await context.client.get(ReplicationController, key);
    if (!rc) return undefined;
    return keepReplicas(ReplicationController, rc, { selector: selectorOf(rc), related: async (pods) => pods }, context);
  },
});

const selectorOf = ({ spec }: ReplicationController) => ({ matchLabels: spec.selector ?? {} });

async function adoptOrphans(client: Client, namespace: string): Promise<void> {
  for (const owner of await client.list(ReplicationController, { namespace })) {
    if (!owner.metadata.deletionTimestamp) await claimOwned(client, { owner, kind: Pod, selector: selectorOf(owner), adopt: true });
  }
}
