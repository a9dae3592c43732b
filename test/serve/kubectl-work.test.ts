// The real kubectl at work on a served cluster: what people do with Pods, workloads and nodes. Left out, and said so, where there is none.
import { chmodSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Serving } from '../../src/cluster/serve.ts';
import { kubectl, skipped, terminal } from './real-kubectl.ts';

const { home, run, words, start } = terminal();
const root = new URL('../../manifests/', import.meta.url).pathname;
let serving: Serving;

describe.skipIf(!kubectl)(`the real kubectl at work${skipped}`, () => {
  beforeAll(async () => {
    serving = await home.start();
    await words('create deployment web --image=nginx --replicas=2');
  }, 60_000);
  afterAll(async () => {
    await serving.close();
    home.remove();
    expect(home.problems).toEqual([]);
  });

  test('apply takes every add-on and sample', async () => {
    for (const folder of ['addons', 'samples']) {
      for (const file of readdirSync(join(root, folder))) {
        const namespace = file.replace(/\.yaml$/, '');
        if (folder === 'samples') await words(`create namespace ${namespace}`);
        const where = folder === 'samples' ? ['-n', namespace] : [];
        const { code, stderr } = await run(['apply', ...where, '-f', join(root, folder, file)]);
        expect([file, code, stderr.replace(/^Warning: resource .* missing the .* annotation .*\n/gm, '')]).toEqual([file, 0, '']);
      }
    }
  }, 120_000);

  test('every resource that can be listed has a table, and is explained with all its fields', async () => {
    const { stdout } = await words('api-resources --verbs=list -o name');
    const resources = stdout.trim().split('\n');
    expect(resources.length).toBeGreaterThan(60);
    const { code, stderr } = await words(`get ${resources.join(',')} -A -o wide`);
    expect(code).toBe(0);
    expect(stderr).toBe(
      'Warning: v1 ComponentStatus is deprecated in v1.19+\nWarning: v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice\n',
    );
    // Of a name that two groups have, kubectl explains the first.
    for (const resource of resources.filter((name) => !/^(events\.events|.*\.metrics)\./.test(name))) {
      expect([resource, (await words(`explain ${resource} --recursive`)).code]).toEqual([resource, 0]);
    }
  }, 120_000);

  test('edit', async () => {
    const editor = join(home.folder, 'editor.sh');
    writeFileSync(editor, '#!/bin/sh\nsed -i "s/replicas: 2/replicas: 3/" "$1"\n');
    chmodSync(editor, 0o755);
    expect((await run(['edit', 'deployment', 'web'], '', { EDITOR: editor })).stdout).toBe('deployment.apps/web edited\n');
    expect((await run(['edit', 'deployment', 'web'], '', { EDITOR: 'true' })).stderr).toBe('Edit cancelled, no changes made.\n');
    expect((await words('get deployment web -o jsonpath={.status.readyReplicas}')).stdout).toBe('3');
  });

  test('rollout: restart, history and undo', async () => {
    expect((await words('rollout restart deployment web')).stdout).toBe('deployment.apps/web restarted\n');
    expect((await words('rollout status deployment web')).stdout).toContain('successfully rolled out');
    expect((await words('rollout history deployment web')).stdout).toContain('\n2         <none>\n');
    expect((await words('rollout undo deployment web')).stdout).toBe('deployment.apps/web rolled back\n');
    expect((await words('rollout status deployment web')).stdout).toContain('successfully rolled out');
  });

  test('run --rm -i tells output and exit code, and leaves nothing behind', async () => {
    const args = ['run', 'tmp', '--rm', '-i', '--image=busybox', '--restart=Never', '--'];
    const { code, stdout } = await run([...args, 'sh', '-c', 'echo hi; exit 3']);
    expect([code, stdout]).toEqual([3, 'hi\npod "tmp" deleted\n']);
    expect((await run([...args, 'sh'], 'echo typed; exit\n')).stdout).toContain('typed\n');
    expect((await words('get pod tmp --ignore-not-found')).stdout).toBe('');
  });

  test('logs -f and attach follow what a container says', async () => {
    const say = ['sh', '-c', 'while true; do echo tick; sleep 2; done'];
    await run(['run', 'clock', '--image=busybox', '--', ...say]);
    await words('wait --for=condition=Ready pod/clock --timeout=30s');
    for (const args of [
      ['logs', '-f', 'clock'],
      ['attach', 'clock'],
    ]) {
      const child = start(args);
      let text = '';
      child.stdout?.on('data', (piece) => {
        text += String(piece);
      });
      await vi.waitFor(() => expect(text).toContain('tick\ntick\ntick\n'), { timeout: 15_000 });
      child.kill();
    }
  });

  test('debug: a container in a Pod, a copy, a Pod on a node', async () => {
    const inPod = await run(['debug', 'clock', '-i', '--image=busybox', '--target=clock', '--profile=general', '--', 'echo', 'inside']);
    expect(inPod.stdout).toContain('inside\n');
    const copy = ['debug', 'clock', '--copy-to=clock2', '--image=busybox', '--profile=general', '--', 'sleep', '1d'];
    expect((await run(copy)).code).toBe(0);
    expect((await words('get pod clock2 -o jsonpath={.spec.containers[*].image}')).stdout).toBe('busybox busybox');
    const onNode = await run(['debug', 'node/node01', '-i', '--image=busybox', '--profile=general', '--', 'hostname']);
    expect(onNode.stdout).toContain('node01\n');
  });

  test('top', async () => {
    expect((await words('top node')).stdout).toMatch(/^node01 +\d+m +\d+% +\d+Mi +\d+%/m);
    expect((await words('top pod')).stdout).toMatch(/^web-\S+ +\d+m +\d+Mi/m);
  });

  test('drain evicts what may go, and says what may not', async () => {
    const refused = await words('drain node01');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('cannot delete DaemonSet-managed Pods (use --ignore-daemonsets to ignore): kube-system/calico-node-');
    const { code, stdout } = await words('drain node01 --ignore-daemonsets --delete-emptydir-data --force');
    expect(code).toBe(0);
    expect(stdout).toMatch(/\nnode\/node01 drained\n$/);
    expect((await words('get node node01 --no-headers')).stdout).toMatch(/^node01 +Ready,SchedulingDisabled /);
    expect((await words('uncordon node01')).stdout).toBe('node/node01 uncordoned\n');
  });
});
