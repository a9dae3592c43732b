// Files and folders that cannot be what they should be: one clear line each, and nothing lost.
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openStateFile } from '../../src/state/file.ts';
import { lockOwner, tryLock } from '../../src/state/lock.ts';
import { place, run } from '../cli/run.ts';

/** Bytes that may still be written; a device is full when there are none. */
const room = vi.hoisted(() => ({ bytes: Number.POSITIVE_INFINITY }));
const full = () => Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
vi.mock('node:fs', async (original) => {
  const real = await original<typeof fs>();
  return {
    ...real,
    writeSync: (fd: number, bytes: Buffer, from: number, length: number, position: number) => {
      const most = Math.min(length, room.bytes);
      if (most === 0) throw full();
      room.bytes -= most;
      return real.writeSync(fd, bytes, from, most, position);
    },
    rmSync: (path: string, options?: fs.RmOptions) => {
      room.bytes += real.statSync(path, { throwIfNoEntry: false })?.size ?? 0;
      real.rmSync(path, options);
    },
    writeFileSync: (path: string, text: string, options: fs.WriteFileOptions) => {
      if (room.bytes < text.length && path.includes('.lock')) {
        real.writeFileSync(path, '', options);
        throw full();
      }
      real.writeFileSync(path, text, options);
    },
  };
});

let home: string;
let path: string;
beforeEach(() => {
  home = fs.mkdtempSync(join(tmpdir(), 'kubemu-bad-'));
  path = join(home, 'cluster.json');
});
afterEach(() => {
  room.bytes = Number.POSITIVE_INFINITY;
  fs.rmSync(home, { recursive: true, force: true });
});

test('a link to what does not exist yet leads there, and stays a link', async () => {
  fs.mkdirSync(join(home, 'real'));
  fs.symlinkSync('next.json', path);
  fs.symlinkSync('real/cluster.json', join(home, 'next.json'));
  const file = openStateFile(path);
  file.keyspace.put('/registry/a', 1);
  await file.commit();
  expect(fs.lstatSync(path).isSymbolicLink()).toBe(true);
  expect(openStateFile(join(home, 'real', 'cluster.json')).keyspace.value('/registry/a')).toBe(1);
});

test('when there is no room to fold a long log, it grows by what is new', async () => {
  const file = openStateFile(path, { small: 1000 });
  file.keyspace.put('/registry/a', 'x'.repeat(20_000));
  await file.commit();
  file.keyspace.put('/registry/b', 'y'.repeat(30_000));
  await file.commit();
  const size = fs.statSync(path).size;
  room.bytes = 10_000;
  file.keyspace.put('/registry/c', 1);
  await file.commit();
  expect(fs.statSync(path).size - size).toBeLessThan(300);
  expect(fs.readdirSync(home)).toEqual(['cluster.json']);
  expect(openStateFile(path).keyspace.value('/registry/c')).toBe(1);
  room.bytes = Number.POSITIVE_INFINITY;
  file.keyspace.put('/registry/c', 2);
  await file.commit();
  expect(fs.readFileSync(path, 'utf8').match(/"\/registry\/c":/g)?.length).toBe(2);
});

test('a lock that finds no room leaves nothing behind', () => {
  room.bytes = 0;
  expect(() => tryLock(path)).toThrow('no space left on the device');
  expect(fs.readdirSync(home)).toEqual([]);
});

test('a directory in the place of the lock is one clear line', () => {
  fs.mkdirSync(`${path}.lock`);
  expect(() => tryLock(path)).toThrow(`cannot lock the state file ${path}: it is a directory`);
  expect(() => lockOwner(path)).toThrow(`cannot lock the state file ${path}: it is a directory`);
});

test('on a full device one can read; who changes something is told, and nothing is lost', async () => {
  const at = place({}, { KUBEMU_CLOCK: 'max', KUBEMU_SEED: '1' });
  await run(['create', 'cm', 'a'], at);
  room.bytes = 150;
  expect((await run(['get', 'cm', 'a', '-o', 'name'], at)).stdout).toBe('configmap/a\n');
  room.bytes = 150;
  const refused = await run(['create', 'cm', 'b'], at);
  expect([refused.exitCode, refused.stdout, refused.stderr]).toEqual([1, '', expect.stringContaining('no space left on the device')]);
  room.bytes = Number.POSITIVE_INFINITY;
  expect((await run(['create', 'cm', 'c'], at)).exitCode).toBe(0);
  expect((await run(['get', 'cm', '-o', 'name'], at)).stdout).toBe('configmap/a\nconfigmap/c\nconfigmap/kube-root-ca.crt\n');
  expect(fs.readdirSync(at.env.KUBEMU_HOME ?? '').sort()).toEqual(['cluster.json', 'config']);
});

test('a directory in the place of the file is not deleted', async () => {
  const at = place({}, {});
  await run(['config', 'view'], at);
  const file = join(at.env.KUBEMU_HOME ?? '', 'cluster.json');
  fs.mkdirSync(file, { recursive: true });
  expect((await run(['cluster', 'delete'], at, { program: 'kubemu' })).stderr).toBe(
    `error: cannot delete the state file ${file}: it is a directory\n`,
  );
  expect((await run(['get', 'ns'], at)).stderr).toBe(`error: cannot read the state file ${file}: it is a directory\n`);
  expect(fs.statSync(file).isDirectory()).toBe(true);
});

test.each([
  { jump: 'a day back', by: -86_400_000, exitCode: 0 },
  { jump: 'a month ahead', by: 30 * 86_400_000, exitCode: 0 },
  { jump: 'thirty years ahead', by: 30 * 365 * 86_400_000, exitCode: 1 },
])("when the computer's clock jumps $jump, nothing is lost", async ({ by, exitCode }) => {
  const at = place({}, { KUBEMU_SEED: '1' });
  await run(['create', 'cm', 'a'], at);
  const now = Date.now;
  vi.spyOn(Date, 'now').mockImplementation(() => now() + by);
  try {
    const jumped = await run(['create', 'cm', 'b'], at);
    expect(jumped.exitCode).toBe(exitCode);
    if (exitCode !== 0) {
      expect(jumped.stderr).toMatch(
        /^error: this computer's clock says \S+, years after the cluster's \S+: set it right, or start over with kubemu cluster reset\n$/,
      );
    }
  } finally {
    vi.restoreAllMocks();
  }
  const created = (await run(['get', 'cm', '-o', 'name'], at)).stdout;
  expect(created).toContain('configmap/a\n');
  expect(created.includes('configmap/b\n')).toBe(exitCode === 0);
});
