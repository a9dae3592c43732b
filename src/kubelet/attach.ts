// Plays the kubelet's attach: the output of a container's own process as it comes, and its input where the container keeps it open.
import { Pod } from '../api/core/pod.ts';
import type { LogLine } from '../cri/processes/machine.ts';
import { seconds } from '../machinery/clock.ts';
import type { ApiRequest, ApiResponse, StreamChunk } from '../machinery/http.ts';
import type { WakeUps } from '../machinery/loop.ts';
import type { Agent } from './agent.ts';
import { success } from './exec.ts';
import { inputOrTime } from './input.ts';
import { containerNamed, isRunning, type PodRecord } from './record.ts';
import { actOn } from './requests.ts';
import type { Pass } from './server.ts';

export async function attachToContainer(
  agent: Agent,
  pass: Pass,
  wakeUps: WakeUps,
  record: PodRecord,
  container: string,
  request: ApiRequest,
): Promise<ApiResponse> {
  if (!isRunning(record.containers[container])) {
    return { code: 500, body: `unable to upgrade connection: container ${container} not found in pod ${record.name}_${record.namespace}` };
  }
  const { sandboxes, node } = agent;
  const { uid } = record;
  const pod = await agent.client.get(Pod, { namespace: record.namespace, name: record.name });
  const spec = pod && containerNamed(pod as Pod, container);
  // With its input open a container has waited for whoever attaches: nothing of its output is lost.
  const fromStart = [request.query?.stdin ?? []].flat()[0] === 'true';
  const input = fromStart && spec?.stdin ? request.stdin : undefined;
  return { code: 101, stream: spec?.tty ? terminal() : lines() };

  async function* lines(): AsyncGenerator<StreamChunk> {
    let seen = 0;
    yield* follow((all, over) => {
      const shown = over ? all : all.filter(({ complete }) => complete);
      const fresh = shown.slice(seen).map((line) => ({ channel: line.stream, data: Buffer.from(textOf(line), 'utf8') }));
      seen = shown.length;
      return fresh;
    });
  }

  /** On a terminal what has no newline yet shows too: the prompt. */
  async function* terminal(): AsyncGenerator<StreamChunk> {
    let seen = 0;
    yield* follow((all) => {
      const text = all.map(textOf).join('');
      const fresh = text.slice(seen).replace(/\n/g, '\r\n');
      seen = text.length;
      return fresh === '' ? [] : [{ channel: 'stdout', data: Buffer.from(fresh, 'utf8') }];
    });
  }

  async function* follow(news: (all: LogLine[], over: boolean) => StreamChunk[]): AsyncGenerator<StreamChunk> {
    const typed = input?.[Symbol.asyncIterator]();
    let pending = typed?.next();
    let isFirst = true;
    for (;;) {
      if (!sandboxes.get(node, uid)) return;
      const machine = await sandboxes.look(node, uid);
      const over = machine.container(container)?.state !== 'running';
      const fresh = news(await machine.logs(container), over);
      if (!isFirst || fromStart) yield* fresh;
      isFirst = false;
      if (over) {
        yield { channel: 'error', data: success() };
        return;
      }
      if (!pending) {
        await pass(seconds(1));
        continue;
      }
      const next = await inputOrTime(pending, sandboxes.next(node, uid) !== undefined, pass, input);
      if (!next || !sandboxes.get(node, uid)) continue;
      pending = next.done ? undefined : typed?.next();
      if (next.done && !spec?.stdinOnce) continue;
      const bytes = next.done ? 'eof' : next.value;
      await actOn({ sandboxes, wakeUps, clock: agent.clock, node }, uid, (open) => open.execInput(`stdin:${container}`, bytes));
    }
  }
}

const textOf = ({ text, complete }: LogLine): string => (complete ? `${text}\n` : text);
