// Plays killContainer and killPod: preStop hook, TERM, the grace period, KILL; containers first, then sidecars in reverse order.

import type { Pod } from '../api/core/pod.ts';
import type { V1Container } from '../api/generated/types.ts';
import { type Instant, seconds } from '../machinery/clock.ts';
import { type Agent, containerEvent } from './agent.ts';
import { type Hook, hookDue, hookFailed, hookResult, startHook } from './hooks.ts';
import { containerNamed, initContainersOf, isRunning, isSidecar, type PodRecord, recordOf } from './record.ts';

/** A container gets at least this long after its preStop hook (kuberuntime minimumGracePeriodInSeconds). */
const LEAST_GRACE = seconds(2);

const TERM = 15;
const KILL = 9;

/** Begins to stop a running container. */
export async function killContainer(
  agent: Agent,
  pod: Pod,
  record: PodRecord,
  container: V1Container,
  message: string,
  graceSeconds?: number,
): Promise<void> {
  const known = recordOf(record, container.name);
  if (!isRunning(known) || known.kill) return;
  const now = agent.clock.now();
  const grace = seconds(graceSeconds ?? pod.spec.terminationGracePeriodSeconds ?? 30);
  await containerEvent(agent, pod, container.name, 'Normal', 'Killing', message);
  known.kill = { until: now + grace, stage: 'pre-stop' };
  const hook = grace > 0 ? await startHook(agent, pod, record, container, 'preStop') : undefined;
  if (hook) known.hook = hook;
  else await terminate(agent, record, container.name, grace === 0 ? KILL : TERM);
}

/** Takes every kill one step further; true when something happened. */
export async function continueKills(agent: Agent, pod: Pod | undefined, record: PodRecord): Promise<boolean> {
  const now = agent.clock.now();
  let changed = false;
  for (const [name, known] of Object.entries(record.containers)) {
    const { kill, hook } = known;
    if (!kill || !isRunning(known)) continue;
    if (kill.stage === 'pre-stop') {
      const code = hook ? await hookResult(agent, record, hook) : 0;
      if (code === undefined && now < kill.until) continue;
      delete known.hook;
      const container = pod && containerNamed(pod, name);
      if (container && pod && code !== 0) await hookFailed(agent, pod, container, 'preStop');
      kill.until = Math.max(kill.until, now + LEAST_GRACE);
      await terminate(agent, record, name, TERM);
      changed = true;
    } else if (now >= kill.until) {
      await agent.sandboxes.act(agent.node, record.uid, (machine) => machine.kill(name, KILL));
      changed = true;
    }
  }
  return changed;
}

async function terminate(agent: Agent, record: PodRecord, name: string, signal: number): Promise<void> {
  const { kill } = recordOf(record, name);
  if (kill) kill.stage = 'term';
  await agent.sandboxes.act(agent.node, record.uid, (machine) => machine.kill(name, signal));
}

/** When a kill must be looked at again, beside the end of the process. */
export function* killsDue(agent: Agent, record: PodRecord): Generator<Instant> {
  for (const known of Object.values(record.containers)) {
    if (!known.kill || !isRunning(known)) continue;
    yield known.kill.until;
    const hook: Hook | undefined = known.hook;
    if (hook) yield hookDue(agent, record, hook);
  }
}

/** Begins to stop a whole Pod. */
export function beginStopping(agent: Agent, record: PodRecord, grace: number): void {
  record.stopping = { since: agent.clock.now(), grace, stage: 'containers' };
  record.queue = [];
  if (record.op && record.op.kind !== 'teardown') delete record.op;
}

/** One step of stopping a Pod; false when nothing is to be done now. */
export async function continueStopping(agent: Agent, pod: Pod | undefined, record: PodRecord): Promise<boolean> {
  const { stopping } = record;
  if (!stopping || stopping.stage === 'done') return false;
  if (await continueKills(agent, pod, record)) return true;

  const inits = pod ? initContainersOf(pod) : [];
  const sidecars = new Set(inits.filter(isSidecar).map(({ name }) => name));
  const running = Object.keys(record.containers).filter((name) => isRunning(record.containers[name]));
  const main = running.filter((name) => !sidecars.has(name));
  const elapsed = Math.floor((agent.clock.now() - stopping.since) / 1000);

  if (stopping.stage === 'containers') {
    if (main.length === 0) {
      stopping.stage = 'sidecars';
      return true;
    }
    return stopAll(agent, pod, record, main, stopping.grace);
  }
  if (stopping.stage === 'sidecars') {
    const last = [...sidecars].reverse().find((name) => running.includes(name));
    if (last) return stopAll(agent, pod, record, [last], Math.max(2, stopping.grace - elapsed));
    stopping.stage = 'teardown';
    const now = agent.clock.now();
    if (record.sandboxReady)
      record.op = { kind: 'teardown', from: now, until: now + 200 + (agent.random.u32('teardown-duration', record.uid) % 200) };
    else stopping.stage = 'done';
    return true;
  }
  return false;
}

async function stopAll(agent: Agent, pod: Pod | undefined, record: PodRecord, names: readonly string[], grace: number): Promise<boolean> {
  let begun = false;
  for (const name of names) {
    const known = recordOf(record, name);
    if (known.kill) continue;
    begun = true;
    const container = pod && containerNamed(pod, name);
    if (pod && container) {
      await killContainer(agent, pod, record, container, `Stopping container ${name}`, grace);
    } else {
      known.kill = { until: agent.clock.now() + seconds(Math.max(1, grace)), stage: 'pre-stop' };
      await terminate(agent, record, name, TERM);
    }
  }
  return begun;
}
