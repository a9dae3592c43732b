// The first steps of a Pod on its node, in the kubelet's order: network, volumes, sandbox.
import type { Pod } from '../api/core/pod.ts';
import { AddressesExhausted, assignAddress, releaseAddress } from '../cni/addresses.ts';
import type { Machine } from '../cri/processes/machine.ts';
import { filesIn } from '../cri/runtime/volume-files.ts';
import { publish, sharing, writeBack } from '../csi/volumes.ts';
import { milliseconds, minutes, seconds } from '../machinery/clock.ts';
import type { Agent } from './agent.ts';
import { thinned } from './back-off.ts';
import { networkFiles } from './network-files.ts';
import type { PodRecord } from './record.ts';
import { MountError, NotAttached, type VolumeFiles, volumesOf } from './volumes.ts';

export const NETWORK_NOT_READY =
  'container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized';

/** Longest pause between two tries to mount (goroutinemap's exponential back-off). */
const LONGEST_MOUNT_BACK_OFF = seconds(122);

/** Tries before a volume that is not attached is complained about: two minutes in all. */
const WAITS_FOR_ATTACHMENT = 8;

/** Sets up volumes, or notes when to try again. */
export async function mountVolumes(agent: Agent, pod: Pod, record: PodRecord): Promise<void> {
  if (!pod.spec.hostNetwork && agent.machine.cni !== 'installed') {
    await agent.event(pod, 'Warning', 'NetworkNotReady', `network is not ready: ${NETWORK_NOT_READY}`);
    return retryLater(agent, record, 'network', seconds(2));
  }
  try {
    await readVolumes(agent, pod, record, true);
  } catch (error) {
    if (!(error instanceof MountError)) throw error;
    const attempt = record.retry?.step === 'mount' ? record.retry.attempt : 0;
    const backOff = Math.min(milliseconds(500) * 2 ** Math.min(attempt, 10), LONGEST_MOUNT_BACK_OFF);
    const isPatient = error instanceof NotAttached && attempt < WAITS_FOR_ATTACHMENT;
    if (!isPatient)
      await agent.event(pod, 'Warning', 'FailedMount', error.message, { count: thinned(backOff, attempt, minutes(30)).count });
    retryLater(agent, record, 'mount', backOff);
    if (record.retry && error instanceof NotAttached) record.retry.hopeful = true;
    return;
  }
  record.mounted = true;
  delete record.retry;
}

const readVolumes = (agent: Agent, pod: Pod, record: PodRecord, checkOnly = false): Promise<VolumeFiles[]> =>
  volumesOf(pod, {
    client: agent.client,
    disk: agent.disk,
    checkOnly,
    node: agent.node,
    store: agent.store,
    allocatable: agent.allocatable,
    hostIP: agent.machine.address,
    podIP: pod.spec.hostNetwork ? agent.machine.address : (record.ip ?? ''),
  });

/** Begins to create the sandbox. */
export function beginSandbox(agent: Agent, record: PodRecord): void {
  const now = agent.clock.now();
  const jitter = agent.random.u32('sandbox-duration', record.uid, record.sandboxAttempt) % 150;
  record.op = { kind: 'sandbox', from: now, until: now + 350 + jitter };
}

/** The pause container runs and holds the Pod's address. */
export async function finishSandbox(agent: Agent, pod: Pod, record: PodRecord): Promise<void> {
  const { uid } = record;
  const now = agent.clock.now();
  const id = agent.random.hex('sandbox-id', uid, record.sandboxAttempt, 64);
  const netns = pod.spec.hostNetwork ? agent.node : uid;
  try {
    record.ip = pod.spec.hostNetwork ? agent.machine.address : assignAddress(agent.store, agent.node, agent.machine.podCIDR, uid);
  } catch (error) {
    if (!(error instanceof AddressesExhausted)) throw error;
    const why = `Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "${id}": plugin type="calico" failed (add): ${error.message}`;
    await agent.event(pod, 'Warning', 'FailedCreatePodSandBox', why);
    return retryLater(agent, record, 'sandbox', seconds(12));
  }
  agent.sandboxes.create(agent.node, {
    id,
    podUID: uid,
    namespace: record.namespace,
    name: record.name,
    attempt: record.sandboxAttempt,
    createdAt: now,
    ready: true,
    netns,
    hostname: pod.spec.hostNetwork ? agent.node : (pod.spec.hostname ?? pod.metadata.name).slice(0, 63),
    ip: record.ip,
    containers: [],
  });
  record.sandboxAttempt++;
  record.sandboxReady = true;
  delete record.retry;
}

/** The files of all volumes, and how they come into the Pod's machine. */
export async function volumeFiles(
  agent: Agent,
  pod: Pod,
  record: PodRecord,
  only?: (name: string) => boolean,
): Promise<(machine: Machine) => void> {
  const { hostname = pod.metadata.name, ip = '' } = agent.sandboxes.get(agent.node, record.uid) ?? {};
  if (!record.volumesPut) await flushSharers(agent, pod, record);
  const volumes = [networkFiles(agent, pod, hostname, ip), ...(await readVolumes(agent, pod, record))];
  if (!record.volumesPut)
    publish(
      agent.store,
      record.uid,
      Object.fromEntries(volumes.flatMap(({ volume, backing }) => (backing ? [[volume, backing] as const] : []))),
    );
  return (machine) => {
    for (const { volume, files, keep } of volumes) if (only?.(volume) ?? true) machine.putVolume(volume, files, keep);
  };
}

/** What other Pods have written to the same storage is there when this one mounts it. */
async function flushSharers(agent: Agent, pod: Pod, record: PodRecord): Promise<void> {
  if (!pod.spec.volumes?.some(({ hostPath, persistentVolumeClaim, ephemeral }) => hostPath ?? persistentVolumeClaim ?? ephemeral)) return;
  for (const { backing } of await readVolumes(agent, pod, record, true)) {
    if (!backing) continue;
    for (const other of sharing(agent.store, record.uid, backing)) {
      const node = agent.sandboxes.nodeOf(other);
      if (node === undefined || !agent.sandboxes.get(node, other)?.ready) continue;
      const state = (await agent.sandboxes.look(node, other)).snapshot();
      writeBack(agent.store, other, (volume) => filesIn(state, volume));
    }
  }
}

/** Takes the sandbox away: the address is free again, logs and files stay. */
export function stopSandbox(agent: Agent, record: PodRecord): void {
  agent.sandboxes.stop(agent.node, record.uid);
  if (record.ip) releaseAddress(agent.store, record.ip, record.uid);
  record.sandboxReady = false;
}

function retryLater(agent: Agent, record: PodRecord, step: NonNullable<PodRecord['retry']>['step'], backOff: number): void {
  const attempt = record.retry?.step === step ? record.retry.attempt + 1 : 1;
  record.retry = { step, attempt, at: agent.clock.now() + thinned(backOff, attempt, minutes(30)).delay };
}
