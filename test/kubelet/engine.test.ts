import { expect, test } from 'vitest';
import { exec } from './exec.ts';
import { createWorld, type World } from './harness.ts';

const second = 1000;
const minute = 60 * second;

const world = (): World => createWorld({}, true);

test('a sidecar reads the log that the main container writes into a shared emptyDir', async () => {
  const w = world();
  const volumeMounts = [{ name: 'logs', mountPath: '/var/log' }];
  w.run('multi', {
    containers: [
      {
        name: 'main-app',
        image: 'busybox',
        command: ['/bin/sh', '-c', 'while true; do echo "$(date) line" >> /var/log/app.log; sleep 5; done'],
        volumeMounts,
      },
      { name: 'sidecar', image: 'busybox', command: ['/bin/sh', '-c', 'tail -f /var/log/app.log'], volumeMounts },
    ],
    volumes: [{ name: 'logs', emptyDir: {} }],
  });
  await w.advance(30 * second);
  expect(w.pod('multi').status?.phase).toBe('Running');
  expect(w.pod('multi').status?.containerStatuses?.map(({ ready }) => ready)).toEqual([true, true]);
  const lines = (await w.logs('multi', 'sidecar')).trim().split('\n');
  expect(lines.length).toBeGreaterThan(3);
  expect(lines[0]).toMatch(/^Mon Mar {2}2 10:00:\d\d UTC 2026 line$/);
  expect((await exec(w, 'multi', 'main-app', ['tail', '-1', '/var/log/app.log'])).out).toContain('line');
});

test('an init container prepares what the app serves', async () => {
  const w = world();
  const volumeMounts = [{ name: 'work', mountPath: '/work-dir' }];
  w.run('web', {
    initContainers: [{ name: 'init', image: 'busybox:1.28', command: ['sh', '-c', 'echo hello > /work-dir/index.html'], volumeMounts }],
    containers: [
      {
        name: 'nginx',
        image: 'nginx',
        volumeMounts: [{ name: 'work', mountPath: '/usr/share/nginx/html' }],
        readinessProbe: { httpGet: { path: '/', port: 80 } },
      },
    ],
    volumes: [{ name: 'work', emptyDir: {} }],
  });
  await w.advance(40 * second);
  expect(w.pod('web').status?.containerStatuses?.[0]).toMatchObject({ ready: true, started: true });
  expect((await exec(w, 'web', 'nginx', ['cat', '/usr/share/nginx/html/index.html'])).out).toBe('hello\n');
});

test('the second nginx of a Pod cannot bind port 80 and crash-loops', async () => {
  const w = world();
  w.run('two', {
    containers: [
      { name: 'a', image: 'nginx' },
      { name: 'b', image: 'nginx' },
    ],
  });
  await w.advance(2 * minute);
  expect(w.pod('two').status?.containerStatuses?.map(({ ready, restartCount }) => [ready, restartCount > 1])).toEqual([
    [true, false],
    [false, true],
  ]);
  expect(await w.logs('two', 'b')).toContain('bind() to 0.0.0.0:80 failed (98: Address already in use)');
});

test('exit codes and the log of the run before', async () => {
  const w = world();
  w.run('crash', { containers: [{ name: 'c', image: 'busybox', command: ['sh', '-c', 'echo boom; sleep 2; exit 3'] }] });
  await w.advance(25 * second);
  expect(w.pod('crash').status?.containerStatuses?.[0]).toMatchObject({ lastState: { terminated: { exitCode: 3, reason: 'Error' } } });
  expect(await w.logs('crash', 'c', { previous: 'true' })).toBe('boom\n');
});

