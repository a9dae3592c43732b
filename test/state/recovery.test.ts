import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStateFile } from '../../src/state/file.ts';
import { indexLines } from '../../src/state/index-lines.ts';
import { tryLock } from '../../src/state/lock.ts';
import { MemoryKeyspace } from '../../src/state/memory-keyspace.ts';
import { bytesSource } from '../../src/state/source.ts';

let home: string;
/** The file after each of four commits. */
const after: Buffer[] = [];
const contents = (bytes: Buffer) => {
  const keyspace = new MemoryKeyspace(indexLines(bytesSource(bytes), 'cluster.json'));
  return JSON.stringify([keyspace.revision, [...keyspace.range('/')], keyspace.changesSince(0)]);
};

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'kubemu-recovery-'));
  const path = join(home, 'cluster.json');
  const file = openStateFile(path);
  for (let commit = 0; commit < 4; commit++) {
    file.keyspace.put('/registry/pods/default/web', { commit, text: 'ä"\\' });
    file.keyspace.put(`/registry/pods/default/p${commit}`, [null, true, commit]);
    file.keyspace.delete(`/registry/pods/default/p${commit - 1}`);
    file.keyspace.put('/kubemu/clock', commit + 1);
    await file.commit();
    after.push(readFileSync(path));
  }
});
afterAll(() => rmSync(home, { recursive: true, force: true }));
const at = (commit: number): Buffer => after[commit] ?? Buffer.alloc(0);

test('a last commit that was torn at any byte leaves the state before it or after it, and no warning', () => {
  const [old, whole] = [at(2), at(3)];
  const start = old.length - 2;
  const outcomes = new Set<string>();
  for (let length = start; length < whole.length; length++) {
    const torn = whole.subarray(0, length);
    expect(indexLines(bytesSource(torn), 'cluster.json').damage).toBeUndefined();
    const isWhole = length >= whole.length - 2;
    expect(contents(torn)).toBe(contents(isWhole ? whole : old));
    outcomes.add(contents(torn));
  }
  expect(outcomes.size).toBe(2);
});

test('a tail whose pages never reached the disk reads as the state before it', () => {
  const [old, whole] = [at(2), at(3)];
  for (let hole = old.length - 2; hole < whole.length - 2; hole++) {
    const holed = Buffer.from(whole).fill(0, hole);
    expect(contents(holed)).toBe(contents(old));
  }
});

test('a torn tail, however long, is told once, kept beside, and gone with the next commit', async () => {
  const path = join(home, 'torn.json');
  const torn = Buffer.concat([at(1).subarray(0, -2), at(3).subarray(at(2).length - 2, -40), Buffer.alloc(5000)]);
  writeFileSync(path, torn);
  const file = openStateFile(path);
  expect(file.warning?.message).toBe(
    `the state file ${path} ends in the middle of a write: restored revision 6, the last whole one; the damaged file is kept as ${path}.damaged-1`,
  );
  file.keyspace.put('/kubemu/clock', 99);
  await file.commit();
  expect(JSON.parse(readFileSync(path, 'utf8'))['/kubemu/clock']).toBe(99);
  expect(openStateFile(path)).toMatchObject({ keyspace: { revision: 6 } });
  expect(openStateFile(path).warning).toBeUndefined();
  expect(readFileSync(`${path}.damaged-1`).equals(torn)).toBe(true);
});

test('while another process holds the lock, a torn tail is its write under way and no news', () => {
  const path = join(home, 'writing.json');
  writeFileSync(path, at(3).subarray(0, -40));
  expect(openStateFile(path).warning?.problem).toBe('damaged');
  const lock = tryLock(path);
  writeFileSync(`${path}.lock`, JSON.stringify({ ...lock?.owner, pid: process.ppid, started: '' }));
  expect(openStateFile(path)).toMatchObject({ keyspace: { revision: 9 } });
  expect(openStateFile(path).warning).toBeUndefined();
});

test.each(['', '}', '}\n'])('a file that ends in %j behind its last commit is whole', (ending) => {
  const path = join(home, 'ending.json');
  writeFileSync(path, Buffer.concat([at(3).subarray(0, -2), Buffer.from(ending)]));
  expect(openStateFile(path).warning).toBeUndefined();
  expect(openStateFile(path).keyspace.revision).toBe(12);
});

