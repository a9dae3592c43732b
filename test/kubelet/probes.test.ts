import { expect, test } from 'vitest';
import { createWorld } from './harness.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

test('a readiness probe that fails keeps a running container from being ready', async () => {
  const world = createWorld();
  world.run('web', { containers: [{ name: 'web', image: 'nginx', readinessProbe: { httpGet: { path: '/missing', port: 80 } } }] });
  await world.advance(30 * second);
  expect(world.pod('web').status?.containerStatuses?.[0]).toMatchObject({ ready: false, started: true });
  expect(world.pod('web').status?.conditions?.find(({ type }) => type === 'Ready')?.status).toBe('False');
  expect(world.said()).toContain('Unhealthy: Readiness probe failed: HTTP probe failed with statuscode: 404');
});

test('a readiness probe that passes makes the container ready', async () => {
  const world = createWorld();
  world.run('web', {
    containers: [
      {
        name: 'web',
        image: 'nginx',
        readinessProbe: { httpGet: { path: '/ok', port: 'http' } },
        ports: [{ name: 'http', containerPort: 80 }],
      },
    ],
  });
  await world.advance(5 * second);
  expect(world.pod('web').status?.containerStatuses?.[0]?.ready).toBe(false);
  await world.advance(10 * second);
  expect(world.pod('web').status?.containerStatuses?.[0]?.ready).toBe(true);
});

test('a port on which nothing listens refuses the probe', async () => {
  const world = createWorld();
  world.run('web', {
    containers: [
      { name: 'web', image: 'busybox:1', command: ['run'], readinessProbe: { httpGet: { path: '/ready', port: 9090 }, periodSeconds: 3 } },
    ],
  });
  await world.advance(30 * second);
  expect(world.said()).toContain(
    'Unhealthy: Readiness probe failed: Get "http://10.244.1.2:9090/ready": dial tcp 10.244.1.2:9090: connect: connection refused',
  );
});

test('a liveness probe that fails three times restarts the container', async () => {
  const world = createWorld();
  world.run('app', {
    containers: [
      { name: 'app', image: 'busybox:1', command: ['run'], livenessProbe: { exec: { command: ['exit', '1'] }, periodSeconds: 5 } },
    ],
  });
  await world.advance(15 * second);
  expect(world.pod('app').status?.containerStatuses?.[0]?.restartCount).toBe(0);
  await world.advance(10 * second);
  expect(world.said()).toContain('Killing: Container app failed liveness probe, will be restarted');
  expect(world.pod('app').status?.containerStatuses?.[0]).toMatchObject({ restartCount: 1, lastState: { terminated: { exitCode: 143 } } });
});

test('a startup probe holds the others back', async () => {
  const world = createWorld();
  world.run('app', {
    containers: [
      {
        name: 'app',
        image: 'busybox:1',
        command: ['listen', '80', '25000'],
        startupProbe: { tcpSocket: { port: 80 }, failureThreshold: 30, periodSeconds: 10 },
        livenessProbe: { tcpSocket: { port: 80 }, periodSeconds: 2 },
      },
    ],
  });
  await world.advance(20 * second);
  expect(world.pod('app').status?.containerStatuses?.[0]).toMatchObject({ started: false, ready: false, restartCount: 0 });
  await world.advance(20 * second);
  expect(world.pod('app').status?.containerStatuses?.[0]).toMatchObject({ started: true, ready: true, restartCount: 0 });
});

test('probes that give the same answer for a day cost little', async () => {
  const world = createWorld();
  world.run('web', {
    containers: [
      {
        name: 'web',
        image: 'nginx',
        readinessProbe: { httpGet: { path: '/missing', port: 80 }, periodSeconds: 5 },
        livenessProbe: { tcpSocket: { port: 80 }, periodSeconds: 10 },
      },
    ],
  });
  await world.advance(24 * hour);
  const unhealthy = world.events.find(({ reason }) => reason === 'Unhealthy');
  const failures = (24 * hour) / (5 * second);
  expect(Math.abs((unhealthy?.count ?? 0) - failures) / failures).toBeLessThan(0.01);
  expect(world.reconciles()).toBeLessThan(1500);
});