test('a command that the image does not have', async () => {
  const w = world();
  w.run('app', { containers: [{ name: 'c', image: 'busybox', command: ['nosuch'] }] });
  await w.advance(5 * second);
  expect(
    w.pod('app').status?.containerStatuses?.[0]?.lastState?.terminated ?? w.pod('app').status?.containerStatuses?.[0]?.state?.terminated,
  ).toMatchObject({
    exitCode: 128,
    reason: 'StartError',
    message: expect.stringContaining('exec: "nosuch": executable file not found in $PATH'),
  });
});

test('exec ends with the exit code, and cannot start what is not there', async () => {
  const w = world();
  w.run('app', { containers: [{ name: 'c', image: 'busybox', command: ['sleep', '3600'] }] });
  await w.advance(10 * second);
  expect((await exec(w, 'app', 'c', ['sh', '-c', 'echo out; exit 4'])).status?.details?.causes).toEqual([
    { reason: 'ExitCode', message: '4' },
  ]);
  expect((await exec(w, 'app', 'c', ['true'])).status?.status).toBe('Success');
  expect((await exec(w, 'app', 'c', ['sh', '-c', 'sleep 3; echo late'])).out).toBe('late\n');
  expect((await exec(w, 'app', 'c', ['nosuch'])).status?.message).toMatch(
    /OCI runtime exec failed: exec failed: unable to start container process: exec: "nosuch": executable file not found in \$PATH/,
  );
  expect((await exec(w, 'app', 'c', ['cat', '/etc/resolv.conf'])).out).toContain('nameserver 10.96.0.10');
  expect((await exec(w, 'app', 'c', ['cat', '/etc/hosts'])).out).toContain('# Kubernetes-managed hosts file.');
});

test('a liveness probe finds the file that its container removes', async () => {
  const w = world();
  w.run('live', {
    containers: [
      {
        name: 'c',
        image: 'busybox',
        args: ['/bin/sh', '-c', 'touch /tmp/healthy; sleep 30; rm -f /tmp/healthy; sleep 600'],
        livenessProbe: { exec: { command: ['cat', '/tmp/healthy'] }, initialDelaySeconds: 5, periodSeconds: 5 },
      },
    ],
  });
  await w.advance(30 * second);
  expect(w.said().some((line) => line.startsWith('Unhealthy'))).toBe(false);
  await w.advance(60 * second);
  expect(w.said()).toContain("Unhealthy: Liveness probe failed: cat: can't open '/tmp/healthy': No such file or directory\n");
  expect(w.pod('live').status?.containerStatuses?.[0]?.restartCount).toBe(1);
});

test('sleep as first process ignores TERM and is killed when its grace is over', async () => {
  const w = world();
  w.run('deaf', { containers: [{ name: 'c', image: 'busybox', command: ['sleep', '3600'] }] });
  await w.advance(10 * second);
  w.deletePod('deaf', 30);
  await w.advance(29 * second);
  expect(w.has('Pod', 'deaf')).toBe(true);
  await w.advance(2 * second);
  expect(w.has('Pod', 'deaf')).toBe(false);
});

test.each([
  { image: 'ngnix', error: 'pull access denied, repository does not exist or may require authorization' },
  {
    image: 'nginx:9.99',
    error:
      'rpc error: code = NotFound desc = failed to pull and unpack image "docker.io/library/nginx:9.99": failed to resolve reference "docker.io/library/nginx:9.99": docker.io/library/nginx:9.99: not found',
  },
  { image: 'registry.invalid/app:1', error: 'dial tcp: lookup registry.invalid on 127.0.0.53:53: no such host' },
])('$image cannot be pulled', async ({ image, error }) => {
  const w = world();
  w.run('app', { containers: [{ name: 'c', image }] });
  await w.advance(10 * second);
  expect(w.pod('app').status?.containerStatuses?.[0]?.state?.waiting).toMatchObject({
    reason: 'ImagePullBackOff',
    message: expect.stringContaining(error),
  });
});

