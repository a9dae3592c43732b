// The Pod's row. STATUS is a summary of phase, conditions and containers, in which later rules override earlier ones.
import { humanDuration } from '../../../machinery/age.ts';
import { type Instant, parseTime } from '../../../machinery/clock.ts';
import { age, conditionStatus, name, orNone } from '../../columns/columns.ts';
import type { V1ContainerStatus } from '../../generated/types.ts';
import type { Column } from '../../kind.ts';
import type { Pod } from '../pod.ts';

export const podColumns: readonly Column<Pod>[] = [
  name,
  { header: 'READY', cell: (pod) => podSummary(pod).ready },
  { header: 'STATUS', cell: (pod) => podSummary(pod).status },
  { header: 'RESTARTS', cell: (pod, now) => restartsText(podSummary(pod), now) },
  age,
  { header: 'IP', wide: true, cell: (pod) => orNone(pod.status?.podIPs?.[0]?.ip) },
  { header: 'NODE', wide: true, cell: (pod) => orNone(pod.spec.nodeName) },
  { header: 'NOMINATED NODE', wide: true, cell: (pod) => orNone(pod.status?.nominatedNodeName) },
  { header: 'READINESS GATES', wide: true, cell: readinessGates },
];

export interface PodSummary {
  /** `1/2` */
  ready: string;
  status: string;
  restarts: number;
  /** When a counted container last ended. */
  lastRestart: Instant | undefined;
}

const summaries = new WeakMap<Pod, PodSummary>();

/** READY, STATUS and RESTARTS of a Pod; remembered, since objects are frozen. */
export function podSummary(pod: Pod): PodSummary {
  const known = summaries.get(pod);
  if (known) return known;
  const summary = summarize(pod);
  if (Object.isFrozen(pod)) summaries.set(pod, summary);
  return summary;
}

function summarize(pod: Pod): PodSummary {
  const status = pod.status ?? {};
  const sidecars = new Set((pod.spec.initContainers ?? []).filter((c) => c.restartPolicy === 'Always').map((c) => c.name));
  const total = pod.spec.containers.length + sidecars.size;
  const init = initContainers(pod, sidecars);
  let text = status.reason || status.phase || '';
  if (status.conditions?.some((c) => c.type === 'PodScheduled' && c.reason === 'SchedulingGated')) text = 'SchedulingGated';

  const isInitialized = conditionStatus(status.conditions, 'Initialized') === 'True';
  if (init.pending && !isInitialized) {
    text = init.pending;
    return {
      ready: `${init.ready}/${total}`,
      status: deletionText(pod) ?? text,
      restarts: sum(status.initContainerStatuses),
      lastRestart: latestEnd(status.initContainerStatuses),
    };
  }
  text = init.pending ?? text;
  const main = mainContainers(pod);
  text = main.status ?? text;
  if (text === 'Completed') text = completedText(pod, main);
  const counted = [...(status.containerStatuses ?? []), ...(status.initContainerStatuses ?? []).filter((c) => sidecars.has(c.name))];
  return {
    ready: `${init.ready + main.ready}/${total}`,
    status: deletionText(pod) ?? text,
    restarts: sum(counted),
    lastRestart: latestEnd(counted),
  };
}

/** The first init container that is neither done nor a started sidecar says what the Pod waits for. */
function initContainers(pod: Pod, sidecars: ReadonlySet<string>): { pending: string | undefined; ready: number } {
  let ready = 0;
  for (const [i, container] of (pod.status?.initContainerStatuses ?? []).entries()) {
    const { terminated, waiting } = container.state ?? {};
    if (terminated?.exitCode === 0) continue;
    if (sidecars.has(container.name) && container.started) {
      if (container.ready) ready++;
      continue;
    }
    if (terminated) return { pending: `Init:${endText(terminated)}`, ready };
    if (waiting?.reason && waiting.reason !== 'PodInitializing') return { pending: `Init:${waiting.reason}`, ready };
    return { pending: `Init:${i}/${pod.spec.initContainers?.length ?? 0}`, ready };
  }
  return { pending: undefined, ready };
}

interface MainContainers {
  status: string | undefined;
  ready: number;
  hasRunning: boolean;
  /** Of the first container that ended with an error. */
  error: string | undefined;
}

function mainContainers(pod: Pod): MainContainers {
  const found: MainContainers = { status: undefined, ready: 0, hasRunning: false, error: undefined };
  for (const container of [...(pod.status?.containerStatuses ?? [])].reverse()) {
    const { terminated, waiting, running } = container.state ?? {};
    if (waiting?.reason) found.status = waiting.reason;
    else if (terminated) {
      found.status = endText(terminated);
      if (terminated.exitCode !== 0) found.error = found.status;
    } else if (container.ready && running) {
      found.hasRunning = true;
      found.ready++;
    }
  }
  return found;
}

/** A container that completed does not hide one that runs or failed. */
function completedText(pod: Pod, main: MainContainers): string {
  if (main.hasRunning && conditionStatus(pod.status?.conditions, 'Ready') === 'True') return 'Running';
  return main.error ?? (main.hasRunning ? 'NotReady' : 'Completed');
}

function deletionText(pod: Pod): string | undefined {
  if (!pod.metadata.deletionTimestamp) return undefined;
  if (pod.status?.reason === 'NodeLost') return 'Unknown';
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed' ? undefined : 'Terminating';
}

const endText = ({ reason, signal, exitCode }: { reason?: string | undefined; signal?: number | undefined; exitCode: number }): string =>
  reason || (signal ? `Signal:${signal}` : `ExitCode:${exitCode}`);

const sum = (statuses: readonly V1ContainerStatus[] | undefined): number =>
  (statuses ?? []).reduce((total, container) => total + container.restartCount, 0);

function latestEnd(statuses: readonly V1ContainerStatus[] | undefined): Instant | undefined {
  const ends = (statuses ?? []).flatMap((container) => container.lastState?.terminated?.finishedAt ?? []).map(parseTime);
  return ends.length ? Math.max(...ends) : undefined;
}

function restartsText({ restarts, lastRestart }: PodSummary, now: Instant): string {
  if (restarts === 0 || lastRestart === undefined) return String(restarts);
  return `${restarts} (${humanDuration(now - lastRestart)} ago)`;
}

function readinessGates(pod: Pod): string {
  const gates = pod.spec.readinessGates ?? [];
  if (!gates.length) return '<none>';
  const met = gates.filter((gate) => conditionStatus(pod.status?.conditions, gate.conditionType) === 'True');
  return `${met.length}/${gates.length}`;
}
