// Plays kubelet's generateAPIPodStatus and status manager: a Pod's status from what the kubelet itself remembers.

import type { Pod } from '../api/core/pod.ts';
import type { V1Container, V1ContainerState, V1ContainerStatus, V1PodCondition, V1PodStatus } from '../api/generated/types.ts';
import { type Instant, rfc3339 } from '../machinery/clock.ts';
import { phaseOf } from './phase.ts';
import {
  type ContainerRecord,
  ephemeralContainersOf,
  hasExited,
  initContainersOf,
  isRunning,
  isSidecar,
  type PodRecord,
  type Run,
} from './record.ts';

/** Conditions that belong to the kubelet; all others are left as they are. */
const OWN = ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled'];

/** The status as of now. Notes in `record.conditions` when a condition changed. */
export function statusOf(pod: Pod, record: PodRecord, hostIP: string, now: Instant): V1PodStatus {
  const phase = phaseOf(pod, record);
  const generation = pod.metadata.generation;
  const waitingReason = initContainersOf(pod).length > 0 ? 'PodInitializing' : 'ContainerCreating';
  const statusFor = (container: V1Container, isInit: boolean): V1ContainerStatus =>
    containerStatus(container, shown(pod, record.containers[container.name]), waitingReason, isInit);
  const inits = initContainersOf(pod).map((container) => statusFor(container, true));
  const apps = pod.spec.containers.map((container) => statusFor(container, false)).sort((a, b) => (a.name < b.name ? -1 : 1));

  const ephemerals = ephemeralContainersOf(pod)
    .map((container) => {
      const { started: _, ...status } = statusFor(container, false);
      return { ...status, ready: false };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));

  const condition = (type: string, { status, reason, message }: Verdict): V1PodCondition => {
    const before = record.conditions[type];
    if (before?.status !== status) record.conditions[type] = { status, since: now };
    return {
      type,
      ...(generation === undefined ? {} : { observedGeneration: generation }),
      status,
      lastProbeTime: null as unknown as undefined,
      lastTransitionTime: rfc3339(record.conditions[type]?.since ?? now),
      ...(reason ? { reason } : {}),
      ...(message ? { message } : {}),
    };
  };
  const containersReady = containersReadyOf(pod, record, phase);
  const conditions = [
    condition('PodReadyToStartContainers', { status: record.sandboxReady ? 'True' : 'False' }),
    condition('Initialized', initializedOf(pod, record, phase)),
    condition('Ready', readyOf(pod, containersReady)),
    condition('ContainersReady', containersReady),
    scheduledCondition(pod, record, generation),
    ...(pod.status?.conditions ?? []).filter(({ type }) => !OWN.includes(type)),
  ];

  const address = pod.spec.hostNetwork ? hostIP : record.ip;
  return {
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    phase,
    conditions,
    ...(record.failure ?? {}),
    hostIP,
    hostIPs: [{ ip: hostIP }],
    ...(address && (record.sandboxAttempt > 0 || pod.spec.hostNetwork) ? { podIP: address, podIPs: [{ ip: address }] } : {}),
    startTime: rfc3339(record.seenAt),
    ...(inits.length > 0 ? { initContainerStatuses: inits } : {}),
    containerStatuses: apps,
    ...(ephemerals.length > 0 ? { ephemeralContainerStatuses: ephemerals } : {}),
    ...(pod.status?.qosClass ? { qosClass: pod.status.qosClass } : {}),
    ...(pod.status?.nominatedNodeName ? { nominatedNodeName: pod.status.nominatedNodeName } : {}),
  };
}

interface Verdict {
  status: string;
  reason?: string;
  message?: string;
}

function scheduledCondition(pod: Pod, record: PodRecord, generation: number | undefined): V1PodCondition {
  const known = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
  return {
    type: 'PodScheduled',
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    status: 'True',
    lastProbeTime: null as unknown as undefined,
    lastTransitionTime: (known?.status === 'True' ? known.lastTransitionTime : undefined) ?? rfc3339(record.seenAt),
  };
}

function initializedOf(pod: Pod, record: PodRecord, phase: string): Verdict {
  if (phase === 'Succeeded') return { status: 'True', reason: 'PodCompleted' };
  const incomplete = initContainersOf(pod).filter((container) => {
    const known = record.containers[container.name];
    return isSidecar(container) ? !known?.started : (known?.current?.exitCode ?? known?.last?.exitCode) !== 0;
  });
  const appsBegun = pod.spec.containers.some(({ name }) => record.containers[name]?.runs);
  if (incomplete.length === 0 || appsBegun) return { status: 'True' };
  return {
    status: 'False',
    reason: 'ContainersNotInitialized',
    message: `containers with incomplete status: [${incomplete.map(({ name }) => name).join(' ')}]`,
  };
}

