import { expect, test } from 'vitest';
import { createWorld } from './harness.ts';

const second = 1000;
const minute = 60 * second;

test('a Pod is pulled, created and started, and says so', async () => {
  const world = createWorld();
  world.run('web', { containers: [{ name: 'web', image: 'nginx' }] });
  await world.advance(100);
  const pending = world.pod('web').status;
  expect(pending?.phase).toBe('Pending');
  expect(pending?.containerStatuses?.[0]?.state).toEqual({ waiting: { reason: 'ContainerCreating' } });
  expect(pending?.conditions?.map(({ type, status, reason, message }) => [type, status, reason, message])).toEqual([
    ['PodReadyToStartContainers', 'False', undefined, undefined],
    ['Initialized', 'True', undefined, undefined],
    ['Ready', 'False', 'ContainersNotReady', 'containers with unready status: [web]'],
    ['ContainersReady', 'False', 'ContainersNotReady', 'containers with unready status: [web]'],
    ['PodScheduled', 'True', undefined, undefined],
  ]);
  await world.advance(5 * second);
  const pod = world.pod('web');
  expect(pod.status?.phase).toBe('Running');
  expect(pod.status?.podIP).toBe('10.244.1.2');
  expect(pod.status?.containerStatuses?.[0]).toMatchObject({
    ready: true,
    started: true,
    restartCount: 0,
    image: 'docker.io/library/nginx:latest',
    imageID: `docker.io/library/nginx@sha256:${'ab'.repeat(32)}`,
  });
  expect(world.said().map((line) => line.replace(/\d+\.\d+s/g, 'Ns'))).toEqual([
    'Pulling: Pulling image "nginx"',
    'Pulled: Successfully pulled image "nginx" in Ns (Ns including waiting). Image size: 62700000 bytes.',
    'Created: Container created',
    'Started: Container started',
  ]);
});

test('an image that is on the node is not pulled again', async () => {
  const world = createWorld();
  world.run('one', { containers: [{ name: 'c', image: 'busybox:1.36', args: ['run'], command: ['run'] }] });
  await world.advance(10 * second);
  world.run('two', { containers: [{ name: 'c', image: 'busybox:1.36', command: ['run'] }] });
  await world.advance(second);
  expect(world.pod('two').status?.phase).toBe('Running');
  expect(world.said()).toContain('Pulled: Container image "busybox:1.36" already present on machine and can be accessed by the pod');
});

test('an image that does not exist alternates between ErrImagePull and ImagePullBackOff', async () => {
  const world = createWorld();
  world.run('web', { containers: [{ name: 'web', image: 'nginx:nope' }] });
  const waiting = (): string | undefined => world.pod('web').status?.containerStatuses?.[0]?.state?.waiting?.reason;
  const seen: (string | undefined)[] = [];
  for (let i = 0; i < 120; i++) {
    await world.advance(500);
    if (seen.at(-1) !== waiting()) seen.push(waiting());
  }
  expect(seen.slice(0, 5)).toEqual(['ContainerCreating', 'ErrImagePull', 'ImagePullBackOff', 'ErrImagePull', 'ImagePullBackOff']);
  expect(world.pod('web').status?.phase).toBe('Pending');
  const error = 'rpc error: code = NotFound desc = failed to pull and unpack image "docker.io/library/nginx:nope"';
  expect(world.pod('web').status?.containerStatuses?.[0]?.state?.waiting?.message).toContain(
    `Back-off pulling image "nginx:nope": ErrImagePull: ${error}`,
  );
  expect(world.said()).toContain('Failed: Error: ErrImagePull');
  expect(world.said()).toContain('Failed: Error: ImagePullBackOff');
  expect(world.said()).toContain('BackOff: Back-off pulling image "nginx:nope"');
});

