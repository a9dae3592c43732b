// Plays the kubelet's exec: a process beside the container's own, its output as it comes, and a Status at the end.

import { seconds } from '../machinery/clock.ts';
import type { ApiRequest, ApiResponse, StreamChunk } from '../machinery/http.ts';
import type { WakeUps } from '../machinery/loop.ts';
import type { Status } from '../machinery/status.ts';
import type { Agent } from './agent.ts';
import { inputOrTime } from './input.ts';
import { isRunning, type PodRecord } from './record.ts';
import { expectProcesses } from './requests.ts';
import type { Pass } from './server.ts';

export async function execInContainer(
  agent: Agent,
  pass: Pass,
  wakeUps: WakeUps,
  record: PodRecord,
  container: string,
  request: ApiRequest,
): Promise<ApiResponse> {
  const { query = {} } = request;
  const argv = [query.command ?? []].flat();
  if (!isRunning(record.containers[container]))
    return { code: 500, body: `unable to upgrade connection: container not found ("${container}")` };
  const tty = isTrue(query.tty);
  const stdin = isTrue(query.stdin ?? query.input) && request.stdin !== undefined;
  const { sandboxes, node } = agent;
  const { uid } = record;
  const handle = await sandboxes.exec(node, uid, container, { argv, ...(tty ? { tty } : {}), ...(stdin ? { stdin } : {}) });
  noteChange(agent, wakeUps, record);
  return { code: 101, stream: chunks() };

  async function* chunks(): AsyncGenerator<StreamChunk> {
    const input = stdin ? request.stdin?.[Symbol.asyncIterator]() : undefined;
    let pending = input?.next();
    for (;;) {
      if (sandboxes.get(node, uid) === undefined) {
        yield { channel: 'error', data: failure('command terminated: the container is gone', 137) };
        return;
      }
      const { output, ...result } = await sandboxes.takeExec(node, uid, handle);
      expectProcesses({ sandboxes, wakeUps, node }, record);
      for (const chunk of output) yield chunk;
      if (result.startError !== undefined) {
        yield {
          channel: 'error',
          data: internalError(
            `failed to exec in container: failed to start exec "${agent.random.hex('exec-id', handle, 0, 64)}": ${result.startError}`,
          ),
        };
        return;
      }
      if (result.exitCode !== undefined) {
        yield {
          channel: 'error',
          data:
            result.exitCode === 0
              ? success()
              : failure(
                  `command terminated with non-zero exit code: error executing command [${argv.join(' ')}], exit code ${result.exitCode}`,
                  result.exitCode,
                ),
        };
        return;
      }
      if (!pending) {
        await pass(seconds(1));
        continue;
      }
      const next = await inputOrTime(pending, sandboxes.next(node, uid) !== undefined, pass, request.stdin);
      if (!next) continue;
      pending = next.done ? undefined : input?.next();
      const bytes = next.done ? 'eof' : next.value;
      await sandboxes.execInput(node, uid, handle, bytes);
    }
  }
}

/** What the command does may change what probes find. */
function noteChange({ store, node, clock }: Agent, wakeUps: WakeUps, { namespace, name }: PodRecord): void {
  const key = `/kubemu/kubelet/${node}/pods/${namespace}/${name}`;
  const latest = store.get<PodRecord>(key);
  if (latest) store.put(key, { ...latest, disturbed: true } satisfies PodRecord);
  wakeUps.set('kubelet', `${node}/${namespace}/${name}#wake`, clock.now(), 'progress');
}

const isTrue = (value: string | readonly string[] | undefined): boolean => ['true', '1'].includes([value ?? ''].flat()[0] ?? '');

export const success = (): Status => ({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 200 });

const failure = (message: string, exitCode: number): Status => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  message,
  reason: 'NonZeroExitCode',
  details: { causes: [{ reason: 'ExitCode', message: String(exitCode) }] },
  code: 500,
});

const internalError = (why: string): Status => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  message: `Internal error occurred: Internal error occurred: error executing command in container: ${why}`,
  reason: 'InternalError',
  details: { causes: [{ message: why }] },
  code: 500,
});
