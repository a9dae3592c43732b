// kubemu cluster inspect, compact, snapshot, restore, undo, clone: what a user sees, and that jq could read every file.
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { place, run } from '../cli/run.ts';

describe('a cluster and its file', () => {
  const at = place({}, { KUBEMU_EPOCH: '2026-01-01T00:00:00Z', KUBEMU_SEED: '1', KUBEMU_CLOCK: 'max' });
  const home = at.env.KUBEMU_HOME ?? '';
  const file = join(home, 'cluster.json');
  const kubemu = (...argv: string[]) => run(argv, at, { program: 'kubemu' });
  const kubectl = (...argv: string[]) => run(argv, at);
  const namespaces = async () => (await kubectl('get', 'ns', '-o', 'jsonpath={.items[*].metadata.name}')).stdout.split(' ');
  const isDocument = (path: string) => typeof JSON.parse(readFileSync(path, 'utf8')) === 'object';

  test('nothing can be undone in a new cluster', async () => {
    await kubectl('get', 'nodes');
    expect(await kubemu('cluster', 'undo')).toEqual({
      stdout: '',
      stderr: 'error: cannot undo the last command: none is known\n',
      exitCode: 1,
    });
  });

  test('undo takes back the last command, consequences included, and can be taken back itself', async () => {
    await kubectl('create', 'namespace', 'web');
    await kubectl('create', 'deployment', 'shop', '--image=nginx', '-n', 'web');
    await kubectl('rollout', 'status', 'deploy/shop', '-n', 'web');
    const pods = (await kubectl('get', 'pods', '-n', 'web', '-o', 'name')).stdout;
    expect(pods).toMatch(/^pod\/shop-/);
    await kubectl('delete', 'namespace', 'web');
    expect(await namespaces()).not.toContain('web');

    expect(await kubemu('cluster', 'undo')).toEqual({
      stdout: 'Undone: kubectl delete namespace web\nTo take that back: kubemu cluster restore before-undo\n',
      stderr: '',
      exitCode: 0,
    });
    expect(isDocument(file)).toBe(true);
    expect((await kubectl('get', 'pods', '-n', 'web', '-o', 'name')).stdout).toBe(pods);
    await kubemu('cluster', 'restore', 'before-undo');
    expect(await namespaces()).not.toContain('web');
    await kubemu('cluster', 'restore', 'before-restore');
    expect((await kubectl('get', 'pods', '-n', 'web', '-o', 'name')).stdout).toBe(pods);
  });

  test('a command that changes nothing is nothing to undo', async () => {
    await kubectl('get', 'pods', '-A');
    await kubectl('delete', 'pod', 'no-such-pod');
    expect((await kubemu('cluster', 'undo', '--list')).stdout).toBe(
      'kubectl create deployment shop --image=nginx -n web\nkubectl create namespace web\n',
    );
    expect((await kubemu('cluster', 'undo', '3')).stderr).toBe('error: cannot undo the last 3 commands: only the last 2 are known\n');
    expect((await kubemu('cluster', 'undo', '2')).stdout).toMatch(/^Undone: .*shop.*\nUndone: kubectl create namespace web\n/);
    expect(await namespaces()).not.toContain('web');
  });

  test('a snapshot is gone back to by its name', async () => {
    await kubectl('create', 'namespace', 'one');
    expect((await kubemu('cluster', 'snapshot', 'first')).stdout).toMatch(/^Snapshot "first" taken \(\d+ KiB\)\. /);
    expect((await kubemu('cluster', 'snapshot', 'first')).stderr).toBe(
      'error: there is a snapshot named "first" already: --force replaces it\n',
    );
    await kubectl('delete', 'namespace', 'one');
    await kubemu('cluster', 'restore', 'first');
    expect(await namespaces()).toContain('one');
    expect((await kubemu('cluster', 'snapshot', '-o', 'name')).stdout).toBe('before-restore\nbefore-undo\nfirst\n');
    expect((await kubemu('cluster', 'snapshot')).stdout).toMatch(/│ first +│ .*Z │ \d+ KiB +│/);
    expect(isDocument(join(home, 'cluster.snapshots', 'first.json'))).toBe(true);
    expect((await kubemu('cluster', 'snapshot', 'first', '--delete')).stdout).toBe('Snapshot "first" deleted.\n');
    expect((await kubemu('cluster', 'restore', 'first')).stderr).toBe('error: there is no snapshot named "first"\n');
    expect((await kubemu('cluster', 'snapshot', '../up')).exitCode).toBe(1);
  });

  test('a clone goes its own way', async () => {
    expect((await kubemu('cluster', 'clone', 'copy')).stdout).toContain('Cluster "copy" cloned from ');
    await kubectl('create', 'namespace', 'in-copy');
    expect(await namespaces()).toContain('in-copy');
    expect(await namespaces()).toContain('one');
    expect((await kubemu('cluster', 'clone', 'copy')).stderr).toBe('error: there is a cluster named "copy" already\n');
    await kubemu('cluster', 'use', 'kubernetes');
    expect(await namespaces()).not.toContain('in-copy');
  });

  test('undo reaches behind a fold', async () => {
    await kubectl('create', 'configmap', 'before');
    for (let i = 0; !existsSync(`${file}.previous`); i++) {
      expect(i).toBeLessThan(40);
      const text = join(at.cwd, 'large.txt');
      writeFileSync(text, String(i).repeat(300_000).slice(0, 300_000));
      await kubectl('create', 'configmap', `large-${i}`, `--from-file=${text}`);
    }
    const { stdout } = await kubemu('cluster', 'undo', '2');
    expect(stdout).toMatch(/^Undone: kubectl create configmap large-\d.*\nUndone: kubectl create configmap /);
    expect((await kubectl('get', 'cm', 'before', '-o', 'name')).stdout).toBe('configmap/before\n');
  });

  test('compacting leaves the values, and nothing to undo', async () => {
    const size = statSync(file).size;
    expect((await kubemu('cluster', 'compact')).stdout).toMatch(/ compacted: .* before, .* .iB now\.\n$/);
    expect(statSync(file).size).toBeLessThan(size);
    expect(isDocument(file)).toBe(true);
    expect((await kubectl('get', 'cm', 'before', '-o', 'name')).stdout).toBe('configmap/before\n');
    expect((await kubemu('cluster', 'undo', '--list')).stdout).toBe('');
  });

  test('inspect tells what fills the file', async () => {
    const { stdout, exitCode } = await kubemu('cluster', 'inspect', '-o', 'json');
    const report = JSON.parse(stdout) as Record<string, unknown> & { usage: { of: string; keys: number; live: number }[]; size: number };
    expect([exitCode, report.nodes, report.size]).toEqual([0, 3, statSync(file).size]);
    expect(report.usage.find(({ of }) => of === 'nodes')?.keys).toBe(3);
    expect((await kubemu('cluster', 'inspect')).stdout).toMatch(/│ Together +│ +\d+ │ +\d+ │ +\d+ │ +\d+ │/);
  });

  test('inspect says what is damaged', async () => {
    const bytes = readFileSync(file);
    bytes[Math.floor(bytes.length / 2)] = 0x21;
    writeFileSync(file, bytes);
    const { stdout, exitCode } = await kubemu('cluster', 'inspect');
    expect([exitCode, /Damage: +the state file .* (is damaged|does not match)/.test(stdout)]).toEqual([1, true]);
  });
});

test('a cluster without a network plugin has nodes that are not ready', async () => {
  const at = place({}, { KUBEMU_EPOCH: '2026-01-01T00:00:00Z', KUBEMU_SEED: '1', KUBEMU_CLOCK: 'max' });
  await run(['cluster', 'create', 'bare', '--nodes=cp,worker', '--no-cni', '--addons=coredns,calico', '--cpu=4'], at, {
    program: 'kubemu',
  });
  const { stdout } = await run(['get', 'nodes', '--no-headers'], at);
  expect(stdout).toMatch(/^cp +NotReady .*\nworker +NotReady /);
  expect((await run(['get', 'deploy', '-A', '-o', 'name'], at)).stdout).toBe('deployment.apps/coredns\n');
  expect((await run(['cluster', 'create', 'x', '--addons=kuberouter'], at, { program: 'kubemu' })).stderr).toBe(
    'error: there is no add-on "kuberouter": choose from kube-proxy, coredns, calico, metrics-server, local-path-provisioner, gateway-api, or none\n',
  );
});
