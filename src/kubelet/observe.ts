// Plays the PLEG: carries into the kubelet's record what the runtime says has become of the containers.
import type { Pod } from '../api/core/pod.ts';
import type { ContainerState } from '../cri/processes/machine.ts';
import type { Agent } from './agent.ts';
import { processesChanged } from './probes.ts';
import { containerNamed, isRunning, type PodRecord, type Run } from './record.ts';

/** Longest message that a container may leave behind. */
const MOST_MESSAGE = 4096;

/** True when a container has ended since the last look. */
export async function observe(agent: Agent, pod: Pod | undefined, record: PodRecord): Promise<boolean> {
  const { node, clock, sandboxes } = agent;
  const acted = await sandboxes.catchUp(node, record.uid);
  if ((acted || record.disturbed) && pod) processesChanged(pod, record, clock.now());
  delete record.disturbed;
  const states = sandboxes.containers(node, record.uid);
  let changed = false;
  for (const [name, known] of Object.entries(record.containers)) {
    const state = states[name];
    if (!known.current || !isRunning(known) || state?.state !== 'exited' || (state.finishedAt ?? 0) < known.current.startedAt) continue;
    Object.assign(known.current, endOf(state, clock.now()));
    const message = await terminationMessage(agent, pod, record, name, known.current);
    if (message) known.current.message = message;
    known.ready = false;
    known.started = false;
    delete known.kill;
    delete known.hook;
    delete known.probes;
    changed = true;
  }
  return changed;
}

function endOf(state: ContainerState, now: number): Partial<Run> {
  const exitCode = state.exitCode ?? (state.signal ? 128 + state.signal : 0);
  return { finishedAt: state.finishedAt ?? now, exitCode, reason: state.oomKilled ? 'OOMKilled' : exitCode === 0 ? 'Completed' : 'Error' };
}

/** What the container wrote to its termination log, or with FallbackToLogsOnError the end of its log. */
async function terminationMessage(agent: Agent, pod: Pod | undefined, record: PodRecord, name: string, run: Run): Promise<string> {
  const container = pod && containerNamed(pod, name);
  if (!container) return '';
  const machine = await agent.sandboxes.look(agent.node, record.uid);
  const written = await machine.readFile(name, container.terminationMessagePath ?? '/dev/termination-log');
  if (written && written.length > 0) return Buffer.from(written).toString('utf8').slice(0, MOST_MESSAGE);
  if (container.terminationMessagePolicy !== 'FallbackToLogsOnError' || run.exitCode === 0) return '';
  const lines = await machine.logs(name, { tail: 80 });
  return lines
    .map(({ text, complete }) => (complete ? `${text}\n` : text))
    .join('')
    .slice(-2048);
}
