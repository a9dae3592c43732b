import { describe, expect, test } from 'vitest';
import { DialError, type Dialer } from '../../src/machinery/dialer.ts';
import type { ApiRequest } from '../../src/machinery/http.ts';
import { MERGE, pod, STRATEGIC, type TestServer, testServer } from './harness.ts';

const PODS = '/api/v1/namespaces/default/pods';

function kubelet(asked: ApiRequest[], answer: { code: number; body: unknown } = { code: 200, body: 'line\n' }): Dialer {
  return {
    connect: async (_from, host, port) => ({
      address: host,
      port,
      reads: [],
      api: async (request) => {
        asked.push(request);
        return answer;
      },
    }),
    resolve: () => ({ addresses: [], reads: [] }),
  };
}

async function withPod(dialer: Dialer | undefined, containers: unknown[], bound = true): Promise<TestServer> {
  const server = await testServer(dialer ? { dialer } : {});
  await server.ok('POST', '/api/v1/nodes', { metadata: { name: 'n' } });
  const addresses = [
    { type: 'Hostname', address: 'n' },
    { type: 'InternalIP', address: '172.18.0.3' },
  ];
  await server.ok('PATCH', '/api/v1/nodes/n/status', { status: { addresses } }, MERGE);
  await server.ok('POST', PODS, pod('web', { containers, initContainers: [{ name: 'init', image: 'busybox' }] }));
  if (bound) await server.ok('POST', `${PODS}/web/binding`, { target: { name: 'n' } });
  return server;
}

const ONE = [{ name: 'c', image: 'nginx' }];
const TWO = [
  { name: 'a', image: 'nginx' },
  { name: 'b', image: 'nginx' },
];

test('a Binding of the older form binds the Pod of its name', async () => {
  const { ok } = await withPod(undefined, ONE, false);
  await ok('POST', '/api/v1/namespaces/default/bindings', {
    apiVersion: 'v1',
    kind: 'Binding',
    metadata: { name: 'web' },
    target: { name: 'n' },
  });
  expect((await ok('GET', `${PODS}/web`)).spec).toMatchObject({ nodeName: 'n' });
});

test('a Binding gives the Pod the zone and region of its node, and takes back where it was nominated', async () => {
  const { ok, request } = await withPod(undefined, ONE, false);
  await ok('PATCH', '/api/v1/nodes/n', { metadata: { labels: { 'topology.kubernetes.io/zone': 'z1', other: 'x' } } }, MERGE);
  await ok('PATCH', `${PODS}/web/status`, { status: { nominatedNodeName: 'n' } }, MERGE);
  await ok('POST', `${PODS}/web/binding`, { target: { name: 'n' } });
  const { metadata, status } = await ok('GET', `${PODS}/web`);
  expect(metadata.labels).toEqual({ app: 'web', 'topology.kubernetes.io/zone': 'z1' });
  expect(status).not.toHaveProperty('nominatedNodeName');
  await ok('POST', PODS, pod('gated', { containers: ONE, schedulingGates: [{ name: 'wait' }] }));
  const { code, body } = await request('POST', `${PODS}/gated/binding`, { target: { name: 'n' } });
  expect([code, (body as { message: string }).message]).toEqual([
    409,
    'Operation cannot be fulfilled on pods/binding "gated": pod gated has non-empty .spec.schedulingGates',
  ]);
});

describe('logs', () => {
  test('come from the kubelet of the node', async () => {
    const asked: ApiRequest[] = [];
    const { request } = await withPod(kubelet(asked), ONE);
    const response = await request('GET', `${PODS}/web/log?tailLines=2&timestamps=true&follow=false`);
    expect(response.body).toBe('line\n');
    expect(asked).toMatchObject([
      { method: 'GET', path: '/containerLogs/default/web/c', query: { tailLines: ['2'], timestamps: ['true'] } },
    ]);
  });

  test.each([
    [TWO, '', 'a container name must be specified for pod web, choose one of: [a b] or one of the init containers: [init]'],
    [TWO, '?container=z', 'container z is not valid for pod web'],
    [ONE, '?tailLines=-1', 'PodLogOptions "web" is invalid: tailLines: Invalid value: -1: must be greater than or equal to 0'],
  ])('name one container (%#)', async (containers, query, message) => {
    const { refused } = await withPod(kubelet([]), containers);
    expect(await refused('GET', `${PODS}/web/log${query}`)).toBe(message);
  });

  test('are refused in the words of the kubelet', async () => {
    const waiting = 'container "c" in pod "web" is waiting to start: ContainerCreating';
    const { request } = await withPod(kubelet([], { code: 400, body: `${waiting}\n` }), ONE);
    expect((await request('GET', `${PODS}/web/log`)).body).toMatchObject({ code: 400, reason: 'BadRequest', message: waiting });
  });

  test('of a Pod that is on no node are empty', async () => {
    const { request } = await withPod(kubelet([]), ONE, false);
    expect(await request('GET', `${PODS}/web/log`)).toEqual({ code: 200, body: '' });
  });

  test('need a kubelet that answers', async () => {
    const { request } = await withPod(undefined, ONE);
    expect((await request('GET', `${PODS}/web/log?follow=true`)).body).toMatchObject({
      code: 500,
      message:
        'Get "https://172.18.0.3:10250/containerLogs/default/web/c?follow=true": dial tcp 172.18.0.3:10250: connect: connection refused',
    });
  });
});

