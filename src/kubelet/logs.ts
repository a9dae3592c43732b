// Plays the kubelet's containerLogs: a container's lines with the options of kubectl logs.
import type { LogLine, Machine } from '../cri/processes/machine.ts';
import { calendar, parseTime, seconds } from '../machinery/clock.ts';
import type { ApiRequest, ApiResponse, StreamChunk } from '../machinery/http.ts';
import type { Agent } from './agent.ts';
import { isRunning, type PodRecord } from './record.ts';
import type { Pass } from './server.ts';

interface LogOptions {
  previous: boolean;
  follow: boolean;
  timestamps: boolean;
  tail?: number;
  since?: number;
  limitBytes?: number;
}

/** What the kubelet says for the commonest reasons to wait; the reason itself for the others. */
const WAITING: Readonly<Record<string, string>> = {
  ErrImagePull: "image can't be pulled",
  ImagePullBackOff: 'trying and failing to pull image',
};

export async function containerLogs(
  agent: Agent,
  pass: Pass,
  record: PodRecord,
  container: string,
  request: ApiRequest,
): Promise<ApiResponse> {
  const options = optionsOf(agent, request);
  const known = record.containers[container];
  const run = options.previous ? known?.last : known?.current;
  if (options.previous && !run)
    return { code: 400, body: badRequest(`previous terminated container "${container}" in pod "${record.name}" not found`) };
  if (!run) {
    if (!record.names.includes(container))
      return { code: 400, body: badRequest(`container ${container} is not valid for pod ${record.name}`) };
    const why = known?.waiting?.reason ?? (record.hasInits ? 'PodInitializing' : 'ContainerCreating');
    return { code: 400, body: badRequest(`container "${container}" in pod "${record.name}" is waiting to start: ${WAITING[why] ?? why}`) };
  }
  return {
    code: 200,
    stream: options.follow && !options.previous ? follow(agent, pass, record, container, options) : once(agent, record, container, options),
  };
}

async function* once(agent: Agent, record: PodRecord, container: string, options: LogOptions): AsyncGenerator<StreamChunk> {
  const machine = await agent.sandboxes.look(agent.node, record.uid);
  const text = limited((await linesOf(machine, container, options)).map((line) => shown(line, options)).join(''), options.limitBytes);
  if (text) yield { channel: 'stdout', data: Buffer.from(text, 'utf8') };
}

async function* follow(agent: Agent, pass: Pass, record: PodRecord, container: string, options: LogOptions): AsyncGenerator<StreamChunk> {
  const run = (): { id: string } | undefined =>
    agent.store.get<PodRecord>(`/kubemu/kubelet/${agent.node}/pods/${record.namespace}/${record.name}`)?.containers[container]?.current;
  const { id } = run() ?? {};
  let shownLines: number | undefined;
  for (;;) {
    if (run()?.id !== id || !agent.sandboxes.get(agent.node, record.uid)) return;
    const machine = await agent.sandboxes.look(agent.node, record.uid);
    const all = await machine.logs(container);
    const complete = all.filter((line) => line.complete);
    const fresh =
      shownLines === undefined ? (await linesOf(machine, container, options)).filter((line) => line.complete) : complete.slice(shownLines);
    shownLines = complete.length;
    if (fresh.length > 0) yield { channel: 'stdout', data: Buffer.from(fresh.map((line) => shown(line, options)).join(''), 'utf8') };
    const state = agent.store.get<PodRecord>(`/kubemu/kubelet/${agent.node}/pods/${record.namespace}/${record.name}`);
    if (!isRunning(state?.containers[container]) || machine.container(container)?.state !== 'running') {
      const rest = all.at(-1);
      if (rest && !rest.complete) yield { channel: 'stdout', data: Buffer.from(shown(rest, options), 'utf8') };
      return;
    }
    await pass(seconds(1));
  }
}

const linesOf = (machine: Machine, container: string, { previous, tail, since }: LogOptions): Promise<LogLine[]> =>
  machine.logs(container, {
    ...(previous ? { previous } : {}),
    ...(tail === undefined ? {} : { tail }),
    ...(since === undefined ? {} : { since }),
  });

function shown({ at, text, complete }: LogLine, { timestamps }: LogOptions): string {
  return `${timestamps ? `${stamp(at)} ` : ''}${text}${complete ? '\n' : ''}`;
}

/** RFC3339Nano as containerd writes it: `2026-11-20T14:03:00.123000000Z`. */
const stamp = (at: number): string => `${calendar(at).toISOString().slice(0, 23)}000000Z`;

function limited(text: string, limit: number | undefined): string {
  return limit === undefined ? text : Buffer.from(text, 'utf8').subarray(0, limit).toString('utf8');
}

function optionsOf(agent: Agent, { query = {} }: ApiRequest): LogOptions {
  const text = (name: string): string | undefined => [query[name] ?? []].flat()[0];
  const number = (name: string): number | undefined => (text(name) === undefined ? undefined : Number(text(name)));
  const isTrue = (name: string): boolean => ['true', '1', 't', 'T', 'TRUE', 'True'].includes(text(name) ?? '');
  const tail = number('tailLines');
  const sinceSeconds = number('sinceSeconds');
  const sinceTime = text('sinceTime');
  const since =
    sinceSeconds !== undefined ? agent.clock.now() - seconds(sinceSeconds) : sinceTime === undefined ? undefined : parseTime(sinceTime);
  const limitBytes = number('limitBytes');
  return {
    previous: isTrue('previous'),
    follow: isTrue('follow'),
    timestamps: isTrue('timestamps'),
    ...(tail === undefined || tail < 0 ? {} : { tail }),
    ...(since === undefined ? {} : { since }),
    ...(limitBytes === undefined ? {} : { limitBytes }),
  };
}

const badRequest = (message: string): unknown => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  message,
  reason: 'BadRequest',
  code: 400,
});
