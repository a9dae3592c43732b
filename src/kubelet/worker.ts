// Plays a pod worker: brings one Pod of a node as far as it can get at this instant, step by step, in the kubelet's order.
// What takes time is an operation in the record, with the instant of its end; the next look finishes it.
import type { Pod } from '../api/core/pod.ts';
import { type Instant, seconds } from '../machinery/clock.ts';
import type { WakeUpClass } from '../machinery/loop.ts';
import type { Agent } from './agent.ts';
import { hookDue, hookFailed, hookResult } from './hooks.ts';
import { observe } from './observe.ts';
import { planOf } from './plan.ts';
import { probesDue, runProbes } from './probes.ts';
import { finishPull } from './pull.ts';
import { containerNamed, isRunning, type PodRecord, recordOf } from './record.ts';
import { hasStarted, refreshVolumes } from './refresh.ts';
import { beginSandbox, finishSandbox, mountVolumes, stopSandbox } from './sandbox.ts';
import { applyChanges, beginStart, finishStart, startNext } from './start.ts';
import { beginStopping, continueKills, continueStopping, killContainer, killsDue } from './stop.ts';

/** Tries to mount a volume that is being attached count as progress so many times: 7.5 s in all. */
const HOPEFUL_TRIES = 4;

/** More steps at one instant than any Pod needs. */
const MOST_STEPS = 200;

/** Works on a Pod until nothing is left to do now. `report` writes its status; `pod` is undefined when it is gone from the API. */
export async function work(agent: Agent, pod: Pod | undefined, record: PodRecord, report: () => Promise<void>): Promise<void> {
  for (let step = 0; step < MOST_STEPS; step++) {
    if (!(await takeStep(agent, pod, record, report))) return;
  }
}

async function takeStep(agent: Agent, pod: Pod | undefined, record: PodRecord, report: () => Promise<void>): Promise<boolean> {
  const now = agent.clock.now();
  if (await observe(agent, pod, record)) return true;
  if (!record.stopping && (!pod || pod.metadata.deletionTimestamp)) {
    beginStopping(agent, record, pod?.metadata.deletionGracePeriodSeconds ?? (pod ? 30 : 1));
    return true;
  }
  if (record.op) return record.op.until <= now && finishOperation(agent, pod, record);
  if (record.stopping) return continueStopping(agent, pod, record);
  if (!pod || record.ended) return false;

  if (isPastDeadline(pod, record, now)) {
    record.failure = { reason: 'DeadlineExceeded', message: 'Pod was active on the node longer than the specified deadline' };
    await agent.event(pod, 'Normal', 'DeadlineExceeded', record.failure.message);
    beginStopping(agent, record, pod.spec.terminationGracePeriodSeconds ?? 30);
    return true;
  }
  if (await continueKills(agent, pod, record)) return true;
  if (await applyChanges(agent, pod, record)) return true;
  if (record.refreshAt !== undefined && record.refreshAt <= now) {
    await refreshVolumes(agent, pod, record);
    return true;
  }
  if (await runProbes(agent, pod, record)) return true;
  if (record.retry?.step === 'network' && agent.machine.cni === 'installed') record.retry.at = now;
  if (record.retry && record.retry.at > now) return false;
  if (!record.mounted) {
    if (!record.retry) await report();
    await mountVolumes(agent, pod, record);
    return record.mounted;
  }
  if (!record.sandboxReady) {
    beginSandbox(agent, record);
    return true;
  }
  if (record.queue.length === 0 && !(await beginPass(agent, pod, record, report))) return false;
  if (!record.stopping) await startNext(agent, pod, record);
  return true;
}

/** Decides what this pass starts, or that the Pod is over. False when there is nothing to do now. */
async function beginPass(agent: Agent, pod: Pod, record: PodRecord, report: () => Promise<void>): Promise<boolean> {
  const now = agent.clock.now();
  const { start, over } = planOf(pod, record);
  if (over) {
    beginStopping(agent, record, pod.spec.terminationGracePeriodSeconds ?? 30);
    return true;
  }
  const due = start.filter((name) => (record.containers[name]?.retryAt ?? 0) <= now && !record.containers[name]?.kill);
  if (due.length === 0) return false;
  // Sandbox and first containers are one pass: what it did is told at its end.
  if (Object.values(record.containers).some(({ runs, waiting }) => runs > 0 || waiting)) await report();
  record.queue = due;
  return true;
}

async function finishOperation(agent: Agent, pod: Pod | undefined, record: PodRecord): Promise<boolean> {
  const { op } = record;
  if (!op) return false;
  delete record.op;
  if (op.kind === 'teardown') {
    stopSandbox(agent, record);
    if (record.stopping) record.stopping.stage = 'done';
    record.ended = true;
    return true;
  }
  if (!pod) return true;
  if (op.kind === 'sandbox') {
    await finishSandbox(agent, pod, record);
    return true;
  }
  const container = containerNamed(pod, op.container ?? '');
  if (!container) return true;
  switch (op.kind) {
    case 'pull':
      if (await finishPull(agent, pod, record, container, op)) beginStart(agent, record, container);
      else record.queue.shift();
      break;
    case 'start':
      await finishStart(agent, pod, record, container);
      break;
    case 'post-start': {
      const known = recordOf(record, container.name);
      const code = known.hook && isRunning(known) ? await hookResult(agent, record, known.hook) : 0;
      if (code === undefined && known.hook) {
        record.op = { ...op, until: hookDue(agent, record, known.hook) };
        return false;
      }
      delete known.hook;
      if (code !== 0) {
        await hookFailed(agent, pod, container, 'postStart');
        await killContainer(agent, pod, record, container, `FailedPostStartHook`);
      }
    }
  }
  return true;
}

function isPastDeadline(pod: Pod, record: PodRecord, now: Instant): boolean {
  const deadline = deadlineOf(pod, record);
  return deadline !== undefined && now >= deadline && !record.failure;
}

const deadlineOf = (pod: Pod, record: PodRecord): Instant | undefined =>
  pod.spec.activeDeadlineSeconds === undefined ? undefined : record.seenAt + seconds(pod.spec.activeDeadlineSeconds);

/** The next instant of each class at which the Pod must be looked at again. */
export function wakeUpsOf(agent: Agent, pod: Pod | undefined, record: PodRecord): Map<WakeUpClass, Instant> {
  const wakes = new Map<WakeUpClass, Instant>();
  const at = (cls: WakeUpClass, instant: Instant | undefined): void => {
    if (instant === undefined) return;
    wakes.set(cls, Math.min(wakes.get(cls) ?? instant, instant));
  };
  at('progress', record.op?.until);
  for (const instant of killsDue(agent, record)) at('progress', instant);
  at('process', agent.sandboxes.next(agent.node, record.uid));
  if (record.stopping || record.ended || !pod) return wakes;

  if (record.retry) at(record.retry.attempt <= (record.retry.hopeful ? HOPEFUL_TRIES : 1) ? 'progress' : 'recurrence', record.retry.at);
  if (record.op === undefined) {
    for (const name of planOf(pod, record).start) {
      const known = record.containers[name];
      if (known?.retryAt === undefined) continue;
      at(known.waiting?.reason === 'ErrImagePull' && known.retries === 1 ? 'progress' : 'recurrence', known.retryAt);
    }
  }
  if (record.refreshAt !== undefined) at(hasStarted(record) ? 'recurrence' : 'progress', record.refreshAt);
  for (const due of probesDue(pod, record)) at(due.class, due.at);
  at('deadline', deadlineOf(pod, record));
  return wakes;
}
