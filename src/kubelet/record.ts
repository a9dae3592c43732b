// What a kubelet remembers of a Pod. Never derived from pod.status: a kubelet that restarts or loses the API server still knows it.

import type { Pod } from '../api/core/pod.ts';
import type { V1Container } from '../api/generated/types.ts';
import type { Duration, Instant } from '../machinery/clock.ts';
import type { Hook } from './hooks.ts';

/** `/kubemu/kubelet/<node>/pods/<namespace>/<name>`. */
export interface PodRecord {
  uid: string;
  namespace: string;
  name: string;
  /** Where the Pod was learned from: the API server, or a manifest on the node's disk. */
  source: 'api' | 'file';
  /** When the kubelet first saw it: status.startTime. */
  seenAt: Instant;
  /** Names of init and app containers, for a Pod that is gone from the API. */
  names: readonly string[];
  hasInits: boolean;
  /** Volumes are set up. */
  mounted: boolean;
  /** Their files are in the Pod's machine. */
  volumesPut?: boolean;
  /** A step that failed and will be tried again. */
  retry?: {
    step: 'network' | 'mount' | 'sandbox';
    attempt: number;
    at: Instant /** What it waits for is on its way. */;
    hopeful?: boolean;
  };
  /** Somebody ran a command in it: what probes found may be wrong. */
  disturbed?: boolean;
  /** A ConfigMap or Secret that it refers to has changed: when its volumes follow. */
  refreshAt?: Instant;
  sandboxReady: boolean;
  sandboxAttempt: number;
  ip?: string;
  /** What takes time just now. */
  op?: Operation;
  /** Containers that the current pass has still to start. */
  queue: string[];
  containers: Record<string, ContainerRecord>;
  /** Back-off of pulls, by image. */
  pulls: Record<string, PullBackOff>;
  stopping?: Stopping;
  /** All containers have ended for good and the sandbox is gone. */
  ended?: boolean;
  /** The API server has been asked to delete it for good. */
  deleted?: boolean;
  /** Status of conditions and since when. */
  conditions: Record<string, { status: string; since: Instant }>;
  /** Why the Pod failed as a whole: DeadlineExceeded, Evicted. */
  failure?: { reason: string; message: string };
}

export interface Operation {
  kind: 'sandbox' | 'pull' | 'start' | 'post-start' | 'teardown';
  container?: string;
  from: Instant;
  until: Instant;
  /** Of a pull: how it will end, and how long it took by itself. */
  error?: string;
  own?: Duration;
}

export interface PullBackOff {
  delay: Duration;
  since: Instant;
  error: string;
  attempts: number;
  /** How many tries the next one stands for. */
  rounds: number;
}

export interface ContainerRecord {
  /** How often it has been started: restartCount plus one. */
  runs: number;
  /** The image that its definition named at the last try. */
  image?: string;
  current?: Run;
  /** The run before. */
  last?: Run;
  /** Why it is not running, as the last pass found. */
  waiting?: { reason: string; message?: string };
  /** When the next pass will try again, and how often it has been put off. */
  retryAt?: Instant;
  retries?: number;
  /** Since when it has been put off, for counting the events of the time between. */
  retrySince?: Instant;
  backOff?: { delay: Duration; since: Instant };
  /** Rounds of starting and failing that the present wait stands for besides its own, and how long each takes. */
  skipped?: { rounds: number; each: Duration };
  ready: boolean;
  started: boolean;
  probes?: Partial<Record<ProbeKind, ProbeRecord>>;
  /** It is being stopped. */
  kill?: { until: Instant; stage: 'pre-stop' | 'term' };
  /** The lifecycle hook that runs. */
  hook?: Hook;
}

/** One life of a container. */
export interface Run {
  id: string;
  image: string;
  imageID: string;
  user: number;
  groups: readonly number[];
  startedAt: Instant;
  finishedAt?: Instant;
  exitCode?: number;
  reason?: string;
  message?: string;
}

export type ProbeKind = 'startup' | 'liveness' | 'readiness';

export interface ProbeRecord {
  /** When it is due next. */
  at: Instant;
  /** Equal outcomes in a row. */
  streak: number;
  outcome?: boolean;
  /** The processes have changed since it last looked. */
  stale: boolean;
  failures: number;
}

export interface Stopping {
  since: Instant;
  grace: number;
  /** Sidecars are stopped after the containers. */
  stage: 'containers' | 'sidecars' | 'teardown' | 'done';
}

export const isSidecar = (container: V1Container): boolean => container.restartPolicy === 'Always';

export const initContainersOf = (pod: Pod): readonly V1Container[] => pod.spec.initContainers ?? [];

/** Containers that somebody has put into the running Pod to debug it. */
export const ephemeralContainersOf = (pod: Pod): readonly V1Container[] => pod.spec.ephemeralContainers ?? [];

export const allContainers = (pod: Pod): V1Container[] => [...initContainersOf(pod), ...pod.spec.containers, ...ephemeralContainersOf(pod)];

export const containerNamed = (pod: Pod, name: string): V1Container | undefined =>
  allContainers(pod).find((container) => container.name === name);

/** `spec.containers{web}`, as events name a container. */
export function fieldPathOf(pod: Pod, name: string): string {
  const isIn = (list: readonly V1Container[]): boolean => list.some((container) => container.name === name);
  const field = isIn(initContainersOf(pod)) ? 'initContainers' : isIn(ephemeralContainersOf(pod)) ? 'ephemeralContainers' : 'containers';
  return `spec.${field}{${name}}`;
}

export const isRunning = (record: ContainerRecord | undefined): boolean =>
  record?.current !== undefined && record.current.finishedAt === undefined;

export const hasExited = (record: ContainerRecord | undefined): boolean => record?.current?.finishedAt !== undefined;

export function newRecord(pod: Pod, source: PodRecord['source'], at: Instant): PodRecord {
  return {
    uid: pod.metadata.uid,
    namespace: pod.metadata.namespace ?? 'default',
    name: pod.metadata.name,
    source,
    seenAt: at,
    names: allContainers(pod).map(({ name }) => name),
    hasInits: initContainersOf(pod).length > 0,
    mounted: false,
    sandboxReady: false,
    sandboxAttempt: 0,
    queue: [],
    containers: {},
    pulls: {},
    conditions: {},
  };
}

/** The record of one container, created when it is first asked for. */
export function recordOf(pod: PodRecord, name: string): ContainerRecord {
  const known = pod.containers[name];
  if (known) return known;
  const fresh: ContainerRecord = { runs: 0, ready: false, started: false };
  pod.containers[name] = fresh;
  return fresh;
}
