// Plays kuberuntime's startContainer: back-off, image, configuration, create and start, post-start hook.

import type { Pod } from '../api/core/pod.ts';
import type { V1Container } from '../api/generated/types.ts';
import type { ContainerProcess, Machine } from '../cri/processes/machine.ts';
import type { CatalogImage } from '../cri/runtime/catalog.ts';
import { parseReference } from '../cri/runtime/reference.ts';
import { type Duration, hours, type Instant, seconds } from '../machinery/clock.ts';
import { value } from '../machinery/quantity.ts';
import { changeMachine } from '../node/machine.ts';
import { type Agent, containerEvent, formatPod } from './agent.ts';
import { heldBackUntil, LONGEST_BACK_OFF, nextBackOff, roundsAtOnce, thinned } from './back-off.ts';
import { goDuration } from './duration.ts';
import { ConfigError, type Environment, environmentOf, expand } from './environment.ts';
import { beginHook } from './hooks.ts';
import { networkMounts } from './network-files.ts';
import { beginProbes } from './probes.ts';
import { ensureImage } from './pull.ts';
import { noLongerPutOff, putOff } from './put-off.ts';
import { allContainers, type ContainerRecord, containerNamed, hasExited, isRunning, type PodRecord, type Run, recordOf } from './record.ts';
import { volumeFiles } from './sandbox.ts';
import { killContainer } from './stop.ts';
import { fileInVolume, MountError } from './volumes.ts';

/** A Pod in trouble is looked at again about this often; each look counts its events up. */
const SYNC = seconds(12.5);

/** From the end of a back-off to the container's start, about. */
const START_TIME = 100;

/** Takes the first container of the pass one step further: an operation begins, or it is done with. */
export async function startNext(agent: Agent, pod: Pod, record: PodRecord): Promise<void> {
  const name = record.queue[0] ?? '';
  const container = containerNamed(pod, name);
  if (container?.image) recordOf(record, name).image = container.image;
  if (!container || (await isHeldBack(agent, pod, record, container))) {
    record.queue.shift();
    return;
  }
  await countPutOffs(agent, pod, record, container);
  await countSkipped(agent, pod, container, recordOf(record, name));
  const outcome = await ensureImage(agent, pod, record, container);
  if (outcome === 'present') beginStart(agent, record, container);
  else if (outcome === 'no') record.queue.shift();
}

export function beginStart(agent: Agent, record: PodRecord, container: V1Container): void {
  const now = agent.clock.now();
  const jitter = agent.random.u32('start-duration', `${record.uid}/${container.name}`, recordOf(record, container.name).runs) % 60;
  record.op = { kind: 'start', container: container.name, from: now, until: now + 70 + jitter };
}

export async function finishStart(agent: Agent, pod: Pod, record: PodRecord, container: V1Container): Promise<void> {
  const { name, image = '' } = container;
  const now = agent.clock.now();
  const known = recordOf(record, name);
  record.queue.shift();

  const reference = parseReference(image);
  const found = 'error' in reference ? reference : await agent.catalog.find(reference);
  if ('error' in found || 'error' in reference)
    return putOff(known, 'CreateContainerError', 'error' in found ? found.error : 'invalid reference format', now, SYNC);
  let process: ContainerProcess;
  let prepare: ((machine: Machine) => void) | undefined;
  try {
    process = await processOf(agent, pod, record, container, found.image);
    if (!record.volumesPut) prepare = await volumeFiles(agent, pod, record);
  } catch (error) {
    if (error instanceof MountError) {
      record.mounted = false; // what was there a moment ago is gone
      return;
    }
    if (!(error instanceof ConfigError)) throw error;
    const { delay, count } = thinned(SYNC, known.retries ?? 0, hours(1));
    await containerEvent(agent, pod, name, 'Warning', 'Failed', `Error: ${error.message}`, count);
    return putOff(known, 'CreateContainerConfigError', error.message, now, delay);
  }

  if (known.current) known.last = known.current;
  known.runs++;
  noLongerPutOff(known);
  const run: Run = {
    id: agent.random.hex('container-id', `${record.uid}/${name}`, known.runs, 64),
    image: reference.full,
    imageID: `${reference.repository}@${found.image.digest}`,
    user: process.user ?? 0,
    groups: groupsOf(pod, container, found.image),
    startedAt: now,
  };
  known.current = run;
  known.started = container.startupProbe === undefined;
  known.ready = known.started && container.readinessProbe === undefined;
  await containerEvent(agent, pod, name, 'Normal', 'Created', 'Container created');

  const state = await agent.sandboxes.start(agent.node, record.uid, process, prepare);
  record.volumesPut = true;
  if (state?.startError !== undefined) {
    Object.assign(run, { startedAt: 0, finishedAt: now, exitCode: 128, reason: 'StartError', message: state.startError });
    Object.assign(known, { started: false, ready: false });
    await containerEvent(agent, pod, name, 'Warning', 'Failed', `Error: ${state.startError}`);
    return;
  }
  await containerEvent(agent, pod, name, 'Normal', 'Started', 'Container started');
  beginProbes(container, known, record, now);
  if (agent.machine.cni === 'agent' && bringsNetwork(container)) {
    changeMachine(agent.store, agent.node, { cni: 'installed' });
    agent.wakeAll();
  }
  if (container.lifecycle?.postStart) await beginHook(agent, pod, record, container, 'postStart');
}

