// What the scheduler writes: bindings, evictions, and the condition of Pods that fit nowhere.
import { Pod } from '../api/core/pod.ts';
import type { Client, EventRecorder } from '../client/client.ts';
import { type Clock, rfc3339 } from '../machinery/clock.ts';
import { isConflict, isNotFound } from '../machinery/status.ts';

export interface Binder {
  bind(pod: Pod, node: string): Promise<void>;
  evict(victim: Pod, preemptor: Pod, node: string): Promise<void>;
  setUnschedulable(pod: Pod, message: string, nominated: string | undefined): Promise<void>;
  /** Says where the Pod will be, while its volumes are on their way (NominatedNodeNameForExpectation); undefined takes it back. */
  nominate(pod: Pod, node: string | undefined): Promise<void>;
}

export interface BinderParts {
  client: Client;
  recorder: EventRecorder;
  clock: Clock;
}

export function createBinder({ client, recorder, clock }: BinderParts): Binder {
  const patchStatus = async ({ metadata: { namespace, name, uid } }: Pod, status: object): Promise<void> => {
    await client.patch(Pod, { namespace, name }, 'strategic', { metadata: { uid }, status }, { subresource: 'status' });
  };
  return {
    async bind(pod, node) {
      const { namespace, name, uid } = pod.metadata;
      try {
        await client.bind({ namespace, name, uid }, node);
      } catch (error) {
        if (isNotFound(error) || isConflict(error)) return; // deleted, or bound by another scheduler
        throw error;
      }
      await recorder.event(pod, 'Normal', 'Scheduled', `Successfully assigned ${namespace}/${name} to ${node}`);
    },

    async evict(victim, preemptor, node) {
      const { namespace, name, uid, deletionTimestamp } = victim.metadata;
      if (deletionTimestamp) return;
      const condition = {
        type: 'DisruptionTarget',
        status: 'True',
        reason: 'PreemptionByScheduler',
        message: 'default-scheduler: preempting to accommodate a higher priority pod',
        lastTransitionTime: rfc3339(clock.now()),
      };
      await patchStatus(victim, { conditions: [condition] });
      await recorder.event(victim, 'Normal', 'Preempted', `Preempted by pod ${preemptor.metadata.uid} on node ${node}`);
      await client.delete(Pod, { namespace, name }, { uid });
    },

    async setUnschedulable(pod, message, nominated) {
      const current = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
      const isTold = current?.status === 'False' && current.reason === 'Unschedulable' && current.message === message;
      if (isTold && nominated === pod.status?.nominatedNodeName) return;
      const { generation } = pod.metadata;
      const condition = {
        type: 'PodScheduled',
        status: 'False',
        reason: 'Unschedulable',
        message,
        lastTransitionTime: current?.status === 'False' ? current.lastTransitionTime : rfc3339(clock.now()),
        ...(generation ? { observedGeneration: generation } : {}),
      };
      const isSame = nominated === pod.status?.nominatedNodeName;
      await patchStatus(pod, { conditions: [condition], ...(isSame ? {} : { nominatedNodeName: nominated ?? null }) });
    },

    async nominate(pod, node) {
      if (pod.status?.nominatedNodeName !== node) await patchStatus(pod, { nominatedNodeName: node ?? null });
    },
  };
}
