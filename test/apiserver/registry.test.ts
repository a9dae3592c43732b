import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../src/machinery/object.ts';
import { JSON_PATCH, MERGE, pod, testServer } from './harness.ts';

const CONFIGMAPS = '/api/v1/namespaces/default/configmaps';
const PODS = '/api/v1/namespaces/default/pods';

describe('the registry', () => {
  test('gives a new object its identity', async () => {
    const { ok } = await testServer();
    const created = await ok('POST', CONFIGMAPS, { metadata: { name: 'a' }, data: { k: '1' } });
    expect(created).toMatchObject({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'a', namespace: 'default', creationTimestamp: '2026-11-20T12:00:00Z' },
      data: { k: '1' },
    });
    expect(created.metadata.uid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(await ok('GET', `${CONFIGMAPS}/a`)).toEqual(created);
  });

  test('draws a name for generateName', async () => {
    const { ok } = await testServer();
    const created = await ok('POST', CONFIGMAPS, { metadata: { generateName: 'web-' } });
    expect(created.metadata.name).toMatch(/^web-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
  });

  test.each([
    ['a missing object', 'GET', `${CONFIGMAPS}/none`, undefined, 404, 'configmaps "none" not found'],
    ['a second create', 'POST', CONFIGMAPS, { metadata: { name: 'a' } }, 409, 'configmaps "a" already exists'],
    ['a missing namespace', 'POST', '/api/v1/namespaces/nope/configmaps', { metadata: { name: 'a' } }, 404, 'namespaces "nope" not found'],
    [
      'an unknown resource',
      'GET',
      '/api/v1/namespaces/default/widgets',
      undefined,
      404,
      'the server could not find the requested resource',
    ],
    [
      'another name than the URL',
      'PUT',
      `${CONFIGMAPS}/a`,
      { metadata: { name: 'b' } },
      400,
      'the name of the object (b) does not match the name on the URL (a)',
    ],
    [
      'a stale resourceVersion',
      'PUT',
      `${CONFIGMAPS}/a`,
      { metadata: { name: 'a', resourceVersion: '1' } },
      409,
      'Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again',
    ],
    [
      'the default namespace',
      'DELETE',
      '/api/v1/namespaces/default',
      undefined,
      403,
      'namespaces "default" is forbidden: this namespace may not be deleted',
    ],
  ] as const)('refuses %s', async (_what, method, path, body, code, message) => {
    const { ok, request } = await testServer();
    await ok('POST', CONFIGMAPS, { metadata: { name: 'a' } });
    const response = await request(method, path, body);
    expect([response.code, (response.body as { message: string }).message]).toEqual([code, message]);
  });

  test('bumps the generation when the spec changes, not when labels do', async () => {
    const { ok } = await testServer();
    const path = '/apis/apps/v1/namespaces/default/deployments';
    const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'nginx' }] } };
    await ok('POST', path, { metadata: { name: 'web' }, spec: { selector: { matchLabels: { app: 'web' } }, template } });
    const labelled = await ok('PATCH', `${path}/web`, { metadata: { labels: { a: 'b' } } }, MERGE);
    expect(labelled.metadata.generation).toBe(1);
    const scaled = await ok('PATCH', `${path}/web`, { spec: { replicas: 3 } }, MERGE);
    expect(scaled.metadata.generation).toBe(2);
  });

  test('keeps status and spec apart', async () => {
    const { ok } = await testServer();
    await ok('POST', PODS, pod('web'));
    const written = await ok('PATCH', `${PODS}/web`, { status: { phase: 'Running' }, metadata: { labels: { x: 'y' } } }, MERGE);
    expect(written.status).not.toMatchObject({ phase: 'Running' });
    const status = await ok('PATCH', `${PODS}/web/status`, { status: { phase: 'Running' }, spec: { nodeName: 'n' } }, MERGE);
    expect(status).toMatchObject({ status: { phase: 'Running' } });
    expect(status.spec).not.toHaveProperty('nodeName');
  });

  test('a change that changes nothing writes nothing', async () => {
    const { ok } = await testServer();
    const created = await ok('POST', CONFIGMAPS, { metadata: { name: 'a' }, data: { k: '1' } });
    expect(await ok('PATCH', `${CONFIGMAPS}/a`, { data: { k: '1' } }, MERGE)).toBe(created);
  });

  test('JSON patches apply in order', async () => {
    const { ok } = await testServer();
    await ok('POST', CONFIGMAPS, { metadata: { name: 'a' }, data: { k: '1' } });
    const operations = [
      { op: 'test', path: '/data/k', value: '1' },
      { op: 'replace', path: '/data/k', value: '2' },
      { op: 'add', path: '/data/l', value: '3' },
    ];
    expect((await ok('PATCH', `${CONFIGMAPS}/a`, operations, JSON_PATCH)).data).toEqual({ k: '2', l: '3' });
  });

  test('deletes what exists, and reports it', async () => {
    const { ok, refused } = await testServer();
    const { metadata } = await ok('POST', CONFIGMAPS, { metadata: { name: 'a' } });
    expect(await ok('DELETE', `${CONFIGMAPS}/a`)).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Success',
      details: { name: 'a', kind: 'configmaps', uid: metadata.uid },
    });
    expect(await refused('GET', `${CONFIGMAPS}/a`)).toBe('configmaps "a" not found');
  });
});

