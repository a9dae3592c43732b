// Reads the import lines of src/ and holds the import rule of the house.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { describe, expect, test } from 'vitest';

const src = join(import.meta.dirname, '..', 'src');

/** Which rooms each room may import from, besides itself, `api` and `machinery`. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  cli: ['drills', 'cluster', 'client'],
  drills: ['cluster', 'client'],
  cluster: ['scheduler', 'controllers', 'kubelet', 'network', 'node', 'cri', 'cni', 'csi', 'client', 'apiserver', 'etcd', 'state'],
  scheduler: ['client'],
  controllers: ['client'],
  kubelet: ['client', 'node', 'cri', 'cni', 'csi'],
  network: ['client'],
  node: ['client', 'cri'],
  client: ['apiserver'],
  apiserver: ['etcd', 'state'],
  etcd: ['state'],
  state: [],
  cri: [],
  cni: [],
  csi: [],
  api: [],
  machinery: [],
};

interface Import {
  from: string;
  to: string;
  typeOnly: boolean;
  line: string;
}

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'generated' ? [] : sourceFiles(path);
    return entry.name.endsWith('.ts') ? [path] : [];
  });
}

function importsOf(file: string): Import[] {
  const text = readFileSync(file, 'utf8');
  const found: Import[] = [];
  for (const match of text.matchAll(
    /(?:^|\n)\s*(import|export)\s+(type\s+)?[^'"]*?from\s+'([^']+)'|import\(\s*'([^']+)'\s*\)|(?:^|\n)import\s+'([^']+)'/g,
  )) {
    const specifier = match[3] ?? match[4] ?? match[5] ?? '';
    if (!specifier.startsWith('.')) continue;
    found.push({
      from: relative(src, file),
      to: relative(src, normalize(join(dirname(file), specifier))),
      typeOnly: match[2] !== undefined,
      line: match[0].trim().replace(/\s+/g, ' '),
    });
  }
  return found;
}

const roomOf = (path: string): string => path.split('/')[0] ?? '';
const imports = sourceFiles(src).flatMap(importsOf);

describe('the import rule', () => {
  test('finds the imports of the house', () => {
    expect(imports.length).toBeGreaterThan(300);
  });

  test.each(Object.keys(MAY_IMPORT))('%s imports only from rooms below it', (room) => {
    const allowed = new Set([room, 'api', 'machinery', ...(MAY_IMPORT[room] ?? [])]);
    if (room === 'machinery') allowed.delete('api');
    const wrong = imports.filter(({ from, to, typeOnly }) => {
      if (roomOf(from) !== room || allowed.has(roomOf(to))) return false;
      return !(room === 'machinery' && roomOf(to) === 'api' && typeOnly); // the shape of metadata is a generated type
    });
    expect(wrong.map(({ from, line }) => `${from}: ${line}`)).toEqual([]);
  });

  test('every room is under the rule', () => {
    const rooms = readdirSync(src, { withFileTypes: true }).filter((entry) => entry.isDirectory() && entry.name !== 'build');
    expect(rooms.map(({ name }) => name).filter((name) => !(name in MAY_IMPORT))).toEqual([]);
  });

  test('only bin/ ends the process or writes to the console', () => {
    const wrong = sourceFiles(src).filter((file) => /\bprocess\.exit\(|\bconsole\.\w+\(/.test(readFileSync(file, 'utf8')));
    expect(wrong.map((file) => relative(src, file))).toEqual([]);
  });
});
