// A long file: only what is asked for is read, and what is read is verified.
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { openStateFile } from '../../src/state/file.ts';
import type { StateFileOptions } from '../../src/state/lines-adapter.ts';
import { doneCommands, wholeState } from '../../src/state/rewind.ts';

const read = vi.hoisted(() => ({ bytes: 0 }));
vi.mock('node:fs', async (original) => {
  const real = await original<typeof fs>();
  return {
    ...real,
    readSync: (...args: Parameters<typeof fs.readSync>) => {
      const count = real.readSync(...args);
      read.bytes += count;
      return count;
    },
  };
});

const COUNT = 4000;
const LONG: StateFileOptions = { short: 0 };
const keyOf = (n: number) => `/registry/pods/ns-${String(Math.floor(n / 100)).padStart(3, '0')}/p-${String(n).padStart(5, '0')}`;
const textOf = (n: number) => `${n} `.repeat(40 + ((n * 37) % 200));

let home: string;
let whole: Buffer;
let path: string;
let runs = 0;
beforeAll(async () => {
  home = fs.mkdtempSync(join(tmpdir(), 'kubemu-blocks-'));
  const file = openStateFile(join(home, 'cluster.json'));
  for (let n = 0; n < COUNT; n++) file.keyspace.put(keyOf((n * 2741) % COUNT), textOf((n * 2741) % COUNT));
  for (let n = 0; n < 50; n++) file.keyspace.put(`/kubemu/nodes/${n}`, n + 1);
  await file.compact();
  whole = fs.readFileSync(join(home, 'cluster.json'));
});
afterAll(() => fs.rmSync(home, { recursive: true, force: true }));
afterEach(() => {
  read.bytes = 0;
});

const fresh = (bytes = whole) => {
  path = join(home, `${runs++}.json`);
  fs.writeFileSync(path, bytes);
  read.bytes = 0;
  return path;
};
const directory = () =>
  (JSON.parse(whole.toString()) as { '/kubemu/blocks': { bytes: number[]; lines: number[]; keys: string[] } })['/kubemu/blocks'];

test('one key out of thousands costs one block', async () => {
  const file = openStateFile(fresh(), LONG);
  const opened = read.bytes;
  expect(opened).toBeLessThan(20_000);
  expect(file.keyspace.value(keyOf(1234))).toBe(textOf(1234));
  expect(read.bytes - opened).toBeLessThanOrEqual(Math.max(...directory().bytes));
  expect(file.keyspace.get('/registry/pods/ns-005/none')).toBeUndefined();
  await file.close();
});

test('a namespace costs its blocks, and counting it two', async () => {
  const file = openStateFile(fresh(), LONG);
  const opened = read.bytes;
  expect(file.keyspace.count('/registry/pods/ns-020/')).toBe(100);
  expect(file.keyspace.count('/registry/pods/')).toBe(COUNT);
  expect(read.bytes - opened).toBeLessThanOrEqual(4 * Math.max(...directory().bytes));
  expect([...file.keyspace.range('/registry/pods/ns-020/')].map(({ value }) => value)).toEqual(
    Array.from({ length: 100 }, (_, n) => textOf(2000 + n)),
  );
  expect(read.bytes).toBeLessThan(whole.length / 10);
  await file.close();
});

test('blocks are of a size to be read at once', () => {
  const { bytes, lines } = directory();
  expect(lines.reduce((sum, n) => sum + n, 0)).toBe(COUNT + 50);
  expect(bytes.reduce((sum, n) => sum + n, 0) / bytes.length).toBeGreaterThan(16_000);
  expect(bytes.reduce((sum, n) => sum + n, 0) / bytes.length).toBeLessThan(64_000);
});

test.each([
  { given: 'a long file', options: LONG },
  { given: 'a short one', options: {} },
])('what is folded from $given is the same file, whoever folds it', async ({ options }) => {
  const change = (file: ReturnType<typeof openStateFile>) => {
    for (let n = 0; n < 40; n++) file.keyspace.put(keyOf(n * 97), `${n}`);
    for (let n = 0; n < 40; n++) file.keyspace.delete(keyOf(n * 89 + 1));
    for (let n = 0; n < 40; n++) file.keyspace.put(`${keyOf(n * 83)}-more`, textOf(n));
    file.keyspace.put('/kubemu/a', 1);
    file.keyspace.put('/registry/z', 1);
  };
  const folded = openStateFile(fresh(), options);
  change(folded);
  await folded.compact();
  const again = fs.readFileSync(path);
  await folded.close();

  const other = openStateFile(join(home, `${runs++}.json`));
  for (let n = 0; n < COUNT; n++) other.keyspace.put(keyOf((n * 2741) % COUNT), textOf((n * 2741) % COUNT));
  for (let n = 0; n < 50; n++) other.keyspace.put(`/kubemu/nodes/${n}`, n + 1);
  change(other);
  await other.compact();
  expect(again.equals(fs.readFileSync(other.path))).toBe(true);
});