describe('binding', () => {
  test('sets the node and the PodScheduled condition, and indexes the Pod by node', async () => {
    const { ok, store, refused } = await testServer();
    await ok('POST', PODS, pod('web'));
    await ok('POST', `${PODS}/web/binding`, { metadata: { name: 'web' }, target: { kind: 'Node', name: 'node-1' } });
    const bound = await ok('GET', `${PODS}/web`);
    expect(bound.spec).toMatchObject({ nodeName: 'node-1' });
    expect((bound.status as { conditions: unknown[] }).conditions).toContainEqual(
      expect.objectContaining({ type: 'PodScheduled', status: 'True', lastTransitionTime: '2026-11-20T12:00:00Z' }),
    );
    expect([...store.keys('/kubemu/index/pods/node/')]).toEqual(['/kubemu/index/pods/node/node-1/default/web']);
    const list = (await ok('GET', '/api/v1/pods?fieldSelector=spec.nodeName%3Dnode-1')) as unknown as { items: unknown[] };
    expect(list.items).toEqual([bound]);
    expect(await refused('POST', `${PODS}/web/binding`, { target: { name: 'node-2' } })).toBe(
      'Operation cannot be fulfilled on pods/binding "web": pod web is already assigned to node "node-1"',
    );
  });
});

describe('tables', () => {
  test('rows carry the columns of the kind', async () => {
    const { ok } = await testServer();
    await ok('POST', CONFIGMAPS, { metadata: { name: 'a' }, data: { k: '1' } });
    const table = (await ok('GET', `${CONFIGMAPS}?includeObject=None`, undefined, {
      accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json',
    })) as unknown as { kind: string; rows: { cells: unknown[]; object?: unknown }[] };
    expect(table.kind).toBe('Table');
    expect(table.rows[0]?.cells[0]).toBe('a');
    expect(table.rows[0]?.object).toBeUndefined();
  });
});

describe('an update of what is missing', () => {
  test('creates it where the kind allows that', async () => {
    const { request } = await testServer();
    const path = '/api/v1/namespaces/default/services/web';
    const { code, body } = await request('PUT', path, { metadata: { name: 'web' }, spec: { ports: [{ port: 80 }] } });
    expect(code).toBe(201);
    expect((body as KubeObject).spec).toMatchObject({ type: 'ClusterIP' });
  });

  test('is refused elsewhere, and when it asks for one that was', async () => {
    const { refused } = await testServer();
    expect(await refused('PUT', '/api/v1/namespaces/default/configmaps/c', { metadata: { name: 'c' } })).toBe('configmaps "c" not found');
    const old = { metadata: { name: 'web', resourceVersion: '5' }, spec: { ports: [{ port: 80 }] } };
    expect(await refused('PUT', '/api/v1/namespaces/default/services/web', old)).toBe('services "web" not found');
  });
});
