// Plays the kubelet's attach: the output of a container's own process as it comes. Its input is not simulated: what is typed is dropped.
import { seconds } from '../machinery/clock.ts';
import type { ApiRequest, ApiResponse, StreamChunk } from '../machinery/http.ts';
import type { Agent } from './agent.ts';
import { success } from './exec.ts';
import { isRunning, type PodRecord } from './record.ts';
import type { Pass } from './server.ts';

export async function attachToContainer(
  agent: Agent,
  pass: Pass,
  record: PodRecord,
  container: string,
  request: ApiRequest,
): Promise<ApiResponse> {
  if (!isRunning(record.containers[container])) {
    return { code: 500, body: `unable to upgrade connection: container ${container} not found in pod ${record.name}_${record.namespace}` };
  }
  // With its input open a container has waited for whoever attaches: nothing of its output is lost.
  const fromStart = [request.query?.stdin ?? []].flat()[0] === 'true';
  return { code: 101, stream: output() };

  async function* output(): AsyncGenerator<StreamChunk> {
    const lines = async (): Promise<{ fresh: StreamChunk[]; over: boolean }> => {
      const machine = await agent.sandboxes.look(agent.node, record.uid);
      const all = await machine.logs(container);
      const over = machine.container(container)?.state !== 'running';
      const shown = over ? all : all.filter(({ complete }) => complete);
      const fresh = shown
        .slice(seen)
        .map(({ stream, text, complete }) => ({ channel: stream, data: Buffer.from(complete ? `${text}\n` : text, 'utf8') }));
      seen = shown.length;
      return { fresh, over };
    };
    let seen = 0;
    if (!fromStart) await lines();
    for (;;) {
      if (!agent.sandboxes.get(agent.node, record.uid)) return;
      const { fresh, over } = await lines();
      yield* fresh;
      if (over) {
        yield { channel: 'error', data: success() };
        return;
      }
      await pass(seconds(1));
    }
  }
}
