// Files of earlier formats are read as they are, go on as they are, and become the newest format with the next fold.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStateFile } from '../../src/state/file.ts';
import type { Keyspace } from '../../src/state/keyspace.ts';
import { doneCommands } from '../../src/state/rewind.ts';
import { place, run } from '../cli/run.ts';

const fixture = (name: string) => gunzipSync(readFileSync(join(import.meta.dirname, 'fixtures', `${name}.gz`)));

let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'kubemu-versions-'));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

const everything = (keyspace: Keyspace) =>
  JSON.parse(
    JSON.stringify({
      revision: keyspace.revision,
      compacted: keyspace.compacted,
      entries: [...keyspace.range('/')],
      changes: keyspace.changesSince(0),
    }),
  );
const firstLine = (path: string) => readFileSync(path, 'utf8').split('\n')[0];

test('a file of version 1 holds what it held, goes on as version 1, and is folded to version 2', async () => {
  const path = join(home, 'version-1.json');
  writeFileSync(path, fixture('version-1.json'));
  const held = JSON.parse(fixture('version-1.expected.json').toString());
  const file = openStateFile(path);
  expect(everything(file.keyspace)).toEqual(held);
  expect(file.commands).toBe(14);
  expect(doneCommands(path).map(({ number }) => number)).toEqual([14, 13, 12]);

  file.keyspace.put('/registry/pods/default/new', { text: 'ü' });
  await file.commit({ number: 15, line: 'kubectl run new' });
  expect(firstLine(path)).toBe('{"/kubemu/format":{"name":"kubemu","version":1}');
  expect(openStateFile(path).keyspace.revision).toBe(48);

  file.keyspace.put('/kubemu/filler', 'x'.repeat(400_000));
  await file.commit({ number: 16, line: 'kubectl apply' });
  file.keyspace.put('/kubemu/filler', 1);
  await file.commit({ number: 17, line: 'kubectl apply' });
  expect(firstLine(path)).toBe('{"/kubemu/format":{"name":"kubemu","version":2}');
  const reopened = openStateFile(path);
  expect([reopened.warning, reopened.keyspace.revision, reopened.keyspace.count('/registry/')]).toEqual([undefined, 48, 10]);
  expect(everything(reopened.keyspace)).toEqual(everything(file.keyspace));
  expect(reopened.keyspace.changesSince(0)?.slice(0, held.changes.length)).toEqual(held.changes);
  expect(doneCommands(path).map(({ number }) => number)).toEqual([17, 16, 15, 14, 13, 12]);
  JSON.parse(readFileSync(path, 'utf8'));
});

test('a scribbled file of version 1 is recognised', () => {
  const path = join(home, 'scribbled.json');
  const bytes = fixture('version-1.json');
  for (let position = 60; position < bytes.length - 2; position += 7) {
    const scribbled = Buffer.from(bytes);
    scribbled[position] = (scribbled[position] ?? 0) ^ 1;
    writeFileSync(path, scribbled);
    expect(openStateFile(path).warning?.problem, String(position)).toBe('damaged');
  }
});

test('a cluster of version 1 runs on', async () => {
  const at = place({}, { KUBEMU_CLOCK: 'max' });
  const path = join(home, 'cluster.json');
  writeFileSync(path, fixture('version-1-cluster.json'));
  at.env.KUBEMU_STATE = path;
  expect((await run(['get', 'cm', 'a', '-o', 'jsonpath={.data.a}'], at)).stdout).toBe('b');
  expect((await run(['create', 'cm', 'c'], at)).exitCode).toBe(0);
  expect((await run(['cluster', 'undo', '2'], at, { program: 'kubemu' })).stdout).toMatch(
    /^Undone: kubectl create cm c\nUndone: kubectl create cm a /,
  );
  expect((await run(['cluster', 'compact'], at, { program: 'kubemu' })).exitCode).toBe(0);
  expect(firstLine(path)).toBe('{"/kubemu/format":{"name":"kubemu","version":2}');
  expect((await run(['get', 'deploy', 'web', '-o', 'name'], at)).stdout).toBe('deployment.apps/web\n');
});
