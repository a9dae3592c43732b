import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStateFile, type StateFile } from '../../src/state/file.ts';
import type { Change, Keyspace, KeyValue } from '../../src/state/keyspace.ts';
import { createKeyspace, HISTORY_WINDOW } from '../../src/state/memory-keyspace.ts';
import { SortedKeys } from '../../src/state/sorted-keys.ts';

/** The keyspace as one would write it in five minutes. */
class Naive {
  entries = new Map<string, KeyValue>();
  changes: Change[] = [];
  revision = 1;

  put(key: string, value: unknown) {
    const before = this.entries.get(key);
    const isPlain = key.startsWith('/kubemu/');
    const mod = isPlain ? 0 : ++this.revision;
    const after = { key, create: before?.create ?? mod, mod, version: isPlain ? 0 : (before?.version ?? 0) + 1, value };
    this.entries.set(key, after);
    if (!isPlain) this.changes.push(before ? { revision: mod, key, after, before } : { revision: mod, key, after });
  }

  delete(key: string) {
    const before = this.entries.get(key);
    if (before && this.entries.delete(key) && !key.startsWith('/kubemu/')) this.changes.push({ revision: ++this.revision, key, before });
  }

  range(prefix: string, after?: string) {
    const keys = [...this.entries.keys()].filter((key) => key.startsWith(prefix) && (after === undefined || key > after));
    return keys.sort().map((key) => this.entries.get(key));
  }
}

const keys = [
  '/kubemu/clock',
  '/kubemu/index/a',
  '/kubemu/index/b"',
  '/registry/pods/a/x',
  '/registry/pods/a/xy',
  '/registry/pods/b/ü',
  '/registry/pods/b/\\"',
];
const prefixes = ['/', '/kubemu/', '/registry/pods/', '/registry/pods/a/', '/registry/pods/a/x', '/registry/pods/b/', '/registry/z'];
const value = fc.oneof(
  fc.integer(),
  fc.string(),
  fc.constant(false),
  fc.jsonValue({ maxDepth: 2 }).filter((json) => json !== null),
);
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ put: fc.constantFrom(...keys), value }) },
  { weight: 3, arbitrary: fc.record({ delete: fc.constantFrom(...keys) }) },
  { weight: 1, arbitrary: fc.record({ burst: fc.integer({ min: 1, max: 1300 }), key: fc.constantFrom(...keys.slice(3)) }) },
  { weight: 2, arbitrary: fc.constant('commit' as const) },
  { weight: 2, arbitrary: fc.constant('reopen' as const) },
);

const asJson = (entry: unknown): unknown => JSON.parse(JSON.stringify(entry));

function compare(keyspace: Keyspace, naive: Naive) {
  expect(keyspace.revision).toBe(naive.revision);
  expect(keyspace.compacted).toBe(Math.max(0, naive.revision - HISTORY_WINDOW));
  for (const prefix of prefixes) {
    expect([...keyspace.range(prefix)].map(asJson)).toEqual(naive.range(prefix).map(asJson));
    expect([...keyspace.keys(prefix, keys[4])]).toEqual(naive.range(prefix, keys[4]).map((entry) => entry?.key));
    expect(keyspace.count(prefix)).toBe(naive.range(prefix).length);
    expect(keyspace.count(prefix, keys[4])).toBe(naive.range(prefix, keys[4]).length);
  }
  for (const since of [naive.revision, naive.revision - 1, naive.revision - 400, keyspace.compacted]) {
    const told = JSON.stringify(keyspace.changesSince(Math.max(0, since)));
    expect(told).toBe(JSON.stringify(naive.changes.filter(({ revision }) => revision > since && revision > keyspace.compacted)));
  }
  expect(keyspace.changesSince(keyspace.compacted - 1)).toBe(undefined);
}

let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'kubemu-model-'));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

test('the keyspace, committed and reopened at any time, equals a naive map with a list of changes', async () => {
  let run = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 40 }),
      fc.constantFrom({ small: 0 }, { small: 3_000 }, { small: 0, short: 0 }, {}),
      async (steps, options) => {
        const path = join(home, `${run++}.json`);
        const naive = new Naive();
        let file: StateFile = openStateFile(path, options);
        for (const [i, next] of [...steps, 'reopen' as const].entries()) {
          if (next === 'commit') await file.commit();
          else if (next === 'reopen') {
            await file.commit();
            file = openStateFile(path, options);
            compare(file.keyspace, naive);
          } else if ('put' in next) {
            file.keyspace.put(next.put, next.value);
            naive.put(next.put, next.value);
          } else if ('burst' in next) {
            for (let n = 0; n < next.burst; n++) {
              file.keyspace.put(next.key, { i, n });
              naive.put(next.key, { i, n });
            }
            if (i % 3 === 0) {
              file.keyspace.delete(next.key);
              naive.delete(next.key);
            }
          } else {
            file.keyspace.delete(next.delete);
            naive.delete(next.delete);
          }
          if (i % 8 === 0) compare(file.keyspace, naive);
        }
        if (naive.revision > 1) {
          const json = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
          for (const key of keys.slice(3)) expect((json[key] as KeyValue | null | undefined)?.mod).toBe(naive.entries.get(key)?.mod);
          for (const key of keys.slice(0, 3)) expect(json[key] ?? null).toEqual(asJson(naive.entries.get(key)?.value ?? null));
        }
      },
    ),
    { numRuns: 25 },
  );
});