test('a container that fails is started again at once, then after 10 s, 20 s, 40 s', async () => {
  const world = createWorld();
  world.run('app', { containers: [{ name: 'app', image: 'busybox:1.36', command: ['exit', '3', '1000'] }] });
  const states: string[] = [];
  for (let i = 0; i < 200; i++) {
    await world.advance(500);
    const { state, restartCount } = world.pod('app').status?.containerStatuses?.[0] ?? {};
    const word = `${restartCount} ${state?.running ? 'running' : (state?.terminated?.reason ?? state?.waiting?.message?.split(' restarting')[0] ?? state?.waiting?.reason)}`;
    if (states.at(-1) !== word) states.push(word);
  }
  expect(states).toEqual([
    '0 ContainerCreating',
    '0 running',
    '1 running',
    '1 back-off 10s',
    '2 running',
    '2 back-off 20s',
    '3 running',
    '3 back-off 40s',
    '4 running',
    '4 back-off 1m20s',
  ]);
  const status = world.pod('app').status?.containerStatuses?.[0];
  expect(status?.state?.waiting?.reason).toBe('CrashLoopBackOff');
  expect(status?.lastState?.terminated).toMatchObject({ exitCode: 3, reason: 'Error' });
  expect(world.pod('app').status?.phase).toBe('Running');
  expect(await world.logs('app', 'app', { previous: 'true' })).toBe('started exit 3 1000\n');
});

test.each([
  { code: 0, policy: 'Never', phase: 'Succeeded', reason: 'Completed' },
  { code: 0, policy: 'OnFailure', phase: 'Succeeded', reason: 'Completed' },
  { code: 2, policy: 'Never', phase: 'Failed', reason: 'Error' },
])('exit code $code with restartPolicy $policy makes the Pod $phase', async ({ code, policy, phase, reason }) => {
  const world = createWorld();
  world.run('job', { restartPolicy: policy, containers: [{ name: 'c', image: 'busybox', command: ['exit', String(code), '500'] }] });
  await world.advance(20 * second);
  const { status } = world.pod('job');
  expect(status?.phase).toBe(phase);
  expect(status?.containerStatuses?.[0]?.state?.terminated).toMatchObject({ exitCode: code, reason });
  expect(status?.conditions?.find(({ type }) => type === 'PodReadyToStartContainers')?.status).toBe('False');
  expect(status?.conditions?.find(({ type }) => type === 'Ready')?.reason).toBe(code === 0 ? 'PodCompleted' : 'PodFailed');
});

test('init containers run one after the other before the app containers', async () => {
  const world = createWorld();
  world.run('app', {
    initContainers: [
      { name: 'first', image: 'busybox:1', command: ['exit', '0', '2000'] },
      { name: 'second', image: 'busybox:1', command: ['exit', '0', '2000'] },
    ],
    containers: [{ name: 'app', image: 'busybox:1', command: ['run'] }],
  });
  await world.advance(4 * second);
  expect(world.pod('app').status?.containerStatuses?.[0]?.state?.waiting?.reason).toBe('PodInitializing');
  expect(world.pod('app').status?.conditions?.find(({ type }) => type === 'Initialized')).toMatchObject({
    status: 'False',
    reason: 'ContainersNotInitialized',
    message: 'containers with incomplete status: [first second]',
  });
  await world.advance(20 * second);
  expect(world.pod('app').status?.phase).toBe('Running');
  expect(world.pod('app').status?.initContainerStatuses?.map(({ ready, state }) => [ready, state?.terminated?.reason])).toEqual([
    [true, 'Completed'],
    [true, 'Completed'],
  ]);
});

test('an init container that fails is tried again and keeps the app waiting', async () => {
  const world = createWorld();
  world.run('app', {
    initContainers: [{ name: 'init', image: 'busybox:1', command: ['exit', '1', '100'] }],
    containers: [{ name: 'app', image: 'busybox:1', command: ['run'] }],
  });
  await world.advance(minute);
  expect(world.pod('app').status?.phase).toBe('Pending');
  expect(world.pod('app').status?.initContainerStatuses?.[0]?.state?.waiting?.reason).toBe('CrashLoopBackOff');
  expect(world.pod('app').status?.initContainerStatuses?.[0]?.restartCount).toBeGreaterThan(1);
});

test('a sidecar starts before the app and is stopped after it', async () => {
  const world = createWorld();
  world.run('job', {
    restartPolicy: 'Never',
    initContainers: [{ name: 'side', image: 'busybox:1', command: ['run'], restartPolicy: 'Always' }],
    containers: [{ name: 'main', image: 'busybox:1', command: ['exit', '0', '3000'] }],
  });
  await world.advance(4 * second);
  expect(world.pod('job').status?.initContainerStatuses?.[0]).toMatchObject({ started: true, ready: true });
  await world.advance(minute);
  expect(world.pod('job').status?.phase).toBe('Succeeded');
  expect(world.said()).toContain('Killing: Stopping container side');
});

