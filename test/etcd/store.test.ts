import { expect, test } from 'vitest';
import { createEtcd, createLeaseLoop } from '../../src/etcd/store.ts';
import { minutes, seconds } from '../../src/machinery/clock.ts';
import { createKeyspace } from '../../src/state/memory-keyspace.ts';

const START = Date.UTC(2026, 0, 1, 0, 0, 30);

function etcd() {
  const keyspace = createKeyspace();
  const wakeUps = new Map<string, number>();
  const clock = { at: START, now: () => clock.at };
  const store = createEtcd({
    keyspace,
    clock,
    wakeUps: {
      set: (owner, key, at, cls) => {
        expect([owner, cls]).toEqual(['etcd', 'deadline']);
        wakeUps.set(key, at);
      },
      clear: (_, key) => void wakeUps.delete(key),
    },
  });
  const loop = createLeaseLoop({ keyspace, clock });
  return {
    keyspace,
    store,
    wakeUps,
    loop,
    async advance(to: number) {
      for (const [key, at] of [...wakeUps].sort((a, b) => a[1] - b[1])) {
        if (at > to) break;
        clock.at = Math.max(clock.at, at);
        wakeUps.delete(key);
        await loop.reconcile(key);
      }
      clock.at = to;
    },
  };
}

const pod = '/registry/pods/default/web';
const event = (name: string) => `/registry/events/default/${name}`;

test('the first write of a fresh store is revision 2, as in etcd, and the value is told its revision', () => {
  const { store } = etcd();
  expect(store.revision).toBe(1);
  expect(store.create(pod, (revision) => ({ revision }))).toEqual({ key: pod, create: 2, mod: 2, version: 1, value: { revision: 2 } });
});

test('create of a key that exists is refused and changes nothing', () => {
  const { store } = etcd();
  store.create(pod, () => 1);
  expect(store.create(pod, () => 2)).toBeUndefined();
  expect([store.revision, store.get(pod)?.value]).toEqual([2, 1]);
});

test('update and delete are refused when the mod revision is not the one that was read', () => {
  const { store } = etcd();
  store.create(pod, () => 1);
  expect(store.update(pod, 2, () => 2)).toMatchObject({ create: 2, mod: 3, version: 2 });
  expect(store.update(pod, 2, () => 3)).toBeUndefined();
  expect(store.delete(pod, 2)).toBe(false);
  expect(store.delete(pod, 3)).toBe(true);
  expect(store.update(pod, 3, () => 4)).toBeUndefined();
  expect(store.delete(pod, 3)).toBe(false);
  expect(store.revision).toBe(4);
});

test('a recreated key starts over at version 1 with a new create revision', () => {
  const { store } = etcd();
  store.create(pod, () => 1);
  store.delete(pod, 2);
  expect(store.create(pod, () => 1)).toMatchObject({ create: 4, mod: 4, version: 1 });
});

test('watch and changesSince tell the same story', () => {
  const { store } = etcd();
  const seen: unknown[] = [];
  const stop = store.watch((change) => seen.push(change));
  store.create(pod, () => 1);
  store.update(pod, 2, () => 2);
  store.delete(pod, 3);
  expect(store.changesSince(1)).toEqual(seen);
  expect(seen.map((change) => Object.keys(change as object))).toEqual([
    ['revision', 'key', 'after'],
    ['revision', 'key', 'after', 'before'],
    ['revision', 'key', 'before'],
  ]);
  stop();
  store.create(pod, () => 1);
  expect(seen).toHaveLength(3);
});

test('an event is gone one hour after its last write, for readers at the second and for etcd at the next full minute', async () => {
  const { store, keyspace, advance } = etcd();
  store.create(event('a'), () => 1, 3600);
  store.create(event('b'), () => 1);
  await advance(START + minutes(60) - 1);
  expect([...store.range('/registry/events/')]).toHaveLength(2);
  await advance(START + minutes(60));
  expect([...store.range('/registry/events/')].map(({ key }) => key)).toEqual([event('b')]);
  expect([
    store.get(event('a')),
    store.count('/registry/events/'),
    store.update(event('a'), 2, () => 2),
    store.delete(event('a'), 2),
  ]).toEqual([undefined, 1, undefined, false]);
  expect(store.revision).toBe(3);
  await advance(START + minutes(60) + seconds(30));
  expect(store.revision).toBe(4);
  expect(keyspace.count('/kubemu/etcd/')).toBe(0);
});

test('writing an event again gives it another hour; writing it without a time to live keeps it for good', async () => {
  const { store, keyspace, advance } = etcd();
  store.create(event('a'), () => 1, 3600);
  store.create(event('b'), () => 1, 3600);
  await advance(START + minutes(30));
  store.update(event('a'), 2, () => 2, 3600);
  store.update(event('b'), 3, () => 2);
  await advance(START + minutes(80));
  expect([...store.range('/registry/events/')]).toHaveLength(2);
  await advance(START + minutes(92));
  expect([...store.range('/registry/events/')].map(({ key }) => key)).toEqual([event('b')]);
  expect(keyspace.count('/kubemu/etcd/')).toBe(0);
});

test('an event may be created anew between its end and the sweep, and lives an hour of its own', async () => {
  const { store, advance } = etcd();
  store.create(event('a'), () => 1, 3600);
  await advance(START + minutes(60) + seconds(10));
  expect(store.create(event('a'), () => 2, 3600)).toMatchObject({ create: 4, version: 1 });
  await advance(START + minutes(61));
  expect(store.get(event('a'))?.value).toBe(2);
});

test('deleting the last expiring key takes its wake-up away', () => {
  const { store, keyspace, wakeUps } = etcd();
  store.create(event('a'), () => 1, 3600);
  expect(wakeUps.size).toBe(1);
  store.delete(event('a'), 2);
  expect([wakeUps.size, keyspace.count('/kubemu/')]).toEqual([0, 0]);
});

test('sweeping late leaves what sweeping in time leaves', async () => {
  const dump = async (stops: number[]) => {
    const { store, keyspace, advance } = etcd();
    for (let i = 0; i < 5; i++) store.create(event(`e${i}`), () => i, 3600 + i * 45);
    for (const stop of stops) await advance(START + stop);
    return [...keyspace.range('/')].concat(keyspace.changesSince(0)?.flatMap((c) => c.after ?? []) ?? []);
  };
  expect(await dump([minutes(60), minutes(61) + 7, minutes(63), minutes(70)])).toEqual(await dump([minutes(70)]));
});