/** A container's image is all that may change of it: what runs is replaced, what waits is tried at once. True when there was a change. */
export async function applyChanges(agent: Agent, pod: Pod, record: PodRecord): Promise<boolean> {
  let changed = false;
  for (const container of allContainers(pod)) {
    const known = record.containers[container.name];
    if (!known?.image || known.image === container.image || known.kill) continue;
    known.image = container.image ?? '';
    delete known.backOff;
    if (known.waiting) noLongerPutOff(known);
    if (isRunning(known))
      await killContainer(agent, pod, record, container, `Container ${container.name} definition changed, will be restarted`);
    changed = true;
  }
  return changed;
}

/** CrashLoopBackOff: a container that ended is started again at once, then after 10 s, 20 s … 5 minutes. */
async function isHeldBack(agent: Agent, pod: Pod, record: PodRecord, container: V1Container): Promise<boolean> {
  const known = recordOf(record, container.name);
  const { current } = known;
  if (!hasExited(known) || current?.finishedAt === undefined) return false;
  const now = agent.clock.now();
  const until = heldBackUntil(known.backOff, current.finishedAt);
  if (until <= now) {
    known.backOff = nextBackOff(known.backOff, current.finishedAt, now);
    return false;
  }
  const delay = goDuration(known.backOff?.delay ?? 0);
  await containerEvent(
    agent,
    pod,
    container.name,
    'Warning',
    'BackOff',
    `Back-off restarting failed container ${container.name} in pod ${formatPod(pod)}`,
  );
  putOff(
    known,
    'CrashLoopBackOff',
    `back-off ${delay} restarting failed container=${container.name} pod=${formatPod(pod)}`,
    now,
    until - now,
  );
  skipRounds(known, now);
  return true;
}

/** In a crash loop that has gone on for long and always the same, one wait stands for several rounds. */
function skipRounds(known: ContainerRecord, now: Instant): void {
  const { current, last, backOff, retryAt } = known;
  if (!current || !last || !backOff || retryAt === undefined || backOff.delay < LONGEST_BACK_OFF || current.exitCode !== last.exitCode)
    return;
  const length = (run: Run): Duration => (run.finishedAt ?? now) - run.startedAt;
  const rounds = roundsAtOnce(known.runs) - 1;
  if (rounds === 0 || Math.abs(length(current) - length(last)) > seconds(1) || length(current) > LONGEST_BACK_OFF) return;
  const each = backOff.delay + length(current) + START_TIME;
  known.skipped = { rounds, each };
  known.retryAt = retryAt + rounds * each;
}

/** The rounds that were not played are counted; the last run is where the last of them would have been. */
async function countSkipped(agent: Agent, pod: Pod, container: V1Container, known: ContainerRecord): Promise<void> {
  const { skipped, current } = known;
  if (!skipped || !current) return;
  const { rounds, each } = skipped;
  known.runs += rounds;
  if (current.reason !== 'StartError') current.startedAt += rounds * each;
  if (current.finishedAt !== undefined) current.finishedAt += rounds * each;
  const { name, image } = container;
  if (container.imagePullPolicy === 'Always')
    await containerEvent(agent, pod, name, 'Normal', 'Pulling', `Pulling image "${image}"`, rounds);
  else
    await containerEvent(
      agent,
      pod,
      name,
      'Normal',
      'Pulled',
      `Container image "${image}" already present on machine and can be accessed by the pod`,
      rounds,
    );
  await containerEvent(agent, pod, name, 'Normal', 'Created', 'Container created', rounds);
  if (current.reason === 'StartError') await containerEvent(agent, pod, name, 'Warning', 'Failed', `Error: ${current.message}`, rounds);
  else await containerEvent(agent, pod, name, 'Normal', 'Started', 'Container started', rounds);
}

