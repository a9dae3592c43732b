// Plays slowStartBatch and RealPodControl: Pods are created in batches of 1, 2, 4 …, and the first failure ends it, so that a quota
// that refuses one does not get a thousand requests.
import { Pod } from '../api/core/pod.ts';
import type { Client, EventRecorder, NewObject } from '../client/client.ts';
import type { KubeObject } from '../machinery/object.ts';
import { StatusError } from '../machinery/status.ts';

/** What was done before the first refusal, and that refusal. */
export interface Outcome<T> {
  done: T[];
  error?: StatusError | undefined;
}

interface Hands {
  client: Client;
  recorder: EventRecorder;
}

export async function createPods(hands: Hands, owner: KubeObject, pod: NewObject<Pod>, count: number): Promise<Outcome<Pod>> {
  return slowStart(count, () => createPod(hands, owner, pod));
}

/** Runs `create` up to `count` times. A batch is always finished; a failed batch is the last. */
export async function slowStart<T>(count: number, create: (index: number) => Promise<T>): Promise<Outcome<T>> {
  const done: T[] = [];
  let started = 0;
  for (let batch = Math.min(1, count); batch > 0; batch = Math.min(batch * 2, count - started)) {
    let error: StatusError | undefined;
    for (let i = 0; i < batch; i++) {
      try {
        done.push(await create(started + i));
      } catch (refusal) {
        if (!(refusal instanceof StatusError)) throw refusal;
        error ??= refusal;
      }
    }
    if (error) return { done, error };
    started += batch;
  }
  return { done };
}

/** Creates one Pod and tells of it; nobody is told of a refusal because the namespace is going away. */
export async function createPod({ client, recorder }: Hands, owner: KubeObject, pod: NewObject<Pod>): Promise<Pod> {
  try {
    const created = await client.create(Pod, pod);
    await recorder.event(owner, 'Normal', 'SuccessfulCreate', `Created pod: ${created.metadata.name}`);
    return created;
  } catch (refusal) {
    if (refusal instanceof StatusError && !isNamespaceTerminating(refusal)) {
      await recorder.event(owner, 'Warning', 'FailedCreate', `Error creating: ${refusal.message}`);
    }
    throw refusal;
  }
}

export async function deletePods(hands: Hands, owner: KubeObject, pods: readonly Pod[]): Promise<Outcome<Pod>> {
  const done: Pod[] = [];
  for (const pod of pods) {
    await deletePod(hands, owner, pod);
    done.push(pod);
  }
  return { done };
}

export async function deletePod({ client, recorder }: Hands, owner: KubeObject, pod: Pod): Promise<void> {
  const { namespace, name, uid } = pod.metadata;
  try {
    if (!(await client.delete(Pod, { namespace, name }, { uid }))) return;
  } catch (refusal) {
    if (refusal instanceof StatusError) await recorder.event(owner, 'Warning', 'FailedDelete', `Error deleting: ${refusal.message}`);
    throw refusal;
  }
  await recorder.event(owner, 'Normal', 'SuccessfulDelete', `Deleted pod: ${name}`);
}

function isNamespaceTerminating({ status }: StatusError): boolean {
  return (status.details?.causes ?? []).some(({ reason }) => reason === 'NamespaceTerminating');
}
