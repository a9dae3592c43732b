import { describe, expect, test } from 'vitest';
import { createLoopHost } from '../../src/cluster/loop-host.ts';
import { createWakeUps } from '../../src/cluster/wake-ups.ts';
import { seconds } from '../../src/machinery/clock.ts';
import type { Loop } from '../../src/machinery/loop.ts';
import type { KubeObject } from '../../src/machinery/object.ts';
import { conflict, forbidden } from '../../src/machinery/status.ts';
import { drawer } from '../../src/machinery/store.ts';
import { storeOf } from '../../src/state/keyspace-store.ts';
import { createKeyspace } from '../../src/state/memory-keyspace.ts';

function host(reconcile: Loop['reconcile'], alive = () => true) {
  const store = storeOf(createKeyspace());
  const wakeUps = createWakeUps(store);
  const problems: string[] = [];
  const loop: Loop = { name: 'toy', watches: [{ resource: 'pods', keys: ({ object }) => [object.metadata.name] }], reconcile };
  return {
    wakeUps,
    problems,
    host: createLoopHost({
      loops: [{ loop, alive }],
      clock: { now: () => 1000 },
      wakeUps,
      store: drawer(store, '/kubemu/loops/'),
      report: (p) => problems.push(p),
    }),
  };
}
const pod = (name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, uid: '', resourceVersion: '', creationTimestamp: '' },
});

describe('a loop host', () => {
  test('reconciles a key once, however many changes queued it', async () => {
    const seen: string[] = [];
    const { host: loops } = host(async (key) => {
      seen.push(key);
      return undefined;
    });
    for (const name of ['a', 'b', 'a']) loops.changed('pods', { type: 'ADDED', object: pod(name) });
    await loops.drain();
    expect(seen).toEqual(['a', 'b']);
    expect(loops.idle).toBe(true);
  });

  test('any number of changes from outside may happen at one instant', async () => {
    let count = 0;
    const { host: loops, problems } = host(async () => {
      count++;
      return undefined;
    });
    for (let n = 0; n < 1000; n++) {
      loops.disturbed();
      loops.changed('pods', { type: 'MODIFIED', object: pod('a'), old: pod('a') });
      await loops.drain();
    }
    expect([count, problems]).toEqual([1000, []]);
  });

  test('turns requeueAfter into a wake-up and takes it back when nothing is to come', async () => {
    let again = true;
    const { host: loops, wakeUps } = host(async () => (again ? { requeueAfter: seconds(10), class: 'deadline' } : undefined));
    loops.enqueue('toy', 'a');
    await loops.drain();
    expect(wakeUps.next(['deadline'])).toBe(11_000);
    again = false;
    loops.enqueue('toy', 'a');
    await loops.drain();
    expect(wakeUps.next()).toBeUndefined();
  });

  test('looks again at once after a conflict', async () => {
    let tries = 0;
    const { host: loops } = host(async () => {
      if (++tries === 1) throw conflict({ group: '', resource: 'pods' }, 'a', 'changed');
      return undefined;
    });
    loops.enqueue('toy', 'a');
    await loops.drain();
    expect(tries).toBe(2);
  });

  test('backs off after a refusal, twice as long each time', async () => {
    const { host: loops, wakeUps } = host(async () => {
      throw forbidden({ group: '', resource: 'pods' }, 'a', 'exceeded quota');
    });
    const delays: number[] = [];
    for (let i = 0; i < 3; i++) {
      loops.enqueue('toy', 'a');
      await loops.drain();
      delays.push((wakeUps.next() ?? 0) - 1000);
    }
    expect(delays).toEqual([5, 10, 20]);
  });

  test('drops the keys of a loop whose process does not run', async () => {
    const { host: loops } = host(
      async () => {
        throw new Error('must not run');
      },
      () => false,
    );
    loops.enqueue('toy', 'a');
    await loops.drain();
    expect(loops.idle).toBe(true);
  });

  test('cuts a storm, names it, and goes on a second later', async () => {
    const fixture = host(async (key) => {
      fixture.host.enqueue('toy', key);
      return undefined;
    });
    fixture.host.enqueue('toy', 'a');
    await fixture.host.drain();
    expect(fixture.problems).toEqual([expect.stringContaining('toy reconciled a 400 times at one instant')]);
    expect(fixture.wakeUps.next()).toBe(2000);
  });

  test('reports a bug of ours by name', async () => {
    const { host: loops, problems } = host(async () => {
      throw new TypeError('x is undefined');
    });
    loops.enqueue('toy', 'a');
    await loops.drain();
    expect(problems[0]).toContain('toy failed on a: TypeError: x is undefined');
  });
});
