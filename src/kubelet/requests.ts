// Inputs of a Pod's processes. HTTP requests to what they serve are such: they leave their traces (an access log, a counter).
import type { Machine } from '../cri/processes/machine.ts';
import type { Sandboxes } from '../cri/runtime/sandboxes.ts';
import type { Clock } from '../machinery/clock.ts';
import { jsonEqual } from '../machinery/equal.ts';
import type { HttpRequest, HttpResponse } from '../machinery/http.ts';
import type { WakeUpClass, WakeUps } from '../machinery/loop.ts';

interface Parts {
  sandboxes: Sandboxes;
  wakeUps: WakeUps;
  clock: Clock;
  node: string;
}

export const serveRequest = (parts: Parts, uid: string, port: number, request: HttpRequest): Promise<HttpResponse> =>
  actOn(parts, uid, (machine) => machine.exchange(port, request));

/** An input of a Pod's processes; the kubelet learns what has come of it. */
export async function actOn<T>(parts: Parts, uid: string, input: (machine: Machine) => T | Promise<T>): Promise<T> {
  const { sandboxes, wakeUps, clock, node } = parts;
  const before = sandboxes.containers(node, uid);
  const result = await sandboxes.act(node, uid, input);
  const pod = sandboxes.get(node, uid);
  if (!pod) return result;
  if (jsonEqual(before, sandboxes.containers(node, uid))) expectProcesses(parts, { uid, namespace: pod.namespace, name: pod.name });
  else wakeUps.set('kubelet', `${node}/${pod.namespace}/${pod.name}#wake`, clock.now(), 'progress');
  return result;
}

/** The processes do their next step when their projection is due. */
export function expectProcesses(
  { sandboxes, wakeUps, node }: Pick<Parts, 'sandboxes' | 'wakeUps' | 'node'>,
  { uid, namespace, name }: { uid: string; namespace: string; name: string },
): void {
  const next = sandboxes.next(node, uid);
  if (next !== undefined) wakeUps.set('kubelet', `${node}/${namespace}/${name}#process`, next, processClass(sandboxes, node, uid));
}

/** What processes do over and over is nothing to settle for. */
export const processClass = (sandboxes: Sandboxes, node: string, uid: string): WakeUpClass =>
  sandboxes.repeats(node, uid) ? 'recurrence' : 'process';