describe('exec', () => {
  test('runs a command at the kubelet', async () => {
    const asked: ApiRequest[] = [];
    const { ok } = await withPod(kubelet(asked), ONE);
    await ok('POST', `${PODS}/web/exec`, undefined, { query: { command: ['sh', '-c', 'echo a b'], stdout: 'true' } });
    expect(asked).toMatchObject([
      { method: 'POST', path: '/exec/default/web/c', query: { command: ['sh', '-c', 'echo a b'], stdout: ['true'] } },
    ]);
  });

  test('is not for Pods that are done, or nowhere', async () => {
    const server = await withPod(kubelet([]), ONE, false);
    const query = { command: 'ls', stdout: 'true' };
    expect(await server.refused('POST', `${PODS}/web/exec`, undefined, { query })).toBe('pod web does not have a host assigned');
    await server.ok('PATCH', `${PODS}/web/status`, { status: { phase: 'Succeeded' } }, MERGE);
    expect(await server.refused('POST', `${PODS}/web/exec`, undefined, { query })).toBe(
      'cannot exec into a container in a completed pod; current phase is Succeeded',
    );
  });

  test('says that dialing failed', async () => {
    const { refused } = await withPod(undefined, ONE);
    expect(await refused('POST', `${PODS}/web/exec`, undefined, { query: { command: 'ls', stdout: 'true' } })).toBe(
      'error dialing backend: dial tcp 172.18.0.3:10250: connect: connection refused',
    );
    expect(new DialError('refused', 'h', 1, [])).toBeInstanceOf(Error);
  });
});

describe('proxies', () => {
  const web: Dialer = {
    connect: async (_from, host, port) => ({
      address: host,
      port,
      reads: [],
      exchange: async ({ method, path }) => ({ status: 200, reason: 'OK', headers: {}, body: `${method} ${host}:${port}${path}` }),
    }),
    resolve: () => ({ addresses: [], reads: [] }),
  };

  test('reach Pods and Services', async () => {
    const { ok, request } = await testServer({ dialer: web });
    await ok('POST', PODS, pod('web', { containers: [{ name: 'c', image: 'nginx', ports: [{ containerPort: 8080 }] }] }));
    await ok('PATCH', `${PODS}/web/status`, { status: { podIP: '10.244.1.2' } }, MERGE);
    await ok('POST', '/api/v1/namespaces/default/services', {
      metadata: { name: 'web' },
      spec: { clusterIP: '10.96.0.50', ports: [{ name: 'http', port: 80 }] },
    });
    expect((await request('GET', `${PODS}/web/proxy/a/b?c=d`)).body).toBe('GET 10.244.1.2:8080/a/b?c=d');
    expect((await request('GET', `${PODS}/web:81/proxy/`)).body).toBe('GET 10.244.1.2:81/');
    expect((await request('GET', '/api/v1/namespaces/default/services/http:web:http/proxy/x')).body).toBe('GET 10.96.0.50:80/x');
  });

  test('say that nobody answers', async () => {
    const { ok, refused } = await testServer();
    await ok('POST', PODS, pod('web'));
    await ok('PATCH', `${PODS}/web/status`, { status: { podIP: '10.244.1.2' } }, MERGE);
    expect(await refused('GET', `${PODS}/web/proxy/`)).toBe(
      'error trying to reach service: dial tcp 10.244.1.2:80: connect: connection refused',
    );
  });
});

describe('scale', () => {
  const path = '/apis/apps/v1/namespaces/default/deployments';
  const deployment = {
    metadata: { name: 'web' },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' } }, spec: { containers: ONE } },
    },
  };

  test('is a view of the replicas', async () => {
    const { ok, refused } = await testServer();
    await ok('POST', path, deployment);
    expect(await ok('GET', `${path}/web/scale`)).toMatchObject({
      kind: 'Scale',
      apiVersion: 'autoscaling/v1',
      spec: { replicas: 2 },
      status: { replicas: 0, selector: 'app=web' },
    });
    expect((await ok('PATCH', `${path}/web/scale`, { spec: { replicas: 5 } }, MERGE)).spec).toEqual({ replicas: 5 });
    expect(await ok('GET', `${path}/web`)).toMatchObject({ metadata: { generation: 2 }, spec: { replicas: 5 } });
    expect(await refused('PATCH', `${path}/web/scale`, { spec: { replicas: -1 } }, MERGE)).toBe(
      'Scale.autoscaling "web" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0',
    );
  });

  test('kubectl patch puts a new container first', async () => {
    const { ok } = await testServer();
    await ok('POST', path, deployment);
    const change = { spec: { template: { spec: { containers: [{ name: 'redis', image: 'redis' }] } } } };
    const { spec } = await ok('PATCH', `${path}/web`, change, STRATEGIC);
    const { containers } = (spec as { template: { spec: { containers: { name: string }[] } } }).template.spec;
    expect(containers.map(({ name }) => name)).toEqual(['redis', 'c']);
  });
});