/** While it waited, every sync would have repeated the event: they are counted when the wait is over. */
async function countPutOffs(agent: Agent, pod: Pod, record: PodRecord, container: V1Container): Promise<void> {
  const { waiting, retrySince } = recordOf(record, container.name);
  if (retrySince === undefined) return;
  const count = Math.floor((agent.clock.now() - retrySince) / SYNC);
  if (count === 0) return;
  if (waiting?.reason === 'CrashLoopBackOff') {
    await containerEvent(
      agent,
      pod,
      container.name,
      'Warning',
      'BackOff',
      `Back-off restarting failed container ${container.name} in pod ${formatPod(pod)}`,
      count,
    );
  } else if (waiting?.reason === 'ImagePullBackOff') {
    await containerEvent(agent, pod, container.name, 'Normal', 'BackOff', `Back-off pulling image "${container.image}"`, count);
    await containerEvent(agent, pod, container.name, 'Warning', 'Failed', 'Error: ImagePullBackOff', count);
  }
}

/** The image's configuration merged with the container's. */
async function processOf(
  agent: Agent,
  pod: Pod,
  record: PodRecord,
  container: V1Container,
  image: CatalogImage,
): Promise<ContainerProcess> {
  const hostIP = agent.machine.address;
  const env = await environmentOf(pod, container, {
    client: agent.client,
    allocatable: agent.allocatable,
    hostIP,
    podIP: record.ip ?? hostIP,
  });
  const security = { ...pod.spec.securityContext, ...container.securityContext };
  const user = security.runAsUser ?? image.user ?? 0;
  if (security.runAsNonRoot && user === 0) {
    const who = `(pod: "${formatPod(pod)}", container: ${container.name})`;
    throw new ConfigError(
      security.runAsUser === 0
        ? `container's runAsUser breaks non-root policy ${who}`
        : `container has runAsNonRoot and image will run as root ${who}`,
    );
  }
  const words = (list: readonly string[] | undefined, known: Environment): string[] | undefined => list?.map((word) => expand(word, known));
  const entrypoint = words(container.command, env) ?? [...image.entrypoint];
  const args = words(container.args, env) ?? (container.command ? [] : [...image.cmd]);
  const memory = container.resources?.limits?.memory;
  return {
    name: container.name,
    image: image.name,
    argv: [...entrypoint, ...args],
    env: {
      PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      HOSTNAME: agent.sandboxes.get(agent.node, record.uid)?.hostname ?? record.name,
      ...image.env,
      ...env,
    },
    workingDir: container.workingDir ?? (image.workingDir || '/'),
    ...(user === 0 ? {} : { user }),
    ...(security.runAsGroup ? { group: security.runAsGroup } : {}),
    ...(container.ports ? { ports: container.ports.map(({ containerPort }) => containerPort) } : {}),
    ...(security.readOnlyRootFilesystem ? { readOnlyRootFilesystem: true } : {}),
    mounts: [
      ...networkMounts(container),
      ...(container.volumeMounts ?? []).map(({ name, mountPath, subPath, subPathExpr, readOnly }) => {
        const sub = subPathExpr ? expand(subPathExpr, env) : (subPath ?? fileInVolume(pod, name, agent.disk));
        return { path: mountPath, volume: name, ...(sub ? { subPath: sub } : {}), ...(readOnly ? { readOnly } : {}) };
      }),
    ],
    ...(memory ? { memoryLimit: value(memory) } : {}),
    ...(container.stdin ? { stdin: true } : {}),
    ...(container.tty ? { tty: true } : {}),
  };
}

function groupsOf(pod: Pod, container: V1Container, image: CatalogImage): number[] {
  const {
    runAsGroup,
    supplementalGroups = [],
    fsGroup,
  } = { ...pod.spec.securityContext, ...container.securityContext } as {
    runAsGroup?: number;
    supplementalGroups?: number[];
    fsGroup?: number;
  };
  return [...new Set([runAsGroup ?? 0, ...(image.groups ?? []), ...(fsGroup === undefined ? [] : [fsGroup]), ...supplementalGroups])];
}

/** The agent of a network plugin puts its configuration on the node's disk and keeps running. */
const bringsNetwork = (container: V1Container): boolean =>
  /(^|\/)(calico\/node|cilium|flannel|weave-kube|kindnetd|antrea)/.test(container.image ?? '');
