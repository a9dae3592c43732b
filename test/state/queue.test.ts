// Writers queue fairly: first come, first served, and nobody waits for the dead.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { acquireLock, tryLock } from '../../src/state/lock.ts';
import { ownName } from '../../src/state/process.ts';
import { isQueued } from '../../src/state/queue.ts';

let home: string;
let path: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'kubemu-queue-'));
  path = join(home, 'cluster.json');
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const queue = () => `${path}.lock.queue`;
const waiting = async (count: number) => {
  while (!isQueued(queue()) || readdirSync(queue()).length < count) await new Promise((resolve) => setTimeout(resolve, 1));
};

test('the lock goes to those who wait in the order in which they came', async () => {
  const first = await acquireLock(path);
  const order: number[] = [];
  const all: Promise<void>[] = [];
  for (let n = 0; n < 8; n++) {
    all.push(
      acquireLock(path).then(async (lock) => {
        order.push(n);
        await new Promise((resolve) => setTimeout(resolve, 2));
        lock.release();
      }),
    );
    await waiting(n + 1);
  }
  first.release();
  await Promise.all(all);
  expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  expect(readdirSync(home)).toEqual([]);
});

test('nobody who does not want to wait gets in before those who do', async () => {
  const first = await acquireLock(path);
  const second = acquireLock(path);
  await waiting(1);
  first.release();
  expect(tryLock(path)).toBeUndefined();
  (await second).release();
  expect(tryLock(path)?.owner.pid).toBe(process.pid);
});

test.each([
  { given: 'who died while waiting', name: () => ({ ...ownName(), pid: 2 ** 22 + 1 }) },
  { given: 'whose pid belongs to a later process', name: () => ({ ...ownName(), started: '1' }) },
])('nobody waits for one $given', async ({ name }) => {
  const { pid, started, place } = name();
  mkdirSync(queue());
  for (const n of [1, 2, 3]) writeFileSync(join(queue(), `00000000000${n}.${pid}.${started}.0.${Buffer.from(place).toString('hex')}`), '');
  const lock = tryLock(path);
  expect(lock?.owner.pid).toBe(process.pid);
  lock?.release();
  expect(readdirSync(home)).toEqual([]);
});

test('one who has lost patience leaves the queue to the others', async () => {
  const first = await acquireLock(path);
  const impatient = acquireLock(path, { patience: 20 });
  await waiting(1);
  const patient = acquireLock(path);
  await expect(impatient).rejects.toMatchObject({ problem: 'locked' });
  first.release();
  (await patient).release();
  expect(readdirSync(home)).toEqual([]);
});
