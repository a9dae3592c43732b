import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openStateFile } from '../../src/state/file.ts';
import { acquireLock, lockOwner, tryLock } from '../../src/state/lock.ts';

let home: string;
let program: string;
let path: string;
let run = 0;
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'kubemu-crash-'));
  program = join(home, 'writer.mjs');
  await build({
    entryPoints: [join(import.meta.dirname, 'writer.ts')],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
  });
});
beforeEach(() => {
  path = join(home, String(run++), 'cluster.json');
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

const log = (name: string) => `${program}.${run}.${name}.log`;
const acknowledged = (name: string) => (existsSync(log(name)) ? readFileSync(log(name), 'utf8').trim().split('\n').length : 0);

function writer(name: string, count: number): ChildProcess & { done: Promise<number | null> } {
  const child = spawn(process.execPath, [program, path, name, String(count), log(name)], { stdio: ['ignore', 'ignore', 'inherit'] });
  return Object.assign(child, { done: new Promise<number | null>((resolve) => child.on('exit', resolve)) });
}

test('writers in several processes take turns, and nothing that anyone wrote is lost', async () => {
  const codes = await Promise.all(['a', 'b', 'c'].map((name) => writer(name, 30).done));
  expect(codes).toEqual([0, 0, 0]);
  const { keyspace, warning } = openStateFile(path);
  expect([keyspace.value('/registry/counter'), keyspace.revision, warning]).toEqual([90, 181, undefined]);
  expect(keyspace.changesSince(1)).toHaveLength(180);
  expect(readdirSync(join(path, '..'))).toEqual(['cluster.json']);
});

test('kill -9 of a writer at any time loses nothing that it acknowledged, and its lock is taken over', async () => {
  for (let kill = 0; kill < 8; kill++) {
    const before = acknowledged('a');
    const child = writer('a', 1e6);
    while (acknowledged('a') <= before) await new Promise((resolve) => setTimeout(resolve, 2));
    await new Promise((resolve) => setTimeout(resolve, (kill * 7) % 11));
    child.kill('SIGKILL');
    await child.done;
    const { keyspace, warning } = openStateFile(path);
    expect(warning?.message ?? 'ends in the middle of a write').toContain('ends in the middle of a write');
    const counter = keyspace.value<number>('/registry/counter') ?? 0;
    const known = acknowledged('a');
    // One commit per kill may have become durable without its writer living to say so.
    expect(counter).toBeGreaterThanOrEqual(known);
    expect(counter).toBeLessThanOrEqual(known + kill + 1);
    expect(keyspace.revision).toBe(1 + 2 * counter);
  }
  const lock = await acquireLock(path, { patience: 1000 });
  lock.release();
}, 30_000);

test('a lock is a JSON document with its owner and, if it serves, its socket; nobody else gets it', async () => {
  const lock = await acquireLock(path, { socket: '/run/kubemu.sock' });
  expect(JSON.parse(readFileSync(`${path}.lock`, 'utf8'))).toEqual(lock.owner);
  expect(lockOwner(path)).toMatchObject({ pid: process.pid, socket: '/run/kubemu.sock' });
  expect(tryLock(path)).toBeUndefined();
  await expect(acquireLock(path, { patience: 30 })).rejects.toThrow(
    new RegExp(
      `^kubemu serve \\(process ${process.pid} on .*\\) holds the cluster in .*/cluster.json: end it first, this works on the file itself$`,
    ),
  );
  lock.touch();
  lock.release();
  expect([lockOwner(path), tryLock(path)?.release()]).toEqual([undefined, undefined]);
  expect(readdirSync(join(path, '..'))).toEqual([]);
});

test.each([
  { given: 'whose process is gone', change: { pid: 2 ** 22 + 1 }, free: true },
  { given: 'whose pid belongs to a later process', change: { started: '1' }, free: true },
  { given: 'that names nobody', change: { pid: 'x' }, free: true },
  { given: 'of a living process', change: {}, free: false },
  { given: 'of another container, just taken', change: { place: 'elsewhere' }, free: false },
])('a lock $given is free: $free', ({ change, free }) => {
  const lock = tryLock(path);
  writeFileSync(`${path}.lock`, JSON.stringify({ ...lock?.owner, ...change }));
  expect(tryLock(path) !== undefined).toBe(free);
  expect(readdirSync(join(path, '..'))).toEqual(['cluster.json.lock']);
});

test('a lock whose bytes a power cut has taken is free', () => {
  tryLock(path);
  writeFileSync(`${path}.lock`, '');
  const lock = tryLock(path);
  expect([lock?.owner.pid, tryLock(path)]).toEqual([process.pid, undefined]);
});

test('of many who find a dead lock at once, one gets it at a time', async () => {
  const lock = tryLock(path);
  writeFileSync(`${path}.lock`, JSON.stringify({ ...lock?.owner, started: '1' }));
  const codes = await Promise.all(['a', 'b', 'c', 'd'].map((name) => writer(name, 5).done));
  expect(codes).toEqual([0, 0, 0, 0]);
  expect(openStateFile(path).keyspace.value('/registry/counter')).toBe(20);
});