test('a missing ConfigMap keeps the Pod in ContainerCreating until it exists', async () => {
  const world = createWorld();
  world.run('app', {
    containers: [{ name: 'app', image: 'busybox:1', command: ['run'], volumeMounts: [{ name: 'conf', mountPath: '/etc/conf' }] }],
    volumes: [{ name: 'conf', configMap: { name: 'app-conf' } }],
  });
  await world.advance(10 * second);
  expect(world.said()).toEqual(['FailedMount: MountVolume.SetUp failed for volume "conf" : configmap "app-conf" not found']);
  expect(world.pod('app').status?.containerStatuses?.[0]?.state?.waiting?.reason).toBe('ContainerCreating');
  world.create({ kind: 'ConfigMap', metadata: { name: 'app-conf' }, data: { a: '1' } });
  await world.advance(minute);
  expect(world.pod('app').status?.phase).toBe('Running');
});

test.each([
  { given: 'a missing ConfigMap', ref: { name: 'nowhere', key: 'k' }, message: 'configmap "nowhere" not found' },
  { given: 'a missing key', ref: { name: 'conf', key: 'k' }, message: "couldn't find key k in ConfigMap default/conf" },
])('$given in env is a CreateContainerConfigError', async ({ ref, message }) => {
  const world = createWorld();
  world.create({ kind: 'ConfigMap', metadata: { name: 'conf' }, data: {} });
  world.run('app', {
    containers: [{ name: 'app', image: 'busybox:1', command: ['run'], env: [{ name: 'A', valueFrom: { configMapKeyRef: ref } }] }],
  });
  await world.advance(10 * second);
  expect(world.pod('app').status?.containerStatuses?.[0]?.state?.waiting).toEqual({ reason: 'CreateContainerConfigError', message });
  expect(world.said()).toContain(`Failed: Error: ${message}`);
});

test('a command that does not exist is a StartError, exit code 128', async () => {
  const world = createWorld();
  world.run('app', { restartPolicy: 'Never', containers: [{ name: 'app', image: 'busybox:1', command: ['missing'] }] });
  await world.advance(10 * second);
  expect(world.pod('app').status?.containerStatuses?.[0]?.state?.terminated).toMatchObject({
    exitCode: 128,
    reason: 'StartError',
    startedAt: '1970-01-01T00:00:00Z',
  });
});

test('a deleted Pod gets TERM, and is gone when its containers have ended', async () => {
  const world = createWorld();
  world.run('web', { containers: [{ name: 'web', image: 'nginx' }] });
  await world.advance(10 * second);
  world.deletePod('web');
  await world.advance(second);
  expect(world.said()).toContain('Killing: Stopping container web');
  expect(world.has('Pod', 'web')).toBe(false);
  expect(world.record('web')).toBeUndefined();
  expect([...world.store.keys('/kubemu/cri/')]).toEqual([]);
  expect([...world.store.keys('/kubemu/net/addresses/10.244')]).toEqual([]);
  expect([...world.store.keys('/kubemu/wakeup/kubelet/node01/default')]).toEqual([]);
});

test('a process that ignores TERM is killed after the grace period', async () => {
  const world = createWorld();
  world.run('deaf', { containers: [{ name: 'c', image: 'busybox:1', command: ['deaf'] }] });
  await world.advance(10 * second);
  world.deletePod('deaf', 30);
  await world.advance(29 * second);
  expect(world.has('Pod', 'deaf')).toBe(true);
  await world.advance(2 * second);
  expect(world.has('Pod', 'deaf')).toBe(false);
});

test('a Pod deleted by force leaves nothing on the node', async () => {
  const world = createWorld();
  world.run('web', { containers: [{ name: 'web', image: 'nginx' }] });
  await world.advance(10 * second);
  world.deletePod('web', 0);
  await world.advance(5 * second);
  expect(world.record('web')).toBeUndefined();
  expect([...world.store.keys('/kubemu/net/listeners/')]).toEqual(['/kubemu/net/listeners/node01/10250']);
});

test('without a network plugin a Pod stays in ContainerCreating and the node is NotReady', async () => {
  const world = createWorld({ cni: 'none' });
  world.run('web', { containers: [{ name: 'web', image: 'nginx' }] });
  await world.advance(10 * second);
  expect(world.pod('web').status?.containerStatuses?.[0]?.state?.waiting?.reason).toBe('ContainerCreating');
  expect(world.said()[0]).toContain('network is not ready: container runtime network not ready');
});

