import { expect, test } from 'vitest';
import { createWorld } from './harness.ts';

const second = 1000;
const days = 2 * 24 * 3600 * second;

test('days of crash looping cost a bounded number of looks', async () => {
  const world = createWorld();
  world.run('app', { containers: [{ name: 'app', image: 'busybox:1.36', command: ['exit', '1', '2000'] }] });
  await world.advance(days);
  const status = world.pod('app').status?.containerStatuses?.[0];
  const laps = days / (302.1 * second);
  expect(Math.abs((status?.restartCount ?? 0) - laps) / laps).toBeLessThan(0.1);
  expect(world.events.find(({ reason }) => reason === 'Created')?.count).toBe((status?.restartCount ?? 0) + 1);
  expect(world.reconciles()).toBeLessThan(2500);
});

test('days of a missing image cost a bounded number of looks', async () => {
  const world = createWorld();
  world.run('app', { containers: [{ name: 'app', image: 'nginx:nope' }] });
  await world.advance(days);
  expect(world.pod('app').status?.containerStatuses?.[0]?.state?.waiting?.reason).toBe('ImagePullBackOff');
  expect(world.reconciles()).toBeLessThan(2500);
});

test('advancing in steps and at once leaves the same state', async () => {
  const run = async (steps: number[]): Promise<string> => {
    const world = createWorld();
    world.run('app', {
      containers: [
        { name: 'app', image: 'busybox:1.36', command: ['exit', '1', '2000'], livenessProbe: { exec: { command: ['exit', '0'] } } },
      ],
    });
    world.run('web', { containers: [{ name: 'web', image: 'nginx', readinessProbe: { httpGet: { path: '/ok', port: 80 } } }] });
    for (const step of steps) await world.advance(step);
    return JSON.stringify([[...world.store.range('')], world.events, world.pod('app').status, world.pod('web').status]);
  };
  const whole = await run([40 * 60 * second]);
  expect(await run(Array.from({ length: 20 }, () => 120 * second))).toBe(whole);
  expect(await run([1, 1234, 5678, 40 * 60 * second - 6913])).toBe(whole);
});
