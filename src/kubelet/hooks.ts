// Lifecycle hooks: postStart and preStop, as exec, httpGet or sleep. A hook's process runs in the container's machine.

import type { Pod } from '../api/core/pod.ts';
import type { V1Container } from '../api/generated/types.ts';
import { type Instant, seconds } from '../machinery/clock.ts';
import { type Agent, containerEvent } from './agent.ts';
import { probeOnce } from './probe.ts';
import { type PodRecord, recordOf } from './record.ts';

export type HookName = 'postStart' | 'preStop';

/** A hook that has begun: a process to wait for, or an instant. */
export interface Hook {
  handle?: string;
  until?: Instant;
}

/** Begins a hook; undefined when there is none, or it is already over. */
export async function startHook(
  agent: Agent,
  pod: Pod,
  record: PodRecord,
  container: V1Container,
  name: HookName,
): Promise<Hook | undefined> {
  const handler = container.lifecycle?.[name];
  if (handler?.exec) {
    const argv = handler.exec.command ?? [];
    return { handle: await agent.sandboxes.exec(agent.node, record.uid, container.name, { argv }) };
  }
  if (handler?.sleep) return { until: agent.clock.now() + seconds(handler.sleep.seconds) };
  if (handler?.httpGet) {
    const outcome = await probeOnce(agent, record, container, { httpGet: handler.httpGet, timeoutSeconds: 1 });
    if (!outcome.ok) await hookFailed(agent, pod, container, name);
  }
  return undefined;
}

/** The exit code of a hook's process; undefined while it runs. */
export async function hookResult(agent: Agent, record: PodRecord, hook: Hook): Promise<number | undefined> {
  if (hook.until !== undefined) return hook.until <= agent.clock.now() ? 0 : undefined;
  if (hook.handle === undefined) return 0;
  const { exitCode, startError } = await agent.sandboxes.takeExec(agent.node, record.uid, hook.handle);
  return startError === undefined ? exitCode : 126;
}

export const hookFailed = (agent: Agent, pod: Pod, container: V1Container, name: HookName): Promise<void> =>
  containerEvent(
    agent,
    pod,
    container.name,
    'Warning',
    name === 'postStart' ? 'FailedPostStartHook' : 'FailedPreStopHook',
    name === 'postStart' ? 'PostStartHook failed' : 'PreStopHook failed',
  );

/** Begins the postStart hook: the pass waits for it. */
export async function beginHook(agent: Agent, pod: Pod, record: PodRecord, container: V1Container, name: HookName): Promise<void> {
  const hook = await startHook(agent, pod, record, container, name);
  if (!hook) return;
  recordOf(record, container.name).hook = hook;
  const now = agent.clock.now();
  record.op = { kind: 'post-start', container: container.name, from: now, until: hookDue(agent, record, hook) };
}

/** When to look at a hook again. */
export function hookDue(agent: Agent, record: PodRecord, hook: Hook): Instant {
  const now = agent.clock.now();
  if (hook.until !== undefined) return hook.until;
  return Math.max(now + 1, Math.min(agent.sandboxes.next(agent.node, record.uid) ?? now + seconds(1), now + seconds(1)));
}
