// The official client library for Node.js against a served cluster.

import { request } from 'node:http';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { Readable, Writable } from 'node:stream';
import * as k8s from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Serving } from '../../src/cluster/serve.ts';
import { createHome } from './harness.ts';

const home = createHome();
const namespace = 'default';
let serving: Serving;
let config: k8s.KubeConfig;
let core: k8s.CoreV1Api;

beforeAll(async () => {
  serving = await home.start();
  config = new k8s.KubeConfig();
  config.loadFromFile(home.kubeconfig);
  core = config.makeApiClient(k8s.CoreV1Api);
  await core.createNamespacedPod({
    namespace,
    body: { metadata: { name: 'web' }, spec: { containers: [{ name: 'web', image: 'nginx' }] } },
  });
}, 60_000);
afterAll(async () => {
  await serving.close();
  home.remove();
  expect(home.problems).toEqual([]);
});

/** Collects what is written to it. */
function sink(): Writable & { text: string } {
  const collected = new Writable({
    write(chunk, _encoding, done) {
      (collected as Writable & { text: string }).text += String(chunk);
      done();
    },
  }) as Writable & { text: string };
  collected.text = '';
  return collected;
}

describe('@kubernetes/client-node', () => {
  test('creates, lists, patches and deletes', async () => {
    const created = await core.createNamespacedConfigMap({ namespace, body: { metadata: { name: 'a' }, data: { x: '1' } } });
    expect(created.metadata?.uid).toMatch(/^[\da-f-]{36}$/);
    const patch = [{ op: 'replace', path: '/data/x', value: '2' }];
    expect((await core.patchNamespacedConfigMap({ namespace, name: 'a', body: patch })).data).toEqual({ x: '2' });
    expect((await core.listNamespacedConfigMap({ namespace, fieldSelector: 'metadata.name=a' })).items).toHaveLength(1);
    await core.deleteNamespacedConfigMap({ namespace, name: 'a' });
    await expect(core.readNamespacedConfigMap({ namespace, name: 'a' })).rejects.toMatchObject({ code: 404 });
  });

  test('an informer hears of what comes and goes', async () => {
    const heard: string[] = [];
    const informer = k8s.makeInformer(config, `/api/v1/namespaces/${namespace}/secrets`, () => core.listNamespacedSecret({ namespace }));
    informer.on('add', ({ metadata }) => heard.push(`add ${metadata?.name}`));
    informer.on('delete', ({ metadata }) => heard.push(`delete ${metadata?.name}`));
    await informer.start();
    await core.createNamespacedSecret({ namespace, body: { metadata: { name: 's' } } });
    await core.deleteNamespacedSecret({ namespace, name: 's' });
    await vi.waitFor(() => expect(heard).toEqual(['add s', 'delete s']), { timeout: 5000 });
    await informer.stop();
  });

  test('patches of every kind', async () => {
    const labels = { app: 'patched' };
    const apps = config.makeApiClient(k8s.AppsV1Api);
    const template = { metadata: { labels }, spec: { containers: [{ name: 'web', image: 'nginx' }] } };
    await apps.createNamespacedDeployment({
      namespace,
      body: { metadata: { name: 'patched' }, spec: { replicas: 1, selector: { matchLabels: labels }, template } },
    });
    const target = { namespace, name: 'patched' };
    const as = (type: string) => k8s.setHeaderOptions('Content-Type', type);
    const merged = await apps.patchNamespacedDeployment({ ...target, body: { spec: { replicas: 2 } } }, as(k8s.PatchStrategy.MergePatch));
    expect(merged.spec?.replicas).toBe(2);
    const sidecar = { name: 'sidecar', image: 'busybox', command: ['sleep', '1d'] };
    const body = { spec: { template: { spec: { containers: [sidecar] } } } };
    const strategic = await apps.patchNamespacedDeployment({ ...target, body }, as(k8s.PatchStrategy.StrategicMergePatch));
    expect(strategic.spec?.template.spec?.containers.map(({ name }) => name).sort()).toEqual(['sidecar', 'web']);
    const applied = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'patched' }, spec: { replicas: 3 } };
    const apply = { ...target, body: applied, fieldManager: 'test' };
    await expect(apps.patchNamespacedDeployment(apply, as(k8s.PatchStrategy.ServerSideApply))).rejects.toMatchObject({ code: 409 });
    const forced = await apps.patchNamespacedDeployment({ ...apply, force: true }, as(k8s.PatchStrategy.ServerSideApply));
    expect(forced.spec?.replicas).toBe(3);
    const scale = await apps.readNamespacedDeploymentScale(target);
    expect(scale.spec?.replicas).toBe(3);
    await apps.replaceNamespacedDeploymentScale({ ...target, body: { ...scale, spec: { replicas: 0 } } });
    await apps.deleteNamespacedDeployment(target);
  });

  test('long lists come in pages', async () => {
    for (const name of ['p1', 'p2', 'p3'])
      await core.createNamespacedSecret({ namespace, body: { metadata: { name, labels: { in: 'pages' } } } });
    const names: string[] = [];
    let next: string | undefined;
    do {
      const page = await core.listNamespacedSecret({
        namespace,
        labelSelector: 'in=pages',
        limit: 2,
        ...(next ? { _continue: next } : {}),
      });
      names.push(...page.items.map(({ metadata }) => metadata?.name ?? ''));
      next = page.metadata?._continue;
    } while (next);
    expect(names).toEqual(['p1', 'p2', 'p3']);
  });

  test('a watch goes on from a revision, until it is ended', async () => {
    const watch = new k8s.Watch(config);
    const heard: string[] = [];
    const { metadata } = await core.listNamespacedSecret({ namespace });
    const path = `/api/v1/namespaces/${namespace}/secrets`;
    await core.createNamespacedSecret({ namespace, body: { metadata: { name: 'w' } } });
    const ended = new Promise<unknown>((resolve) => {
      void watch
        .watch(
          path,
          { resourceVersion: metadata?.resourceVersion },
          (type, object) => heard.push(`${type} ${object.metadata?.name}`),
          resolve,
        )
        .then(async (controller) => {
          await core.deleteNamespacedSecret({ namespace, name: 'w' });
          await vi.waitFor(() => expect(heard).toEqual(['ADDED w', 'DELETED w']), { timeout: 5000 });
          controller.abort();
        });
    });
    await ended;
  });

  test('custom resources', async () => {
    const definition = {
      metadata: { name: 'widgets.example.com' },
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names: { plural: 'widgets', kind: 'Widget' },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: {
              openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties: { size: { type: 'integer' } } } } },
            },
          },
        ],
      },
    };
    await config.makeApiClient(k8s.ApiextensionsV1Api).createCustomResourceDefinition({ body: definition });
    const custom = config.makeApiClient(k8s.CustomObjectsApi);
    const widgets = { group: 'example.com', version: 'v1', namespace, plural: 'widgets' };
    const widget = { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w' }, spec: { size: 3 } };
    await custom.createNamespacedCustomObject({ ...widgets, body: widget });
    expect((await custom.getNamespacedCustomObject({ ...widgets, name: 'w' })).spec).toEqual({ size: 3 });
    const wrong = { ...widget, metadata: { name: 'x' }, spec: { size: 'large' } };
    await expect(custom.createNamespacedCustomObject({ ...widgets, body: wrong })).rejects.toMatchObject({ code: 422 });
  });

  test('what is refused carries the Status', async () => {
    const body = { metadata: { name: 'Not A Name' } };
    const refusal = await core.createNamespacedConfigMap({ namespace, body }).catch((error: k8s.ApiException<string>) => error);
    const status = JSON.parse((refusal as k8s.ApiException<string>).body);
    expect(status).toMatchObject({ kind: 'Status', code: 422, reason: 'Invalid', details: { kind: 'ConfigMap', name: 'Not A Name' } });
  });

  test('exec carries output, errors, input and the exit code', async () => {
    const [out, err] = [sink(), sink()];
    const command = ['sh', '-c', 'echo hi; cat; echo no >&2; exit 2'];
    const status = await new Promise<k8s.V1Status>((resolve, reject) => {
      new k8s.Exec(config).exec(namespace, 'web', 'web', command, out, err, Readable.from(['typed\n']), false, resolve).catch(reject);
    });
    expect([out.text, err.text]).toEqual(['hi\ntyped\n', 'no\n']);
    expect(status.details?.causes).toEqual([{ reason: 'ExitCode', message: '2' }]);
  });

  test('logs', async () => {
    const out = sink();
    await new k8s.Log(config).log(namespace, 'web', 'web', out, { tailLines: 1 });
    await vi.waitFor(() => expect(out.text).toContain('start worker process'), { timeout: 5000 });
  });

  test('logs that are followed arrive as they are written', async () => {
    const out = sink();
    const container = { name: 'c', image: 'busybox', command: ['sh', '-c', 'while true; do echo tick; sleep 1; done'] };
    await core.createNamespacedPod({ namespace, body: { metadata: { name: 'clock' }, spec: { containers: [container] } } });
    const finished = new Promise((resolve) => out.once('finish', resolve));
    await new k8s.Log(config).log(namespace, 'clock', 'c', out, { follow: true });
    await vi.waitFor(() => expect(out.text).toContain('tick\ntick\ntick\n'), { timeout: 10_000 });
    await core.deleteNamespacedPod({ namespace, name: 'clock', gracePeriodSeconds: 0 });
    await finished;
  });

  test('port-forward leads to what the Pod serves', async () => {
    const forward = new k8s.PortForward(config);
    const sockets: Socket[] = [];
    const server = createServer((socket) => {
      sockets.push(socket);
      void forward.portForward(namespace, 'web', [80], socket, null, socket);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const text = await new Promise<string>((resolve, reject) => {
      const { port } = server.address() as AddressInfo;
      const asked = request({ host: '127.0.0.1', port, path: '/', agent: false }, (reply) => {
        reply.setEncoding('utf8');
        let body = '';
        reply.on('data', (chunk: string) => {
          body += chunk;
        });
        reply.on('end', () => resolve(`${reply.statusCode} ${body}`));
      });
      asked.on('error', reject);
      asked.end();
    });
    expect(text).toMatch(/^200 <!DOCTYPE html>/);
    for (const socket of sockets) socket.destroy();
    server.close();
  });
});
