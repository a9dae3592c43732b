// Plays kuberuntime's computePodActions: which containers a pass should start, and whether the Pod has come to its end.
import type { Pod } from '../api/core/pod.ts';
import { willRestart } from './phase.ts';
import { ephemeralContainersOf, hasExited, initContainersOf, isRunning, isSidecar, type PodRecord } from './record.ts';

export interface Plan {
  /** To be started in this order. */
  start: string[];
  /** Nothing will ever be started again: the rest is to be stopped. */
  over: boolean;
}

export function planOf(pod: Pod, record: PodRecord): Plan {
  // An ephemeral container is started once, whatever the others do.
  const start = ephemeralContainersOf(pod).flatMap(({ name }) => (record.containers[name]?.runs ? [] : [name]));
  const appsBegun = pod.spec.containers.some(({ name }) => record.containers[name]?.runs);

  for (const init of initContainersOf(pod)) {
    const known = record.containers[init.name];
    if (isSidecar(init)) {
      if (!isRunning(known)) start.push(init.name);
      if (!appsBegun && !(isRunning(known) && known?.started)) return { start, over: false };
      continue;
    }
    if (appsBegun || (hasExited(known) && known?.current?.exitCode === 0)) continue;
    if (isRunning(known)) return { start, over: false };
    if (hasExited(known) && !willRestart(pod, init, known?.current?.exitCode ?? 1)) return { start: [], over: true };
    return { start: [...start, init.name], over: false };
  }

  const over = pod.spec.containers.every((container) => {
    const known = record.containers[container.name];
    return hasExited(known) && !willRestart(pod, container, known?.current?.exitCode ?? 1);
  });
  if (over) return { start: [], over: true };

  for (const container of pod.spec.containers) {
    const known = record.containers[container.name];
    if (isRunning(known)) continue;
    if (hasExited(known) && !willRestart(pod, container, known?.current?.exitCode ?? 1)) continue;
    start.push(container.name);
  }
  return { start, over: false };
}
