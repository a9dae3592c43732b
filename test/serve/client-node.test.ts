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
