import { mkdtempSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeFolder } from '../../src/machinery/make-folder.ts';

const home = mkdtempSync(join(tmpdir(), 'kubemu-folder-'));

test('makes what is missing above it too, for the user alone', () => {
  makeFolder(join(home, 'a', 'b'));
  expect(statSync(join(home, 'a', 'b')).mode & 0o777).toBe(0o700);
  makeFolder(join(home, 'a', 'b'));
});

test.skipIf(process.platform !== 'linux')('gives up at once below /proc', () => {
  expect(() => makeFolder('/proc/kubemu/home')).toThrow('ENOENT');
});

test('a file in the way is the system’s error', () => {
  writeFileSync(join(home, 'file'), '');
  expect(() => makeFolder(join(home, 'file', 'x'))).toThrow('ENOTDIR');
});
