import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { StateFileError } from '../../src/state/errors.ts';
import { openStateFile } from '../../src/state/file.ts';
import type { Keyspace } from '../../src/state/keyspace.ts';

let home: string;
let path: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'kubemu-state-'));
  path = join(home, 'cluster.json');
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const pod = (name: string) => `/registry/pods/default/${name}`;
const everything = (keyspace: Keyspace) => ({
  revision: keyspace.revision,
  compacted: keyspace.compacted,
  entries: [...keyspace.range('/')],
  changes: keyspace.changesSince(keyspace.compacted),
});
/** What any reader of JSON makes of the file. */
const asJson = () => JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;

async function write(change: (keyspace: Keyspace) => void) {
  const file = openStateFile(path);
  change(file.keyspace);
  await file.commit();
  await file.close();
  return file;
}

const problemOf = (call: () => unknown): StateFileError => {
  try {
    call();
  } catch (error) {
    if (error instanceof StateFileError) return error;
    throw error;
  }
  throw new Error('no error');
};

test('a missing file is an empty cluster; the first commit creates it, private to its owner, its directories too', async () => {
  path = join(home, 'a', 'b', 'cluster.json');
  const file = openStateFile(path);
  expect([file.isNew, file.keyspace.revision, file.keyspace.dirty]).toEqual([true, 1, false]);
  await file.commit();
  expect(existsSync(path)).toBe(false);
  file.keyspace.put(pod('web'), { spec: 1 });
  await file.commit();
  expect([statSync(path).mode & 0o777, statSync(join(home, 'a')).mode & 0o777]).toEqual([0o600, 0o700]);
  expect(openStateFile(path).isNew).toBe(false);
});

test('an empty file, as mktemp leaves it, is an empty cluster', async () => {
  writeFileSync(path, '');
  const file = await write((keyspace) => keyspace.put(pod('web'), 1));
  expect(file.isNew).toBe(true);
  expect(openStateFile(path).keyspace.value(pod('web'))).toBe(1);
});

test('the file is one JSON document with a key per line, and a commit only appends to it', async () => {
  await write((keyspace) => {
    keyspace.put(pod('web'), { spec: 'a' });
    keyspace.put(pod('old'), { spec: 'b' });
    keyspace.put('/kubemu/clock', 7);
  });
  const first = readFileSync(path, 'utf8');
  await write((keyspace) => {
    keyspace.put(pod('web'), { spec: 'c' });
    keyspace.delete(pod('old'));
    keyspace.put('/kubemu/clock', 8);
  });
  const second = readFileSync(path, 'utf8');
  expect(second.startsWith(first.slice(0, -2))).toBe(true);
  expect(second.replace(/[0-9a-f]{8}"/g, '…"').split('\n')).toEqual([
    '{"/kubemu/format":{"name":"kubemu","version":2}',
    ',"/kubemu/log":             98',
    ',"/kubemu/clock":7',
    ',"/kubemu/blocks":{"bytes":[19],"lines":[1],"checksums":[2948929462],"keys":["/kubemu/clock"]}',
    ',"/registry/pods/default/web":{"create":2,"mod":2,"version":1,"value":{"spec":"a"}}',
    ',"/registry/pods/default/old":{"create":3,"mod":3,"version":1,"value":{"spec":"b"}}',
    ',"/kubemu/commit":{"revision":3,"compacted":0,"deleted":{},"checksum":"…"}',
    ',"/kubemu/clock":8',
    ',"/registry/pods/default/web":{"create":2,"mod":4,"version":2,"value":{"spec":"c"}}',
    ',"/registry/pods/default/old":null',
    ',"/kubemu/commit":{"revision":5,"compacted":0,"deleted":{"5":"/registry/pods/default/old"},"checksum":"…"}',
    '}',
    '',
  ]);
  expect(asJson()).toMatchObject({ [pod('web')]: { mod: 4 }, [pod('old')]: null, '/kubemu/clock': 8 });
});

test('a commit with nothing to say writes nothing', async () => {
  await write((keyspace) => keyspace.put(pod('web'), 1));
  const before = [statSync(path).mtimeMs, readFileSync(path, 'utf8')];
  const file = await write((keyspace) => keyspace.get(pod('web')));
  expect([statSync(path).mtimeMs, readFileSync(path, 'utf8')]).toEqual(before);
  expect(file.changedOutside()).toBe(false);
});