test('any single scribbled byte is noticed: the state is one of those committed before it, or the file is refused', () => {
  const whole = at(3);
  const committed = [0, 1, 2, 3].map((n) => contents(at(n)));
  const ends = [0, 1, 2, 3].map((n) => at(n).length - 2);
  for (let position = 0; position < whole.length - 2; position++) {
    const scribbled = Buffer.from(whole);
    scribbled[position] = (scribbled[position] ?? 0) ^ 0x01;
    const good = ends.filter((end) => end <= position).length;
    if (good === 0 && position <= whole.indexOf(10)) {
      expect(() => indexLines(bytesSource(scribbled), 'cluster.json'), String(position)).toThrow(/newer|not a kubemu state file/);
      continue;
    }
    if (good === 0) {
      expect(indexLines(bytesSource(scribbled), 'cluster.json').damage?.isSalvaged, String(position)).toBe(true);
      continue;
    }
    const indexed = indexLines(bytesSource(scribbled), 'cluster.json');
    expect(contents(scribbled), String(position)).toBe(committed[good - 1]);
    // Only what makes the last marker or its newline unrecognizable looks like a write that never finished.
    expect(indexed.damage !== undefined || good === 3, String(position)).toBe(true);
  }
});

test('a damaged file is restored to its last whole commit, and kept beside under a name that is told', async () => {
  const path = join(home, 'damaged.json');
  const scribbled = Buffer.from(at(3));
  scribbled[at(0).length + 20] = 0x3f;
  writeFileSync(path, scribbled);
  const file = openStateFile(path);
  expect(file.warning?.message).toBe(
    `the state file ${path} is damaged at or after line 8: restored revision 3, the last whole one; 3 commits from there on are lost; the damaged file is kept as ${path}.damaged-1`,
  );
  expect(contents(at(0))).toBe(JSON.stringify([file.keyspace.revision, [...file.keyspace.range('/')], file.keyspace.changesSince(0)]));
  expect([readFileSync(path).equals(scribbled), file.keyspace.dirty]).toEqual([true, true]);
  await file.commit();
  expect(file.keyspace.dirty).toBe(false);
  expect(readdirSync(home).filter((name) => name.startsWith('damaged'))).toEqual(['damaged.json', 'damaged.json.damaged-1']);
  expect(readFileSync(`${path}.damaged-1`)).toEqual(scribbled);
  const reopened = openStateFile(path);
  expect([reopened.warning, reopened.keyspace.revision]).toEqual([undefined, 3]);
  await file.commit();
  expect(readdirSync(home)).toContain('damaged.json.damaged-1');
});

test.each([
  {
    given: 'a value changed with an editor',
    edit: (text: string) => text.replace('"value":[null,true,0]', '"value":[null,true,77]'),
    says: 'does not match its checksum, as if edited by hand: taken as it stands, without its history',
    p0: [null, true, 77],
  },
  {
    given: 'a line that is no JSON any more',
    edit: (text: string) => text.replace('"value":[null,true,0]', '"value":[null,true,0'),
    says: 'does not match its checksum, as if edited by hand: taken as it stands but one line that cannot be read, without its history',
    p0: undefined,
  },
])('$given before the first whole commit: what can be read counts, and the file as it was is kept', async ({ edit, says, p0 }) => {
  const path = join(home, 'edited.json');
  const edited = edit(at(0).toString());
  writeFileSync(path, edited);
  const file = openStateFile(path);
  expect(file.warning?.message).toBe(`the state file ${path} ${says}; the damaged file is kept as ${path}.damaged-1`);
  expect(file.keyspace.changesSince(2)).toBeUndefined();
  file.keyspace.put('/registry/after', 1);
  await file.commit();
  const reopened = openStateFile(path);
  expect(reopened.warning).toBeUndefined();
  expect([...reopened.keyspace.range('/')].map(({ key, mod, value }) => [key, mod, value])).toEqual([
    ['/kubemu/clock', 0, 1],
    ['/registry/after', 4, 1],
    ...(p0 ? [['/registry/pods/default/p0', 3, p0]] : []),
    ['/registry/pods/default/web', 2, { commit: 0, text: 'ä"\\' }],
  ]);
  expect(reopened.keyspace.changesSince(3)).toHaveLength(1);
  expect(readFileSync(`${path}.damaged-1`, 'utf8')).toBe(edited);
  rmSync(`${path}.damaged-1`);
});
