import { expect, test } from 'vitest';
import { createWakeUps } from '../../src/cluster/wake-ups.ts';
import { storeOf } from '../../src/state/keyspace-store.ts';
import { createKeyspace } from '../../src/state/memory-keyspace.ts';

const queue = () => createWakeUps(storeOf(createKeyspace()));

test('the earliest wake-up comes first, whatever order they were set in', () => {
  const wakeUps = queue();
  wakeUps.set('kubelet', 'node01/default/web', 30_000, 'progress');
  wakeUps.set('job-controller', 'default/backup', 2_000, 'recurrence');
  expect(wakeUps.next()).toBe(2_000);
  expect(wakeUps.take(60_000)[0]).toEqual({ at: 2_000, class: 'recurrence', owner: 'job-controller', key: 'default/backup' });
});

test('a key waits for one instant only: setting it again replaces the former', () => {
  const wakeUps = queue();
  wakeUps.set('kubelet', 'node01/default/web', 30_000, 'progress');
  wakeUps.set('kubelet', 'node01/default/web', 10_000, 'process');
  expect(wakeUps.take(60_000)).toEqual([{ at: 10_000, class: 'process', owner: 'kubelet', key: 'node01/default/web' }]);
  expect(wakeUps.next()).toBeUndefined();
});

test('only what is due is taken, and a cleared key does not wake', () => {
  const wakeUps = queue();
  wakeUps.set('a', '1', 1_000, 'progress');
  wakeUps.set('a', '2', 2_000, 'progress');
  wakeUps.set('a', '3', 3_000, 'deadline');
  wakeUps.clear('a', '1');
  expect(wakeUps.take(2_000).map(({ key }) => key)).toEqual(['2']);
  expect(wakeUps.next()).toBe(3_000);
});

test('waiting for progress looks past deadlines and recurrences', () => {
  const wakeUps = queue();
  wakeUps.set('deployment-controller', 'default/web', 1_000, 'deadline');
  wakeUps.set('kubelet', 'node01/default/web', 5_000, 'progress');
  expect(wakeUps.next(['progress'])).toBe(5_000);
});