test('a Pod that waits for a ConfigMap goes on soon after it was created', async () => {
  const world = createWorld();
  world.run('app', { containers: [{ name: 'app', image: 'busybox:1', command: ['run'], envFrom: [{ configMapRef: { name: 'late' } }] }] });
  await world.advance(2 * 60 * minute);
  expect(world.pod('app').status?.containerStatuses?.[0]?.state?.waiting?.message).toBe('configmap "late" not found');
  world.create({ kind: 'ConfigMap', metadata: { name: 'late' }, data: { A: '1' } });
  await world.advance(15 * second);
  expect(world.pod('app').status?.phase).toBe('Running');
});

test('mounted ConfigMap files follow the object within a minute', async () => {
  const world = createWorld();
  world.create({ kind: 'ConfigMap', metadata: { name: 'conf' }, data: { a: 'old' } });
  world.run('app', {
    containers: [{ name: 'app', image: 'busybox:1', command: ['run'], volumeMounts: [{ name: 'v', mountPath: '/v' }] }],
    volumes: [{ name: 'v', configMap: { name: 'conf' } }],
  });
  await world.advance(20 * second);
  const files = (): string => JSON.stringify(world.store.get(`/kubemu/cri/node01/${world.pod('app').metadata.uid}/machine`));
  expect(files()).toContain('"a":"old"');
  world.create({ kind: 'ConfigMap', metadata: { name: 'conf' }, data: { a: 'new' } });
  await world.advance(minute);
  expect(files()).toContain('"a":"new"');
});

test('a new image replaces what waits at once, and what runs after it was stopped', async () => {
  const world = createWorld();
  world.run('web', { containers: [{ name: 'web', image: 'nginx:nope' }] });
  await world.advance(20 * minute);
  world.change('web', (pod) => ({
    ...pod,
    spec: { ...pod.spec, containers: [{ ...pod.spec.containers[0], name: 'web', image: 'nginx:1.25' }] },
  }));
  await world.advance(5 * second);
  expect(world.pod('web').status?.containerStatuses?.[0]).toMatchObject({
    ready: true,
    image: 'docker.io/library/nginx:1.25',
    restartCount: 0,
  });
  world.change('web', (pod) => ({
    ...pod,
    spec: { ...pod.spec, containers: [{ ...pod.spec.containers[0], name: 'web', image: 'nginx:1.26' }] },
  }));
  await world.advance(5 * second);
  expect(world.said()).toContain('Killing: Container web definition changed, will be restarted');
  expect(world.pod('web').status?.containerStatuses?.[0]).toMatchObject({
    ready: true,
    image: 'docker.io/library/nginx:1.26',
    restartCount: 1,
  });
});

test('a preStop hook runs before TERM', async () => {
  const world = createWorld();
  world.run('web', { containers: [{ name: 'web', image: 'nginx', lifecycle: { preStop: { sleep: { seconds: 5 } } } }] });
  await world.advance(10 * second);
  world.deletePod('web');
  await world.advance(4 * second);
  expect(world.has('Pod', 'web')).toBe(true);
  await world.advance(2 * second);
  expect(world.has('Pod', 'web')).toBe(false);
});

test('a postStart hook that fails has the container killed', async () => {
  const world = createWorld();
  world.run('web', {
    restartPolicy: 'Never',
    containers: [{ name: 'web', image: 'nginx', lifecycle: { postStart: { exec: { command: ['exit', '1'] } } } }],
  });
  await world.advance(20 * second);
  expect(world.said()).toContain('FailedPostStartHook: PostStartHook failed');
  expect(world.pod('web').status?.phase).toBe('Failed');
});

test('a Pod that is active for too long fails with DeadlineExceeded', async () => {
  const world = createWorld();
  world.run('slow', {
    restartPolicy: 'Never',
    activeDeadlineSeconds: 20,
    containers: [{ name: 'c', image: 'busybox:1', command: ['run'] }],
  });
  await world.advance(30 * second);
  expect(world.pod('slow').status).toMatchObject({
    phase: 'Failed',
    reason: 'DeadlineExceeded',
    message: 'Pod was active on the node longer than the specified deadline',
  });
});

test('a Pod deleted while its image is pulled is gone at once', async () => {
  const world = createWorld();
  world.run('web', { containers: [{ name: 'web', image: 'nginx' }] });
  await world.advance(second);
  world.deletePod('web');
  await world.advance(second);
  expect(world.has('Pod', 'web')).toBe(false);
});