test('an image that nobody knows runs as a server on its declared ports', async () => {
  const w = world();
  w.run('app', {
    containers: [
      {
        name: 'c',
        image: 'ghcr.io/acme/shop:2.1',
        ports: [{ containerPort: 8080 }],
        readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 2 },
      },
    ],
  });
  await w.advance(20 * second);
  expect(w.pod('app').status?.containerStatuses?.[0]?.ready).toBe(true);
});

test('a claimed volume keeps its files when its Pod is gone', async () => {
  const w = world();
  w.create({ kind: 'PersistentVolume', metadata: { name: 'pv' }, spec: { hostPath: { path: '/mnt/data' } } });
  w.create({ kind: 'PersistentVolumeClaim', metadata: { name: 'claim' }, spec: { volumeName: 'pv' } });
  const spec = (command: string[]) => ({
    restartPolicy: 'Never',
    containers: [{ name: 'c', image: 'busybox', command, volumeMounts: [{ name: 'v', mountPath: '/data' }] }],
    volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'claim' } }],
  });
  w.run('writer', spec(['sh', '-c', 'echo kept > /data/file']));
  await w.advance(10 * second);
  expect(w.pod('writer').status?.phase).toBe('Succeeded');
  w.deletePod('writer');
  await w.advance(5 * second);
  w.run('reader', spec(['cat', '/data/file']));
  await w.advance(10 * second);
  expect(await w.logs('reader', 'c')).toBe('kept\n');
});

test('a Pod that mounts a claim which another Pod still uses sees its files', async () => {
  const w = world();
  w.create({ kind: 'CSIDriver', metadata: { name: 'd' }, spec: { attachRequired: false } });
  w.create({ kind: 'PersistentVolume', metadata: { name: 'pv' }, spec: { csi: { driver: 'd', volumeHandle: 'h' } } });
  w.create({ kind: 'PersistentVolumeClaim', metadata: { name: 'claim' }, spec: { volumeName: 'pv' } });
  const volumes = [{ name: 'v', persistentVolumeClaim: { claimName: 'claim' } }];
  const volumeMounts = [{ name: 'v', mountPath: '/data' }];
  w.run('writer', {
    containers: [{ name: 'c', image: 'busybox', command: ['sh', '-c', 'while true; do date >> /data/log; sleep 5; done'], volumeMounts }],
    volumes,
  });
  await w.advance(30 * second);
  w.run('reader', {
    restartPolicy: 'Never',
    containers: [{ name: 'c', image: 'busybox', command: ['wc', '-l', '/data/log'], volumeMounts }],
    volumes,
  });
  await w.advance(10 * second);
  expect(await w.logs('reader', 'c')).toMatch(/^[67] \/data\/log\n$/);
});

test('advancing in steps and at once leaves the same processes, to the byte', async () => {
  const run = async (steps: number[]): Promise<[string, unknown][]> => {
    const w = world();
    const volumeMounts = [{ name: 'logs', mountPath: '/var/log' }];
    w.run('multi', {
      containers: [
        {
          name: 'main',
          image: 'busybox',
          command: ['sh', '-c', 'while true; do date >> /var/log/app.log; sleep 5; done'],
          volumeMounts,
          livenessProbe: { exec: { command: ['test', '-f', '/var/log/app.log'] } },
        },
        { name: 'side', image: 'busybox', command: ['tail', '-f', '/var/log/app.log'], volumeMounts },
        { name: 'crash', image: 'busybox', command: ['sh', '-c', 'sleep 7; exit 1'] },
      ],
      volumes: [{ name: 'logs', emptyDir: {} }],
    });
    for (const step of steps) await w.advance(step);
    return [...w.store.range<unknown>(''), ['events', w.events], ['status', w.pod('multi').status], ['log', await w.logs('multi', 'side')]];
  };
  const whole = await run([3 * minute]);
  expect(await run(Array.from({ length: 18 }, () => 10 * second))).toEqual(whole);
  expect(await run([777, 4223, 33_333, 3 * minute - 38_333])).toEqual(whole);
});