test('another process reads the same entries, revisions and history', async () => {
  await write((keyspace) => {
    keyspace.put(pod('a'), 1);
    keyspace.put(pod('a'), 2);
    keyspace.delete(pod('a'));
    keyspace.put(pod('a'), 3);
  });
  const file = await write((keyspace) => {
    keyspace.delete(pod('a'));
    keyspace.put(pod('ü"\\n\u2028'), { text: 'é"\\' });
  });
  const reader = openStateFile(path).keyspace;
  expect(everything(reader)).toEqual(everything(file.keyspace));
  expect(reader.changesSince(4)?.map((change) => [change.revision, change.before?.value, change.after?.value])).toEqual([
    [5, undefined, 3],
    [6, 3, undefined],
    [7, undefined, { text: 'é"\\' }],
  ]);
});

test('two files that were written apart see each other, and the second is refused instead of overwriting the first', async () => {
  await write((keyspace) => keyspace.put(pod('web'), 1));
  const [a, b] = [openStateFile(path), openStateFile(path)];
  a.keyspace.put(pod('a'), 1);
  await a.commit();
  expect([a.changedOutside(), b.changedOutside()]).toEqual([false, true]);
  b.keyspace.put(pod('b'), 1);
  await expect(b.commit()).rejects.toMatchObject({ problem: 'changed' });
  expect(openStateFile(path).keyspace.get(pod('b'))).toBeUndefined();
});

test('commits called together are done one after the other, and each resolves when its changes are in the file', async () => {
  const file = openStateFile(path);
  await Promise.all(
    [1, 2, 3].map(async (n) => {
      file.keyspace.put(pod(`p${n}`), n);
      await file.commit();
      expect(openStateFile(path).keyspace.value(pod(`p${n}`))).toBe(n);
    }),
  );
});

test('the log is folded when it has outgrown what it was folded to; contents and history stay', async () => {
  const file = openStateFile(path);
  const big = 'x'.repeat(2000);
  let largest = 0;
  for (let i = 0; i < 1500; i++) {
    file.keyspace.put(pod(`p${i % 7}`), { i, big });
    if (i % 3 === 0) file.keyspace.put('/kubemu/clock', i + 1);
    if (i % 11 === 0) file.keyspace.delete(pod(`p${i % 5}`));
    if (i % 10 === 0) await file.commit();
    largest = Math.max(largest, i % 50 === 0 ? statSync(path).size : 0);
  }
  await file.commit();
  expect(largest).toBeLessThan(2 * 2.2e6 + 300e3);
  expect(everything(openStateFile(path).keyspace)).toEqual(everything(file.keyspace));
  expect(file.keyspace.compacted).toBe(file.keyspace.revision - 1000);
  expect(asJson()[pod('p1')]).toMatchObject({ mod: file.keyspace.get(pod('p1'))?.mod });
});

test.each([
  { given: 'a directory', make: () => mkdirSync(path), problem: 'unreadable', says: `cannot read the state file PATH: it is a directory` },
  {
    given: 'a text of somebody else',
    make: () => writeFileSync(path, 'hello\n'),
    problem: 'foreign',
    says: 'PATH is not a kubemu state file, or its first line is damaged',
  },
  {
    given: 'a file of a newer kubemu',
    make: () => writeFileSync(path, '{"/kubemu/format":{"name":"kubemu","version":3}\n}\n'),
    problem: 'newer',
    says: 'the state file PATH has format 3, this kubemu knows up to 2: use a newer kubemu',
  },
  {
    given: 'a file without a commit',
    make: () => writeFileSync(path, '{"/kubemu/format":{"name":"kubemu","version":1}\n,"/kubemu/clock":1\n}\n'),
    problem: 'damaged',
    says: 'the state file PATH ends before its first commit, so nothing can be restored from it: move it away to start afresh',
  },
  {
    given: 'a link in circles',
    make: () => symlinkSync(path, path),
    problem: 'unreadable',
    says: 'cannot read the state file PATH: its symbolic links go in circles',
  },
])('$given in the place of the state file is refused in one line and left alone', ({ make, problem, says }) => {
  make();
  const error = problemOf(() => openStateFile(path));
  expect([error.problem, error.message]).toEqual([problem, says.replace('PATH', path)]);
  expect(readdirSync(home)).toEqual(['cluster.json']);
});

test('a file that is reached through a symbolic link stays behind the link', async () => {
  const link = join(home, 'link.json');
  await write((keyspace) => keyspace.put(pod('a'), 1));
  symlinkSync(path, link);
  const file = openStateFile(link);
  file.keyspace.put(pod('b'), 'x'.repeat(600_000));
  await file.commit();
  file.keyspace.put(pod('b'), 2);
  await file.commit();
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  expect(openStateFile(path).keyspace.value(pod('b'))).toBe(2);
});

test.skipIf(process.getuid?.() === 0)('a home that cannot be written is one clear line', async () => {
  chmodSync(home, 0o500);
  const file = openStateFile(path);
  file.keyspace.put(pod('a'), 1);
  await expect(file.commit()).rejects.toMatchObject({ problem: 'unwritable' });
  chmodSync(home, 0o700);
});
