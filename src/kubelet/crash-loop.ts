// Crash loops: when a container that ended is started again, and what all the rounds leave in counts and events.
import type { Pod } from '../api/core/pod.ts';
import type { V1Container } from '../api/generated/types.ts';
import { type Duration, type Instant, seconds } from '../machinery/clock.ts';
import { type Agent, containerEvent, formatPod } from './agent.ts';
import { heldBackUntil, LONGEST_BACK_OFF, nextBackOff, roundsAtOnce } from './back-off.ts';
import { goDuration } from './duration.ts';
import { putOff, SYNC } from './put-off.ts';
import { type ContainerRecord, hasExited, type PodRecord, type Run, recordOf } from './record.ts';

/** From the end of a back-off to the container's start, about. */
const START_TIME = 100;

/** CrashLoopBackOff: a container that ended is started again at once, then after 10 s, 20 s … 5 minutes. */
export async function isHeldBack(agent: Agent, pod: Pod, record: PodRecord, container: V1Container): Promise<boolean> {
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
export async function countSkipped(agent: Agent, pod: Pod, container: V1Container, known: ContainerRecord): Promise<void> {
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
export async function countPutOffs(agent: Agent, pod: Pod, record: PodRecord, container: V1Container): Promise<void> {
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
