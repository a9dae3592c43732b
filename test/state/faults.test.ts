import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openStateFile } from '../../src/state/file.ts';

type Call = 'writeSync' | 'fdatasync' | 'fsync' | 'renameSync' | 'openSync' | 'linkSync';
type Act = (real: (...args: unknown[]) => unknown, args: unknown[]) => unknown;

const faults = vi.hoisted(() => new Map<string, Act>());
vi.mock('node:fs', async (original) => {
  const real = await original<Record<string, (...args: unknown[]) => unknown>>();
  const through = (name: string) => {
    const call = real[name] as (...args: unknown[]) => unknown;
    return (...args: unknown[]) => faults.get(name)?.(call, args) ?? (faults.has(name) ? undefined : call(...args));
  };
  return {
    ...real,
    ...Object.fromEntries(['writeSync', 'fdatasync', 'fsync', 'renameSync', 'openSync', 'linkSync'].map((name) => [name, through(name)])),
  };
});

let home: string;
let path: string;
beforeEach(async () => {
  home = fs.mkdtempSync(join(tmpdir(), 'kubemu-faults-'));
  path = join(home, 'cluster.json');
  const file = openStateFile(path);
  file.keyspace.put('/registry/pods/default/web', 1);
  await file.commit();
});
afterEach(() => {
  faults.clear();
  fs.rmSync(home, { recursive: true, force: true });
});

const failing = (code: string) => Object.assign(new Error(code), { code });
/** The call fails once as the kernel would say it; a failing write leaves its first bytes on the disk. */
function breakCall(call: Call, code: string) {
  let failed = false;
  faults.set(call, (real, args) => {
    if (failed) return real(...args);
    failed = true;
    const done = args.at(-1);
    if (typeof done === 'function') return done(failing(code));
    if (call === 'writeSync') real(args[0], args[1], args[2], 30, args[4]);
    throw failing(code);
  });
}

test.each([
  { call: 'writeSync', code: 'ENOSPC', problem: 'full', says: 'no space left on the device; the last change was not saved' },
  { call: 'writeSync', code: 'EIO', problem: 'unwritable', says: 'the device failed' },
  { call: 'fdatasync', code: 'EIO', problem: 'unwritable', says: 'the device failed' },
  { call: 'openSync', code: 'EROFS', problem: 'unwritable', says: 'the file system is read-only' },
  { call: 'openSync', code: 'EACCES', problem: 'unwritable', says: 'permission denied' },
] as const)(
  '$call that fails with $code: one clear line, a whole file, and the next commit saves everything',
  async ({ call, code, problem, says }) => {
    const file = openStateFile(path);
    file.keyspace.put('/registry/pods/default/web', 2);
    breakCall(call, code);
    await expect(file.commit()).rejects.toMatchObject({ problem, message: `cannot write the state file ${path}: ${says}` });
    expect(file.keyspace.dirty).toBe(true);
    faults.clear();
    const json = JSON.parse(fs.readFileSync(path, 'utf8')) as Record<string, { value: number }>;
    expect(openStateFile(path).keyspace.value('/registry/pods/default/web')).toBe(json['/registry/pods/default/web']?.value);
    file.keyspace.put('/kubemu/clock', 1);
    await file.commit();
    const reopened = openStateFile(path).keyspace;
    expect([reopened.value('/registry/pods/default/web'), reopened.value('/kubemu/clock')]).toEqual([2, 1]);
  },
);

test.each([
  { call: 'writeSync', code: 'EIO' },
  { call: 'fsync', code: 'EIO' },
  { call: 'renameSync', code: 'EACCES' },
] as const)('$call that fails with $code while the log is folded leaves the old file and nothing beside it', async ({ call, code }) => {
  const file = openStateFile(path);
  file.keyspace.put('/kubemu/clock', 'x'.repeat(300_000));
  await file.commit();
  const before = fs.readFileSync(path);
  file.keyspace.put('/registry/pods/default/web', 2);
  breakCall(call, code);
  await expect(file.commit()).rejects.toMatchObject({ name: 'StateFileError' });
  expect(file.keyspace.dirty).toBe(true);
  faults.clear();
  expect([fs.readFileSync(path).equals(before), fs.readdirSync(home)]).toEqual([true, ['cluster.json']]);
  await file.commit();
  expect(fs.statSync(path).size).toBeLessThan(302_000);
  expect(openStateFile(path).keyspace.value('/registry/pods/default/web')).toBe(2);
});

test('writes that the kernel does in small pieces add up', async () => {
  const file = openStateFile(path);
  file.keyspace.put('/registry/pods/default/web', 'y'.repeat(500));
  faults.set('writeSync', (real, args) => real(args[0], args[1], args[2], Math.min(Number(args[3]), 7), args[4]));
  await file.commit();
  faults.clear();
  expect(openStateFile(path).keyspace.value('/registry/pods/default/web')).toBe('y'.repeat(500));
});

test('without hard links a damaged file is kept as a copy', async () => {
  const file = openStateFile(path);
  file.keyspace.put('/registry/pods/default/web', 2);
  await file.commit();
  const bytes = fs.readFileSync(path, 'latin1').replace('"value":2', '"value":3');
  fs.writeFileSync(path, bytes, 'latin1');
  const damaged = openStateFile(path);
  expect(damaged.warning?.problem).toBe('damaged');
  breakCall('linkSync', 'EPERM');
  await damaged.commit();
  expect(fs.readFileSync(`${path}.damaged-1`, 'latin1')).toBe(bytes);
  expect(openStateFile(path).keyspace.value('/registry/pods/default/web')).toBe(1);
});