test('how often one commits does not show in a folded file', async () => {
  const folded = async (name: string, every: number) => {
    const path = join(home, name);
    const file = openStateFile(path);
    for (let i = 0; i < 60; i++) {
      file.keyspace.put(`/registry/pods/a/${i % 5}`, { i });
      if (i % 7 === 0) file.keyspace.delete(`/registry/pods/a/${i % 3}`);
      if (i % every === 0) await file.commit();
    }
    file.keyspace.put('/kubemu/filler', 'x'.repeat(300_000));
    await file.commit();
    file.keyspace.put('/kubemu/filler', 1);
    await file.commit();
    return readFileSync(path, 'utf8');
  };
  expect(await folded('often', 1)).toBe(await folded('seldom', 50));
});

test('what one has read may not be changed, and neither may what one has put', () => {
  const keyspace = createKeyspace();
  const pod = { spec: { containers: [{ name: 'a' }] } };
  keyspace.put('/registry/pods/a/x', pod);
  expect(() => pod.spec.containers.push({ name: 'b' })).toThrow(TypeError);
  expect(keyspace.value('/registry/pods/a/x')).toBe(pod);
});

test('an object reads the same from memory as from the file: members that are undefined are not there', () => {
  const keyspace = createKeyspace();
  keyspace.put('/registry/x', { a: undefined, b: [{ c: undefined }] });
  expect(keyspace.value('/registry/x')).toStrictEqual({ b: [{}] });
});

test.each([
  { key: '/registry/x', value: undefined },
  { key: '/kubemu/x', value: null },
  { key: '/kubemu/x', value: Number.NaN },
  { key: '/kubemu/x', value: () => 1 },
  { key: '/kubemu/commit', value: 1 },
  { key: '/elsewhere', value: 1 },
])('putting $value at $key is refused', ({ key, value: refused }) => {
  expect(() => createKeyspace().put(key, refused)).toThrow(TypeError);
});

test('a range may delete and add what it walks over', () => {
  const keyspace = createKeyspace();
  for (let i = 0; i < 3000; i++) keyspace.put(`/kubemu/q/${String(i).padStart(5, '0')}`, i);
  let seen = 0;
  for (const key of keyspace.keys('/kubemu/q/')) {
    keyspace.delete(key);
    if (seen++ === 10) keyspace.put('/kubemu/q/99999', 1);
  }
  expect([seen, keyspace.count('/kubemu/q/')]).toEqual([3001, 0]);
});

test('every watcher hears of changes in order of revision, also of those that another watcher makes', () => {
  const keyspace = createKeyspace();
  const heard: number[] = [];
  keyspace.watch(({ key }) => {
    if (key.endsWith('/a')) keyspace.put('/registry/b', 1);
  });
  keyspace.watch(({ revision }) => heard.push(revision));
  keyspace.put('/registry/x/a', 1);
  keyspace.put('/registry/x/c', 1);
  expect(heard).toEqual([2, 3, 4]);
});

test('plain keys are told to who watches their prefix, and have no revision', () => {
  const keyspace = createKeyspace();
  const heard: string[] = [];
  const stop = keyspace.watchPlain('/kubemu/net/', (key) => heard.push(key));
  keyspace.put('/kubemu/net/a', 1);
  keyspace.put('/kubemu/cri/a', 1);
  keyspace.delete('/kubemu/net/a');
  stop();
  keyspace.put('/kubemu/net/a', 1);
  expect(heard).toEqual(['/kubemu/net/a', '/kubemu/net/a']);
  expect(keyspace.revision).toBe(1);
});

test('150,000 keys put in any order stay in order, and one more costs microseconds', () => {
  const keyspace = createKeyspace();
  for (const _ of keyspace.keys('/')) throw new Error('not empty');
  for (let i = 0; i < 150_000; i++) keyspace.put(`/registry/pods/ns-${(i * 7919) % 150}/p-${(i * 104_729) % 150_000}`, i);
  expect(keyspace.count('/registry/pods/')).toBe(150_000);
  expect(keyspace.count('/registry/pods/ns-7/')).toBe(1000);
  const sorted = [...keyspace.keys('/registry/')];
  expect(sorted.every((key, i) => i === 0 || (sorted[i - 1] ?? '') < key)).toBe(true);
});

test('sorted keys equal a sorted array whatever is added and deleted', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), fc.string({ maxLength: 3 }))), (steps) => {
      const set = new SortedKeys();
      const naive = new Set<string>();
      for (const [isAdded, key] of steps) {
        if (isAdded && !naive.has(key)) set.add(key);
        if (!isAdded) set.delete(key);
        isAdded ? naive.add(key) : naive.delete(key);
      }
      expect([...set.scan('')]).toEqual([...naive].sort());
    }),
  );
});
