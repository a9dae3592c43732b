// What a cluster's file promises, at length: writers killed at random points, and many processes at once.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStateFile } from '../../src/state/file.ts';
import { run } from '../cli/run.ts';

const KILLS = Number(process.env.KILLS ?? 60);
const PROCESSES = Number(process.env.PROCESSES ?? 12);
const EACH = 20;

let home: string;
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'kubemu-slow-'));
  await build({
    entryPoints: { writer: join(import.meta.dirname, '..', 'state', 'writer.ts'), creator: join(import.meta.dirname, 'creator.ts') },
    outdir: join(home, 'bin'),
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'error',
    external: ['@mongodb-js/zstd', 'node-liblzma', 'seek-bzip', 'sql.js', 'quickjs-emscripten', 'turndown'],
    alias: { yaml: join(import.meta.dirname, '..', '..', 'node_modules', 'yaml', 'browser', 'index.js') },
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  });
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

const finished = (child: ChildProcess): Promise<number | null> => new Promise((resolve) => child.on('exit', resolve));

test(`${KILLS} writers killed at random points lose nothing that they acknowledged`, async () => {
  const folder = join(home, 'kills');
  mkdirSync(folder);
  const path = join(folder, 'cluster.json');
  const log = join(folder, 'log');
  const acknowledged = (): number => (existsSync(log) ? readFileSync(log, 'utf8').split('\n').length - 1 : 0);
  let seed = 1;
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return (seed >>> 8) % below;
  };
  for (let kill = 1; kill <= KILLS; kill++) {
    const child = spawn(process.execPath, [join(home, 'bin', 'writer.mjs'), path, 'a', '1000000', log], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const before = acknowledged();
    while (acknowledged() <= before) await new Promise((resolve) => setTimeout(resolve, 1));
    await new Promise((resolve) => setTimeout(resolve, random(20)));
    child.kill('SIGKILL');
    await finished(child);
    const { keyspace, warning } = openStateFile(path);
    if (warning) expect(warning.message).toContain('ends in the middle of a write');
    const counter = keyspace.value<number>('/registry/counter') ?? 0;
    expect(counter).toBeGreaterThanOrEqual(acknowledged());
    expect(counter).toBeLessThanOrEqual(acknowledged() + kill);
    expect(keyspace.revision).toBe(1 + 2 * counter);
  }
});

test(`${PROCESSES} processes that create ${EACH} objects each end with ${PROCESSES * EACH} objects, every exit code true`, async () => {
  const env = { HOME: home, KUBEMU_HOME: join(home, 'many'), KUBEMU_CLOCK: 'max', KUBEMU_SEED: '1', PATH: '' };
  await run(['get', 'nodes'], { cwd: home, env });
  const said = await Promise.all(
    Array.from({ length: PROCESSES }, async (_, n) => {
      const child = spawn(process.execPath, [join(home, 'bin', 'creator.mjs'), `p${n}`, String(EACH)], { env, cwd: home });
      let text = '';
      child.stdout.on('data', (data) => {
        text += String(data);
      });
      await finished(child);
      return text.trim().split('\n');
    }),
  );
  const made = (await run(['get', 'configmaps', '-o', 'name'], { cwd: home, env })).stdout
    .split('\n')
    .filter((line) => /\/p\d+-\d+$/.test(line));
  expect(said.flat().filter((line) => line !== '0')).toEqual([]);
  expect(said.flat()).toHaveLength(PROCESSES * EACH);
  expect(made).toHaveLength(PROCESSES * EACH);
});
