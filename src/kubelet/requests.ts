// HTTP requests to what a Pod's processes serve: inputs of its machine, which leave their traces (an access log, a counter).
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

export async function serveRequest(parts: Parts, uid: string, port: number, request: HttpRequest): Promise<HttpResponse> {
  const { sandboxes, wakeUps, clock, node } = parts;
  const before = sandboxes.containers(node, uid);
  const response = await sandboxes.act(node, uid, (machine) => machine.exchange(port, request));
  const pod = sandboxes.get(node, uid);
  if (!pod) return response;
  if (jsonEqual(before, sandboxes.containers(node, uid))) expectProcesses(parts, { uid, namespace: pod.namespace, name: pod.name });
  else wakeUps.set('kubelet', `${node}/${pod.namespace}/${pod.name}#wake`, clock.now(), 'progress');
  return response;
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
