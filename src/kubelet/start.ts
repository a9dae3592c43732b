// Plays kuberuntime's startContainer: back-off, image, configuration, create and start, post-start hook.

import type { Pod } from '../api/core/pod.ts';
import type { V1Container } from '../api/generated/types.ts';
import type { ContainerProcess, Machine } from '../cri/processes/machine.ts';
import { parseReference } from '../cri/runtime/reference.ts';
import { hours } from '../machinery/clock.ts';
import { changeMachine } from '../node/machine.ts';
import { type Agent, containerEvent } from './agent.ts';
import { thinned } from './back-off.ts';
import { groupsOf, processOf } from './container-config.ts';
import { countPutOffs, countSkipped, isHeldBack } from './crash-loop.ts';
import { ConfigError } from './environment.ts';
import { beginHook } from './hooks.ts';
import { beginProbes } from './probes.ts';
import { ensureImage } from './pull.ts';
import { noLongerPutOff, putOff, SYNC } from './put-off.ts';
import { allContainers, containerNamed, isRunning, type PodRecord, type Run, recordOf } from './record.ts';
import { volumeFiles } from './sandbox.ts';
import { killContainer } from './stop.ts';
import { MountError } from './volumes.ts';

/** Takes the first container of the pass one step further: an operation begins, or it is done with. */
export async function startNext(agent: Agent, pod: Pod, record: PodRecord): Promise<void> {
  const name = record.queue[0] ?? '';
  const container = containerNamed(pod, name);
  if (container?.image) recordOf(record, name).image = container.image;
  if (!record.names.includes(name)) record.names = [...record.names, name];
  if (!container || (await isHeldBack(agent, pod, record, container))) {
    record.queue.shift();
    return;
  }
  await countPutOffs(agent, pod, record, container);
  await countSkipped(agent, pod, container, recordOf(record, name));
  const outcome = await ensureImage(agent, pod, record, container);
  if (outcome === 'present') beginStart(agent, record, container);
  else if (outcome === 'no') record.queue.shift();
}

export function beginStart(agent: Agent, record: PodRecord, container: V1Container): void {
  const now = agent.clock.now();
  const jitter = agent.random.u32('start-duration', `${record.uid}/${container.name}`, recordOf(record, container.name).runs) % 60;
  record.op = { kind: 'start', container: container.name, from: now, until: now + 70 + jitter };
}

export async function finishStart(agent: Agent, pod: Pod, record: PodRecord, container: V1Container): Promise<void> {
  const { name, image = '' } = container;
  const now = agent.clock.now();
  const known = recordOf(record, name);
  record.queue.shift();

  const reference = parseReference(image);
  const found = 'error' in reference ? reference : await agent.catalog.find(reference);
  if ('error' in found || 'error' in reference)
    return putOff(known, 'CreateContainerError', 'error' in found ? found.error : 'invalid reference format', now, SYNC);
  let process: ContainerProcess;
  let prepare: ((machine: Machine) => void) | undefined;
  try {
    process = await processOf(agent, pod, record, container, found.image);
    if (!record.volumesPut) prepare = await volumeFiles(agent, pod, record);
  } catch (error) {
    if (error instanceof MountError) {
      record.mounted = false; // what was there a moment ago is gone
      return;
    }
    if (!(error instanceof ConfigError)) throw error;
    const { delay, count } = thinned(SYNC, known.retries ?? 0, hours(1));
    await containerEvent(agent, pod, name, 'Warning', 'Failed', `Error: ${error.message}`, count);
    return putOff(known, 'CreateContainerConfigError', error.message, now, delay);
  }

  if (known.current) known.last = known.current;
  known.runs++;
  noLongerPutOff(known);
  const run: Run = {
    id: agent.random.hex('container-id', `${record.uid}/${name}`, known.runs, 64),
    image: reference.full,
    imageID: `${reference.repository}@${found.image.digest}`,
    user: process.user ?? 0,
    groups: groupsOf(pod, container, found.image),
    startedAt: now,
  };
  known.current = run;
  known.started = container.startupProbe === undefined;
  known.ready = known.started && container.readinessProbe === undefined;
  await containerEvent(agent, pod, name, 'Normal', 'Created', 'Container created');

  const state = await agent.sandboxes.start(agent.node, record.uid, process, prepare);
  record.volumesPut = true;
  if (state?.startError !== undefined) {
    Object.assign(run, { startedAt: 0, finishedAt: now, exitCode: 128, reason: 'StartError', message: state.startError });
    Object.assign(known, { started: false, ready: false });
    await containerEvent(agent, pod, name, 'Warning', 'Failed', `Error: ${state.startError}`);
    return;
  }
  await containerEvent(agent, pod, name, 'Normal', 'Started', 'Container started');
  beginProbes(container, known, record, now);
  if (agent.machine.cni === 'agent' && bringsNetwork(container)) {
    changeMachine(agent.store, agent.node, { cni: 'installed' });
    agent.wakeAll();
  }
  if (container.lifecycle?.postStart) await beginHook(agent, pod, record, container, 'postStart');
}

/** A container's image is all that may change of it: what runs is replaced, what waits is tried at once. True when there was a change. */
export async function applyChanges(agent: Agent, pod: Pod, record: PodRecord): Promise<boolean> {
  let changed = false;
  for (const container of allContainers(pod)) {
    const known = record.containers[container.name];
    if (!known?.image || known.image === container.image || known.kill) continue;
    known.image = container.image ?? '';
    delete known.backOff;
    if (known.waiting) noLongerPutOff(known);
    if (isRunning(known))
      await killContainer(agent, pod, record, container, `Container ${container.name} definition changed, will be restarted`);
    changed = true;
  }
  return changed;
}

/** The agent of a network plugin puts its configuration on the node's disk and keeps running. */
const bringsNetwork = (container: V1Container): boolean =>
  /(^|\/)(calico\/node|cilium|flannel|weave-kube|kindnetd|antrea)/.test(container.image ?? '');
