// Plays the kubelet's image manager: policy, one pull at a time on a node, and back-off.

import type { Pod } from '../api/core/pod.ts';
import type { V1Container } from '../api/generated/types.ts';
import { imageOn, keepImage, planPull } from '../cri/runtime/images.ts';
import { type ImageReference, parseReference } from '../cri/runtime/reference.ts';
import { seconds } from '../machinery/clock.ts';
import { type Agent, containerEvent } from './agent.ts';
import { heldBackUntil, nextBackOff, roundsAtOnce } from './back-off.ts';
import { goDuration } from './duration.ts';
import { putOff, SYNC } from './put-off.ts';
import { type PodRecord, recordOf } from './record.ts';

/** `present`: the container can be created; `pulling`: an operation has begun; `no`: it waits, with its reason. */
export type ImageOutcome = 'present' | 'pulling' | 'no';

export async function ensureImage(agent: Agent, pod: Pod, record: PodRecord, container: V1Container): Promise<ImageOutcome> {
  const { name, image = '' } = container;
  const now = agent.clock.now();
  const say = (type: 'Normal' | 'Warning', reason: string, message: string, count?: number): Promise<void> =>
    containerEvent(agent, pod, name, type, reason, message, count);
  const refuse = async (reason: string, message: string): Promise<ImageOutcome> => {
    await say('Warning', 'Failed', `Error: ${reason}`);
    putOff(recordOf(record, name), reason, message, now, SYNC);
    return 'no';
  };

  const reference = parseReference(image);
  if ('error' in reference) {
    const message = `Failed to apply default image tag "${image}": couldn't parse image name "${image}": ${reference.error}`;
    await say('Warning', 'InspectFailed', message);
    return refuse('InvalidImageName', message);
  }
  const policy = pullPolicy(container, reference);
  const present = imageOn(agent.store, agent.node, reference) !== undefined;
  if (present && policy !== 'Always') {
    await say('Normal', 'Pulled', `Container image "${image}" already present on machine and can be accessed by the pod`);
    return 'present';
  }
  if (policy === 'Never') {
    const message = `Container image "${image}" is not present with pull policy of Never`;
    await say('Warning', 'ErrImageNeverPull', message);
    return refuse('ErrImageNeverPull', message);
  }

  const held = record.pulls[image];
  const until = held ? heldBackUntil(held, held.since) + (held.rounds - 1) * held.delay : now;
  if (held && now < until) {
    await say('Normal', 'BackOff', `Back-off pulling image "${image}"`);
    await say('Warning', 'Failed', 'Error: ImagePullBackOff');
    const known = recordOf(record, name);
    putOff(known, 'ImagePullBackOff', `Back-off pulling image "${image}": ErrImagePull: ${held.error}`, now, until - now);
    return 'no';
  }

  const { duration, error } = await planPull(
    agent.catalog,
    agent.random,
    reference,
    present,
    `${agent.node}/${record.uid}`,
    held?.attempts ?? 0,
  );
  const free = Math.max(now, agent.store.get<number>(pullingKey(agent)) ?? 0);
  agent.store.put(pullingKey(agent), free + duration);
  await say('Normal', 'Pulling', `Pulling image "${image}"`, held?.rounds);
  record.op = {
    kind: 'pull',
    container: name,
    from: now,
    until: free + duration,
    own: duration,
    ...(error === undefined ? {} : { error }),
  };
  return 'pulling';
}

/** True when the image is there now. */
export async function finishPull(
  agent: Agent,
  pod: Pod,
  record: PodRecord,
  container: V1Container,
  op: NonNullable<PodRecord['op']>,
): Promise<boolean> {
  const { name, image = '' } = container;
  const now = agent.clock.now();
  const reference = parseReference(image);
  const found = 'error' in reference ? reference : op.error === undefined ? await agent.catalog.find(reference) : { error: op.error };
  if ('error' in found) {
    const held = record.pulls[image];
    const rounds = held?.rounds ?? 1;
    await containerEvent(agent, pod, name, 'Warning', 'Failed', `Failed to pull image "${image}": ${found.error}`, rounds);
    await containerEvent(agent, pod, name, 'Warning', 'Failed', 'Error: ErrImagePull', rounds);
    const attempts = (held?.attempts ?? 0) + rounds;
    record.pulls[image] = { ...nextBackOff(held, held?.since ?? now, now), error: found.error, attempts, rounds: roundsAtOnce(attempts) };
    // The Pod's own status wakes the kubelet at once the first time, later the next sync finds it in back-off.
    putOff(recordOf(record, name), 'ErrImagePull', found.error, now, held ? SYNC : seconds(1));
    return false;
  }
  delete record.pulls[image];
  if (!('error' in reference)) keepImage(agent.store, agent.node, reference, found.image, now);
  const took = goDuration(op.own ?? now - op.from);
  await containerEvent(
    agent,
    pod,
    name,
    'Normal',
    'Pulled',
    `Successfully pulled image "${image}" in ${took} (${goDuration(now - op.from)} including waiting). Image size: ${found.image.size} bytes.`,
  );
  return true;
}

function pullPolicy({ imagePullPolicy }: V1Container, { tag }: ImageReference): string {
  return imagePullPolicy ?? (tag === 'latest' ? 'Always' : 'IfNotPresent');
}

const pullingKey = ({ node }: Agent): string => `/kubemu/kubelet/${node}/pulling`;
