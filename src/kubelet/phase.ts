// Plays kubelet_pods.go getPhase: what all containers together make of a Pod.

import type { Pod } from '../api/core/pod.ts';
import type { V1Container } from '../api/generated/types.ts';
import { hasExited, initContainersOf, isRunning, isSidecar, type PodRecord } from './record.ts';

export type Phase = 'Pending' | 'Running' | 'Succeeded' | 'Failed';

export function phaseOf(pod: Pod, record: PodRecord): Phase {
  if (record.failure) return 'Failed';
  const policy = pod.spec.restartPolicy ?? 'Always';
  const closing = record.stopping !== undefined;

  let sidecarRuns = false;
  for (const init of initContainersOf(pod)) {
    const known = record.containers[init.name];
    if (isSidecar(init)) {
      if (!known?.runs) return 'Pending';
      sidecarRuns ||= isRunning(known);
      continue;
    }
    const run = known?.current ?? known?.last;
    if (run?.exitCode === 0) continue;
    const failedForGood = hasExited(known) && (policy === 'Never' || closing);
    return failedForGood ? 'Failed' : 'Pending';
  }

  let running = 0;
  let stopped = 0;
  let succeeded = 0;
  for (const { name } of pod.spec.containers) {
    const known = record.containers[name];
    if (isRunning(known)) running++;
    else if (known?.current) {
      stopped++;
      if (known.current.exitCode === 0) succeeded++;
    } else return 'Pending';
  }
  if (running > 0 || sidecarRuns) return 'Running';
  if (policy === 'Always' && !closing) return 'Running';
  if (stopped === succeeded) return 'Succeeded';
  return policy === 'OnFailure' && !closing ? 'Running' : 'Failed';
}

/** Whether a container that has exited is to be started again. */
export function willRestart(pod: Pod, container: V1Container, exitCode: number): boolean {
  if (isSidecar(container)) return true;
  const policy = pod.spec.restartPolicy ?? 'Always';
  const isInit = initContainersOf(pod).some(({ name }) => name === container.name);
  if (isInit && exitCode === 0) return false;
  if (policy === 'Never') return false;
  return isInit || policy === 'Always' || exitCode !== 0;
}
