// The real kubectl against a served cluster. Left out, and said so, where there is none.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Serving } from '../../src/cluster/serve.ts';
import { ask } from './harness.ts';
import { kubectl, skipped, terminal } from './real-kubectl.ts';

const { home, run, words, start } = terminal();
let serving: Serving;

const manifest = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: nginx}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
`;

describe.skipIf(!kubectl)(`the real kubectl${skipped}`, () => {
  beforeAll(async () => {
    serving = await home.start();
    await words('apply -f -', manifest);
  }, 60_000);
  afterAll(async () => {
    await serving.close();
    home.remove();
    expect(home.problems).toEqual([]);
  });

  test('get nodes', async () => {
    const { stdout } = await words('get nodes');
    expect(stdout.split('\n')[0]).toMatch(/^NAME +STATUS +ROLES +AGE +VERSION$/);
    expect(stdout).toMatch(/^controlplane +Ready +control-plane +\S+ +v1\.36\.0$/m);
  });

  test('apply: what was created is unchanged or configured the next time', async () => {
    expect((await words('apply -f -', manifest)).stdout).toBe('deployment.apps/web unchanged\nservice/web unchanged\n');
    const scaled = manifest.replace('replicas: 2', 'replicas: 3');
    expect((await words('apply -f -', scaled)).stdout).toBe('deployment.apps/web configured\nservice/web unchanged\n');
    expect((await words('rollout status deployment/web')).stdout).toBe('deployment "web" successfully rolled out\n');
    expect((await words('get deployment web -o jsonpath={.status.readyReplicas}')).stdout).toBe('3');
  });

  test('apply refuses unknown fields', async () => {
    const { code, stderr } = await words('apply -f -', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndat: {}\n');
    expect(code).toBe(1);
    expect(stderr).toContain('strict decoding error: unknown field "dat"');
  });

  test('an unknown kind is found out by discovery', async () => {
    const { stderr } = await words('apply -f -', 'apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}\n');
    expect(stderr).toContain('no matches for kind "Widget" in version "example.com/v1"\nensure CRDs are installed first');
  });

  test.each(['wide', 'yaml', 'json', 'name', 'custom-columns=A:.metadata.name'])('get -o %s', async (output) => {
    const { code, stdout, stderr } = await run(['get', 'pods,services', '-o', output]);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('web-');
  });

  test('describe tells the events of a Pod', async () => {
    const { stdout } = await words('describe pod -l app=web');
    expect(stdout).toContain('Successfully assigned default/web-');
  });

  test('create sends protobuf', async () => {
    expect((await words('create deployment proto --image=nginx --replicas=1')).stdout).toBe('deployment.apps/proto created\n');
    expect((await words('wait --for=condition=Available deployment/proto --timeout=10s')).stdout).toBe(
      'deployment.apps/proto condition met\n',
    );
    expect((await words('scale deployment/proto --replicas=0')).stdout).toBe('deployment.apps/proto scaled\n');
    expect((await words('delete deployment proto')).stdout).toMatch(/^deployment.apps "proto" deleted/);
    expect((await words('get deployment proto')).stderr).toBe('Error from server (NotFound): deployments.apps "proto" not found\n');
  });

  test('logs', async () => {
    expect((await words('logs deployment/web --tail=1')).stdout).toContain('start worker process');
  });

  test('exec: output, input and exit code', async () => {
    expect((await run(['exec', 'deployment/web', '--', 'sh', '-c', 'echo hello'])).stdout).toBe('hello\n');
    expect((await run(['exec', '-i', 'deployment/web', '--', 'cat'], 'a\nb\n')).stdout).toBe('a\nb\n');
    const { code, stderr } = await run(['exec', 'deployment/web', '--', 'sh', '-c', 'exit 7']);
    expect([code, stderr]).toEqual([7, 'command terminated with exit code 7\n']);
  });

  test('exec over SPDY, as before WebSockets', async () => {
    const spdy = { KUBECTL_REMOTE_COMMAND_WEBSOCKETS: 'false' };
    expect((await run(['exec', '-i', 'deployment/web', '--', 'cat'], 'a\nb\n', spdy)).stdout).toBe('a\nb\n');
    const { code, stdout, stderr } = await run(['exec', 'deployment/web', '--', 'sh', '-c', 'echo out; exit 7'], '', spdy);
    expect([code, stdout, stderr]).toEqual([7, 'out\n', 'command terminated with exit code 7\n']);
  });

  test.each(['true', 'false'])('port-forward, with WebSockets: %s', async (websockets) => {
    const child = start(['port-forward', 'deployment/web', ':80', ':81'], { KUBECTL_PORT_FORWARD_WEBSOCKETS: websockets });
    let [out, err] = ['', ''];
    child.stderr?.on('data', (text) => {
      err += text;
    });
    child.stdout?.on('data', (text) => {
      out += text;
    });
    const port = (of: number): string => new RegExp(`127\\.0\\.0\\.1:(\\d+) -> ${of}`).exec(out)?.[1] ?? '';
    await vi.waitFor(() => expect(port(81)).not.toBe(''), { timeout: 10_000 });
    for (const path of ['/', '/nope']) {
      const reply = await ask(`http://127.0.0.1:${port(80)}${path}`);
      expect(reply.code).toBe(path === '/' ? 200 : 404);
    }
    await expect(ask(`http://127.0.0.1:${port(81)}/`)).rejects.toThrow();
    await vi.waitFor(() => expect(err).toContain('dial tcp4 127.0.0.1:81: connect: connection refused'), { timeout: 10_000 });
    child.kill();
  });

  test('cp: there and back', async () => {
    const pod = (await words('get pods -l app=web -o name')).stdout.split('\n')[0]?.replace('pod/', '') ?? '';
    mkdirSync(join(home.folder, 'copied'), { recursive: true });
    writeFileSync(join(home.folder, 'copied', 'there.txt'), 'kept\n');
    expect((await run(['cp', 'copied/there.txt', `${pod}:/tmp/there.txt`])).code).toBe(0);
    expect((await run(['exec', pod, '--', 'cat', '/tmp/there.txt'])).stdout).toBe('kept\n');
    expect((await run(['cp', `${pod}:/tmp/there.txt`, 'copied/back.txt'])).code).toBe(0);
    expect(readFileSync(join(home.folder, 'copied', 'back.txt'), 'utf8')).toBe('kept\n');
  });

  test('explain', async () => {
    const { stdout } = await words('explain deployment.spec.replicas');
    expect(stdout).toMatch(/^GROUP: +apps\nKIND: +Deployment\nVERSION: +v1\n\nFIELD: replicas <integer>\n/);
    expect((await words('explain pod --recursive')).stdout).toContain('livenessProbe\t<Probe>');
  });

  test('api-resources', async () => {
    const { stdout } = await words('api-resources');
    expect(stdout).toMatch(/^deployments +deploy +apps\/v1 +true +Deployment$/m);
  });

  test('auth can-i', async () => {
    expect((await words('auth can-i create pods')).stdout).toBe('yes\n');
    const { code, stdout } = await words('auth can-i create pods --as=jane');
    expect([code, stdout]).toEqual([1, 'no\n']);
    expect((await words('auth can-i --list')).code).toBe(0);
  });

  test('diff and server-side apply', async () => {
    const changed = manifest.replace('replicas: 2', 'replicas: 4');
    const { code, stdout } = await words('diff -f -', changed);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^\+ {2}replicas: 4$/m);
    const applied = await words('apply --server-side -f -', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ssa}\ndata: {a: b}\n');
    expect(applied.stdout).toBe('configmap/ssa serverside-applied\n');
  });
});
