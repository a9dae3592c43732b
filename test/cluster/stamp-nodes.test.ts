// kubemu cluster create with many nodes: copies are as real as what they were copied from.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { place, run } from '../cli/run.ts';

describe('a cluster of forty nodes', () => {
  const at = place({}, { KUBEMU_EPOCH: '2026-01-01T00:00:00Z' });
  const kubemu = (...argv: string[]) => run(argv, at, { program: 'kubemu' });
  const kubectl = async (...argv: string[]) => (await run(argv, at)).stdout;
  const podOn = async (node: string, app: string) =>
    (await kubectl('get', 'pods', '-n', 'kube-system', `--field-selector=spec.nodeName=${node}`, '-o', 'name'))
      .split('\n')
      .find((name) => name.includes(app)) ?? '';

  test('has forty ready nodes with addresses, ids and Pod addresses of their own', async () => {
    expect(
      await kubemu(
        'cluster',
        'create',
        'wide',
        '--nodes=40',
        '--clock=max',
        '--seed=1',
        '--size=node20=8:32Gi',
        '--kubelet-version=node30=v1.34.2',
      ),
    ).toMatchObject({
      stderr: '',
      exitCode: 0,
    });
    const lines = (await kubectl('get', 'nodes', '--no-headers', '-o', 'wide')).trim().split('\n');
    expect(lines.filter((line) => / Ready /.test(line)).length).toBe(40);
    expect(lines.filter((line) => !/ v1\.36\.0 /.test(line)).map((line) => line.split(/ +/)[0])).toEqual(['node30']);
    for (const field of [
      '.status.nodeInfo.machineID',
      '.status.nodeInfo.bootID',
      '.metadata.uid',
      '.spec.podCIDR',
      '.status.addresses[0].address',
    ]) {
      const values = (await kubectl('get', 'nodes', '-o', `jsonpath={range .items[*]}{${field}} {end}`)).trim().split(' ');
      expect(new Set(values).size, field).toBe(40);
    }
    expect(await kubectl('get', 'node', 'node20', '-o', 'jsonpath={.status.capacity.cpu} {.status.capacity.memory}')).toBe('8 33554432Ki');
  });

  test('runs what every node runs, and its DaemonSets know', async () => {
    const ready = await kubectl(
      'get',
      'ds',
      '-n',
      'kube-system',
      '-o',
      'jsonpath={range .items[*]}{.status.numberReady}/{.status.desiredNumberScheduled} {end}',
    );
    expect(ready).toBe('40/40 40/40 ');
    expect(await kubectl('exec', '-n', 'kube-system', (await podOn('node35', 'calico-node')).slice(4), '--', 'hostname')).toBe('node35\n');
    expect(/template-[0-9a-f]{12}/.exec(readFileSync(join(at.env.KUBEMU_HOME ?? '', 'clusters', 'wide.json'), 'utf8'))).toBeNull();
  });

  test('lets nothing happen by itself', async () => {
    const versions = () => kubectl('get', 'nodes,pods,ds', '-A', '-o', 'jsonpath={.items[*].metadata.resourceVersion}');
    const before = await versions();
    await kubemu('clock', 'advance', '30m');
    expect(await versions()).toBe(before);
  });

  test('places Pods on copies, drains and deletes them, and has their agents again', async () => {
    await kubectl('create', 'deployment', 'web', '--image=nginx', '--replicas=80');
    await kubectl('rollout', 'status', 'deploy/web');
    const nodes = (await kubectl('get', 'pods', '-o', 'jsonpath={.items[*].spec.nodeName}')).split(' ');
    expect(new Set(nodes).size).toBeGreaterThan(35);
    const addresses = (await kubectl('get', 'pods', '-o', 'jsonpath={.items[*].status.podIP}')).split(' ');
    expect(new Set(addresses).size).toBe(80);
    await kubectl('delete', '-n', 'kube-system', await podOn('node33', 'kube-proxy'));
    await kubectl('rollout', 'status', '-n', 'kube-system', 'ds/kube-proxy');
    expect(await podOn('node33', 'kube-proxy')).toMatch(/^pod\/kube-proxy-/);
    expect((await run(['drain', 'node33', '--ignore-daemonsets'], at)).stdout).toMatch(/node\/node33 drained\n$/);
    await kubectl('delete', 'node', 'node33');
    await kubectl('wait', '--for=delete', '-n', 'kube-system', await podOn('node33', 'calico'));
    expect(await podOn('node33', '')).toBe('');
  });

  test('is the same after a reset', async () => {
    const ids = () =>
      kubectl(
        'get',
        'nodes',
        '-o',
        'jsonpath={range .items[*]}{.metadata.uid}{.status.nodeInfo.kubeletVersion}{.status.capacity.cpu} {end}',
      );
    await kubemu('cluster', 'reset', 'wide');
    const first = await ids();
    await kubemu('cluster', 'reset', 'wide');
    expect(await ids()).toBe(first);
    expect(first).toContain('v1.34.2');
  });
});

test.each([
  { flags: ['--size=node01'], says: '--size must be NODE=CPU:MEMORY, such as node01=4:8Gi, not "node01"' },
  { flags: ['--size=node01=x:8Gi'], says: '--size must be a quantity of at least 1, not "x"' },
  { flags: ['--size=node09=1:8Gi'], says: '--size names the node "node09", which the cluster does not have' },
  { flags: ['--kubelet-version=latest'], says: '--kubelet-version must be a version such as v1.35.2, not "latest"' },
  { flags: ['--kubelet-version=x=v1.35.2'], says: '--kubelet-version names the node "x", which the cluster does not have' },
])('cluster create $flags is refused', async ({ flags, says }) => {
  expect(await run(['cluster', 'create', 'x', ...flags], place({}), { program: 'kubemu' })).toMatchObject({
    stderr: `error: ${says}\n`,
    exitCode: 1,
  });
});
