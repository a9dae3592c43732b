// What a kubelet does when a ConfigMap or Secret changes that a Pod refers to: mounted files follow within a minute, at the Pod's next
// sync; a Pod that waited for the object is tried again at its next sync, some seconds later.
import type { Pod } from '../api/core/pod.ts';
import { seconds } from '../machinery/clock.ts';
import type { Agent } from './agent.ts';
import { processesChanged } from './probes.ts';
import type { PodRecord } from './record.ts';
import { volumeFiles } from './sandbox.ts';
import { isProjectedFromApi, MountError } from './volumes.ts';

/** Whether everything that the Pod waits for has been there once. */
export const hasStarted = (record: PodRecord): boolean =>
  record.mounted && Object.values(record.containers).every(({ waiting }) => waiting?.reason !== 'CreateContainerConfigError');

export function expectRefresh(agent: Agent, record: PodRecord): void {
  const now = agent.clock.now();
  const wobble = agent.random.u32('volume-refresh', record.uid, now);
  const at = now + (hasStarted(record) ? seconds(20) + (wobble % seconds(40)) : seconds(2) + (wobble % seconds(8)));
  record.refreshAt = Math.min(record.refreshAt ?? at, at);
}

/** Brings mounted files up to date, and whatever was put off forward. */
export async function refreshVolumes(agent: Agent, pod: Pod, record: PodRecord): Promise<void> {
  const now = agent.clock.now();
  delete record.refreshAt;
  if (record.retry) record.retry.at = Math.min(record.retry.at, now);
  for (const known of Object.values(record.containers)) {
    if (known.waiting?.reason === 'CreateContainerConfigError') known.retryAt = now;
  }
  if (!record.sandboxReady || !record.volumesPut) return;
  const followed = new Set((pod.spec.volumes ?? []).filter(isProjectedFromApi).map(({ name }) => name));
  if (followed.size === 0) return;
  try {
    const put = await volumeFiles(agent, pod, record, (name) => followed.has(name));
    await agent.sandboxes.act(agent.node, record.uid, put);
  } catch (error) {
    if (!(error instanceof MountError)) throw error;
    await agent.event(pod, 'Warning', 'FailedMount', error.message); // what is mounted stays as it was
    return;
  }
  processesChanged(pod, record, now);
}