test('a reader goes on reading the file that it has opened, whatever takes its place', async () => {
  const reader = openStateFile(fresh(), LONG);
  const writer = openStateFile(path, LONG);
  for (let n = 0; n < COUNT; n++) writer.keyspace.put(keyOf(n), 'other');
  await writer.compact();
  await writer.close();
  expect(reader.changedOutside()).toBe(true);
  expect(reader.keyspace.value(keyOf(2222))).toBe(textOf(2222));
  expect(openStateFile(path, LONG).keyspace.value(keyOf(2222))).toBe('other');
  await reader.close();
});

test('a long file that was changed reads the same as a short one, history included', async () => {
  const writer = openStateFile(fresh(), LONG);
  for (let n = 0; n < 300; n++) {
    writer.keyspace.put(keyOf((n * 7) % 1000), n + 1);
    if (n % 10 === 0) writer.keyspace.delete(keyOf((n * 7 + 49) % 1000));
    if (n % 50 === 0) await writer.commit({ number: n / 50 + 1, line: `command ${n}` });
  }
  await writer.commit();
  const [long, short] = [openStateFile(path, LONG), openStateFile(path)];
  expect(long.keyspace.changesSince(long.keyspace.compacted)).toEqual(short.keyspace.changesSince(short.keyspace.compacted));
  expect([...long.keyspace.range('/')]).toEqual([...short.keyspace.range('/')]);
  expect(long.keyspace.count('/')).toBe(short.keyspace.count('/'));
  expect(doneCommands(path).length).toBe(6);
});

test.each([
  { given: 'a letter of a value', at: (line: Buffer) => line.length - 20, lost: 0 },
  { given: 'a quotation mark', at: (line: Buffer) => line.length - 3, lost: 1 },
  { given: 'the end of a line', at: (line: Buffer) => line.length - 1, lost: 2 },
])('$given that was scribbled over is told when its block is first read; the rest of the block counts', async ({ at, lost }) => {
  const { bytes, lines } = directory();
  const n = 12;
  const before = lines.slice(0, n).reduce((sum, count) => sum + count, 0);
  let start = whole.indexOf(10, whole.indexOf(10) + 1) + 1 + bytes.slice(0, n).reduce((sum, size) => sum + size, 0);
  for (let line = 0; line < 3; line++) start = whole.indexOf(10, start) + 1;
  const line = whole.subarray(start, whole.indexOf(10, start) + 1);
  const scribbled = Buffer.from(whole);
  scribbled[start + at(line)] = 0x21;

  const told: string[] = [];
  const file = openStateFile(fresh(scribbled), { ...LONG, onDamage: ({ message }) => told.push(message) });
  const key = /^,"([^"]+)"/.exec(line.toString())?.[1] ?? '';
  expect(file.keyspace.value(keyOf(0))).toBe(textOf(0));
  expect([told, file.keyspace.dirty]).toEqual([[], false]);
  expect(file.keyspace.get(key) === undefined).toBe(lost > 0);
  const unread = ['', ' but one line that cannot be read', ' but 2 lines that cannot be read'][lost];
  expect(told).toEqual([
    `the state file ${path} does not match its checksum in lines ${before + 3} to ${before + 2 + (lines[n] ?? 0)}: taken as they stand${unread}; the damaged file is kept as ${path}.damaged-1`,
  ]);
  expect(file.keyspace.count('/')).toBe(COUNT + 50 - lost);
  expect([...file.keyspace.keys('/')].length).toBe(COUNT + 50 - lost);

  await file.commit();
  expect(fs.readFileSync(`${path}.damaged-1`).equals(scribbled)).toBe(true);
  const repaired = openStateFile(path, LONG);
  expect([...repaired.keyspace.keys('/')].length).toBe(COUNT + 50 - lost);
  expect(repaired.warning).toBeUndefined();
});

test('a long file that was cut short, or whose directory is damaged, is taken as far as it can be read', () => {
  const scribbled = Buffer.from(whole);
  scribbled[whole.indexOf('"/kubemu/blocks"') + 30] = 0x21;
  const file = openStateFile(fresh(scribbled), LONG);
  expect(file.warning?.message).toContain('does not match its checksum, as if edited by hand: taken as it stands');
  expect(file.keyspace.count('/registry/')).toBe(COUNT);
  expect(() => openStateFile(fresh(whole.subarray(0, 1_000_000)), LONG)).toThrow('ends before its first commit');
});

test('what is damaged is not copied to snapshots and clones, and says so', () => {
  const scribbled = Buffer.from(whole);
  scribbled[100_000] = 0x21;
  expect(() => wholeState(fresh(scribbled))).toThrow(/does not match its checksum/);
});
