// Plays the kubelet's probe workers: when each probe is due, and what its outcomes mean. A probe that has given the same answer for
// long is asked more rarely, in whole periods; a change of the Pod's processes brings it back to its own pace.

import type { Pod } from '../api/core/pod.ts';
import type { V1Container, V1Probe } from '../api/generated/types.ts';
import { hours, type Instant, minutes, seconds } from '../machinery/clock.ts';
import type { WakeUpClass } from '../machinery/loop.ts';
import { type Agent, containerEvent } from './agent.ts';
import { thinned } from './back-off.ts';
import { probeOnce } from './probe.ts';
import { allContainers, type ContainerRecord, isRunning, type PodRecord, type ProbeKind } from './record.ts';
import { killContainer } from './stop.ts';

const KINDS: readonly ProbeKind[] = ['startup', 'liveness', 'readiness'];

const probeOf = (container: V1Container, kind: ProbeKind): V1Probe | undefined => container[`${kind}Probe`];

/** The workers of a container that has just started. Their ticks count from when the Pod came to the node. */
export function beginProbes(container: V1Container, known: ContainerRecord, record: PodRecord, now: Instant): void {
  const probes: ContainerRecord['probes'] = {};
  for (const kind of KINDS) {
    const probe = probeOf(container, kind);
    if (!probe) continue;
    const period = seconds(probe.periodSeconds ?? 10);
    const earliest = now + seconds(probe.initialDelaySeconds ?? 0);
    const at = record.seenAt + Math.max(1, Math.ceil((earliest - record.seenAt) / period)) * period;
    probes[kind] = { at, streak: 0, stale: true, failures: 0 };
  }
  known.probes = probes;
}

/** The processes have changed: probes may answer otherwise. */
export function processesChanged(pod: Pod, record: PodRecord, now: Instant): void {
  for (const container of allContainers(pod)) {
    const known = record.containers[container.name];
    for (const kind of KINDS) {
      const state = known?.probes?.[kind];
      const probe = probeOf(container, kind);
      if (!state || !probe) continue;
      state.stale = true;
      state.streak = 0;
      const period = seconds(probe.periodSeconds ?? 10);
      if (state.at - now > period) state.at = record.seenAt + Math.ceil((now + 1 - record.seenAt) / period) * period;
    }
  }
}

/** Probes that are active: until its startup probe has passed, a container has no other. */
function* active(
  pod: Pod,
  record: PodRecord,
): Generator<{ container: V1Container; known: ContainerRecord; kind: ProbeKind; probe: V1Probe }> {
  for (const container of allContainers(pod)) {
    const known = record.containers[container.name];
    if (!known || !isRunning(known) || known.kill) continue;
    for (const kind of KINDS) {
      const probe = probeOf(container, kind);
      if (!probe || !known.probes?.[kind] || (kind === 'startup') === known.started) continue;
      yield { container, known, kind, probe };
    }
  }
}

/** A Pod whose processes have rested for so long is looked at once a day. */
const LONG = hours(24 * 7);

/** Runs what is due; true when something that others see has changed. */
export async function runProbes(agent: Agent, pod: Pod, record: PodRecord): Promise<boolean> {
  const now = agent.clock.now();
  let changed = false;
  for (const { container, known, kind, probe } of [...active(pod, record)]) {
    const state = known.probes?.[kind];
    if (!state || state.at > now || known.kill) continue;
    // A look replays everything since the state that was kept last; a probe's own instant is as good as any to keep one.
    if (now - (agent.sandboxes.keptAt(agent.node, record.uid) ?? now) > hours(24))
      await agent.sandboxes.act(agent.node, record.uid, () => undefined);
    const { ok, output, settled } = await probeOnce(agent, record, container, probe);
    const period = seconds(probe.periodSeconds ?? 10);
    const isOld = ok && settled && state.outcome === ok && state.streak >= (probe.successThreshold ?? 1);
    const { delay, count } = thinned(
      period,
      isOld ? Number.POSITIVE_INFINITY : Math.floor(state.streak / 2),
      settled && now - record.seenAt > LONG ? hours(24) : ok || settled ? hours(1) : minutes(5),
    );
    state.streak = state.outcome === ok ? state.streak + count : 1;
    state.outcome = ok;
    state.stale = false;
    state.failures = ok ? 0 : state.failures + 1;
    const since = Math.floor((now - record.seenAt) / period);
    state.at = record.seenAt + (since * period + delay);
    if (!ok) {
      const title = `${kind[0]?.toUpperCase()}${kind.slice(1)}`;
      await containerEvent(agent, pod, container.name, 'Warning', 'Unhealthy', `${title} probe failed: ${output}`, count);
    }
    if (await applyOutcome(agent, pod, record, container, known, kind, probe, ok)) changed = true;
  }
  return changed;
}

async function applyOutcome(
  agent: Agent,
  pod: Pod,
  record: PodRecord,
  container: V1Container,
  known: ContainerRecord,
  kind: ProbeKind,
  probe: V1Probe,
  ok: boolean,
): Promise<boolean> {
  const state = known.probes?.[kind];
  const failed = (state?.failures ?? 0) >= (probe.failureThreshold ?? 3);
  const passed = ok && (state?.streak ?? 0) >= (probe.successThreshold ?? 1);
  if (kind === 'readiness') {
    const ready = passed ? true : failed ? false : known.ready;
    if (ready === known.ready) return false;
    known.ready = ready;
    return true;
  }
  if (kind === 'startup' && passed) {
    known.started = true;
    known.ready = container.readinessProbe === undefined;
    return true;
  }
  if (!failed) return false;
  await killContainer(
    agent,
    pod,
    record,
    container,
    `Container ${container.name} failed ${kind} probe, will be restarted`,
    probe.terminationGracePeriodSeconds,
  );
  return true;
}

/** When the next probe is due. What nobody has looked at since the processes changed is progress, what repeats is not. */
export function* probesDue(pod: Pod, record: PodRecord): Generator<{ at: Instant; class: WakeUpClass }> {
  for (const { known, kind } of active(pod, record)) {
    const state = known.probes?.[kind];
    if (!state) continue;
    const eager = state.stale && kind !== 'liveness' && !(known.ready && known.started);
    yield { at: state.at, class: eager ? 'progress' : 'recurrence' };
  }
}