function containersReadyOf(pod: Pod, record: PodRecord, phase: string): Verdict {
  if (phase === 'Succeeded') return { status: 'False', reason: 'PodCompleted' };
  if (phase === 'Failed') return { status: 'False', reason: 'PodFailed' };
  const counted = [...initContainersOf(pod).filter(isSidecar), ...pod.spec.containers];
  const unready = counted.filter(({ name }) => !record.containers[name]?.ready);
  if (unready.length === 0) return { status: 'True' };
  return {
    status: 'False',
    reason: 'ContainersNotReady',
    message: `containers with unready status: [${unready.map(({ name }) => name).join(' ')}]`,
  };
}

function readyOf(pod: Pod, containersReady: Verdict): Verdict {
  if (containersReady.status !== 'True') return containersReady;
  const missing: string[] = [];
  for (const { conditionType } of pod.spec.readinessGates ?? []) {
    const gate = pod.status?.conditions?.find(({ type }) => type === conditionType);
    if (!gate) missing.push(`corresponding condition of pod readiness gate "${conditionType}" does not exist.`);
    else if (gate.status !== 'True') missing.push(`the status of pod readiness gate "${conditionType}" is not "True", but ${gate.status}`);
  }
  return missing.length === 0 ? { status: 'True' } : { status: 'False', reason: 'ReadinessGatesNotReady', message: missing.join(', ') };
}

function containerStatus(
  container: V1Container,
  known: ContainerRecord | undefined,
  waitingReason: string,
  isInit: boolean,
): V1ContainerStatus {
  const { state, lastState } = statesOf(known, waitingReason);
  const run = known?.current ?? known?.last;
  // An init container that is to end is ready when it has ended well, not while it runs.
  const ready = isInit && !isSidecar(container) ? known?.current?.exitCode === 0 : (known?.ready ?? false);
  const { requests, limits } = container.resources ?? {};
  return {
    name: container.name,
    state,
    lastState,
    ready,
    restartCount: Math.max(0, (known?.runs ?? 0) - 1),
    image: run?.image ?? container.image ?? '',
    imageID: run?.imageID ?? '',
    ...(run ? { containerID: `containerd://${run.id}` } : {}),
    started: known?.started ?? false,
    ...(run && requests ? { allocatedResources: requests } : {}),
    ...(run ? { resources: { ...(limits ? { limits } : {}), ...(requests ? { requests } : {}) } } : {}),
    ...(container.volumeMounts
      ? {
          volumeMounts: container.volumeMounts.map(({ name, mountPath, readOnly }) => ({
            name,
            mountPath,
            ...(readOnly ? { readOnly, recursiveReadOnly: 'Disabled' } : {}),
          })),
        }
      : {}),
    ...(run ? { user: { linux: { uid: run.user, gid: run.groups[0] ?? 0, supplementalGroups: [...run.groups] } } } : {}),
  };
}

/** Nothing of a Pod that is being deleted is started again: a container that was put off shows how it ended. */
function shown(pod: Pod, known: ContainerRecord | undefined): ContainerRecord | undefined {
  if (!pod.metadata.deletionTimestamp || !known?.waiting || !hasExited(known)) return known;
  const { waiting: _, ...ended } = known;
  return ended;
}

function statesOf(known: ContainerRecord | undefined, waitingReason: string): { state: V1ContainerState; lastState: V1ContainerState } {
  const { current, last, waiting } = known ?? {};
  if (current && isRunning(known)) {
    return { state: { running: { startedAt: rfc3339(current.startedAt) } }, lastState: last ? { terminated: terminated(last) } : {} };
  }
  // A container that is put off shows why; how it ended moves to its last state.
  if (waiting)
    return { state: { waiting }, lastState: current ? { terminated: terminated(current) } : last ? { terminated: terminated(last) } : {} };
  if (current && hasExited(known))
    return { state: { terminated: terminated(current) }, lastState: last ? { terminated: terminated(last) } : {} };
  return { state: { waiting: { reason: waitingReason } }, lastState: {} };
}

function terminated(run: Run): NonNullable<V1ContainerState['terminated']> {
  return {
    exitCode: run.exitCode ?? 0,
    ...(run.reason ? { reason: run.reason } : {}),
    ...(run.message ? { message: run.message } : {}),
    startedAt: rfc3339(run.startedAt),
    finishedAt: rfc3339(run.finishedAt ?? run.startedAt),
    containerID: `containerd://${run.id}`,
  };
}
