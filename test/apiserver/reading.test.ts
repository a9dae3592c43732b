import { describe, expect, test } from 'vitest';
import { columnName } from '../../src/apiserver/column-names.ts';
import type { KubeObject } from '../../src/machinery/object.ts';
import { MERGE, pod, START, testServer } from './harness.ts';

const CONFIGMAPS = '/api/v1/namespaces/default/configmaps';
type List = { items: KubeObject[]; metadata: { resourceVersion: string; continue?: string; remainingItemCount?: number } };

describe('lists', () => {
  test('come in pages that lead on to the next', async () => {
    const { ok } = await testServer();
    for (const name of ['a', 'b', 'c', 'd', 'e']) await ok('POST', CONFIGMAPS, { metadata: { name } });
    const names: string[] = [];
    const left: (number | undefined)[] = [];
    for (let token = ''; ; ) {
      const page = (await ok('GET', CONFIGMAPS, undefined, { query: { limit: '2', continue: token } })) as unknown as List;
      names.push(...page.items.map(({ metadata }) => metadata.name));
      left.push(page.metadata.remainingItemCount);
      token = page.metadata.continue ?? '';
      if (!token) break;
    }
    expect(names).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(left).toEqual([3, 1, undefined]);
  });

  test('come in pages that show what the first one saw', async () => {
    const { ok } = await testServer();
    for (const name of ['a', 'b', 'c', 'd']) await ok('POST', CONFIGMAPS, { metadata: { name } });
    const first = (await ok('GET', CONFIGMAPS, undefined, { query: { limit: '2' } })) as unknown as List;
    await ok('DELETE', `${CONFIGMAPS}/c`);
    await ok('POST', CONFIGMAPS, { metadata: { name: 'bb' } });
    await ok('PATCH', `${CONFIGMAPS}/d`, { data: { x: 'y' } }, MERGE);
    const query = { limit: '2', continue: first.metadata.continue ?? '' };
    const second = (await ok('GET', CONFIGMAPS, undefined, { query })) as unknown as List;
    expect(second.items.map(({ metadata, ...rest }) => [metadata.name, (rest as { data?: object }).data])).toEqual([
      ['c', undefined],
      ['d', undefined],
    ]);
    expect(second.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
  });

  test('of a revision show exactly that, if asked to', async () => {
    const { ok, refused } = await testServer();
    const { metadata } = await ok('POST', CONFIGMAPS, { metadata: { name: 'a' } });
    await ok('POST', CONFIGMAPS, { metadata: { name: 'b' } });
    const resourceVersion = metadata.resourceVersion;
    const names = async (query: Record<string, string>): Promise<string[]> =>
      ((await ok('GET', CONFIGMAPS, undefined, { query })) as unknown as List).items.map((one) => one.metadata.name);
    expect(await names({ resourceVersion, resourceVersionMatch: 'Exact' })).toEqual(['a']);
    expect(await names({ resourceVersion, resourceVersionMatch: 'NotOlderThan' })).toEqual(['a', 'b']);
    expect(await refused('GET', CONFIGMAPS, undefined, { query: { resourceVersionMatch: 'Exact' } })).toBe(
      'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided',
    );
    expect(await refused('GET', CONFIGMAPS, undefined, { query: { resourceVersion: '99999' } })).toMatch(
      /^Too large resource version: 99999, current: \d+$/,
    );
  });

  test.each([
    ['labelSelector', 'app in (x', "unable to parse requirement: found '', expected: ',' or ')'"],
    ['fieldSelector', 'data.k=v', '"data.k" is not a known field selector: only "metadata.name", "metadata.namespace"'],
  ])('refuse a %s that makes no sense', async (option, selector, message) => {
    const { refused } = await testServer();
    expect(await refused('GET', CONFIGMAPS, undefined, { query: { [option]: selector } })).toBe(message);
  });

  test('Pods know the fields that users select by', async () => {
    const { ok, refused } = await testServer();
    await ok('POST', '/api/v1/namespaces/default/pods', pod('web'));
    const list = async (fieldSelector: string): Promise<number> =>
      ((await ok('GET', '/api/v1/pods', undefined, { query: { fieldSelector } })) as unknown as List).items.length;
    expect(await list('status.phase=Pending')).toBe(1);
    expect(await list('status.phase!=Pending')).toBe(0);
    expect(await list('metadata.name=web,spec.nodeName=')).toBe(1);
    expect(await refused('GET', '/api/v1/pods', undefined, { query: { fieldSelector: 'spec.foo=x' } })).toBe(
      'field label not supported: spec.foo',
    );
  });

  test('by owner come from the index', async () => {
    const { ok, store } = await testServer();
    const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'o', uid: 'u-1' };
    await ok('POST', CONFIGMAPS, { metadata: { name: 'a', ownerReferences: [owner] } });
    await ok('POST', CONFIGMAPS, { metadata: { name: 'b' } });
    const list = (await ok('GET', '/api/v1/configmaps?fieldSelector=metadata.ownerReferences.uid=u-1')) as unknown as List;
    expect(list.items.map(({ metadata }) => metadata.name)).toEqual(['a']);
    expect([...store.keys('/kubemu/index/configmaps/')]).toEqual(['/kubemu/index/configmaps/owner/u-1/default/a']);
    await ok('DELETE', `${CONFIGMAPS}/a`);
    expect([...store.keys('/kubemu/index/configmaps/')]).toEqual([]);
  });

  test('can be metadata alone', async () => {
    const { ok } = await testServer();
    await ok('POST', CONFIGMAPS, { metadata: { name: 'a' }, data: { k: 'v' } });
    const accept = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';
    const list = (await ok('GET', CONFIGMAPS, undefined, { accept })) as unknown as List & { kind: string };
    expect(list.kind).toBe('PartialObjectMetadataList');
    expect(list.items[0]).not.toHaveProperty('data');
  });
});

describe('watches', () => {
  test.each([
    [{ sendInitialEvents: 'true' }, 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'],
    [{ resourceVersionMatch: 'NotOlderThan' }, 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided'],
  ])('with %j make no sense', async (query, why) => {
    const { refused } = await testServer();
    expect(await refused('GET', CONFIGMAPS, undefined, { query: { watch: 'true', ...query } })).toBe(
      `ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: ${why}`,
    );
  });

  test('tell what changed since a revision, and go on', async () => {
    let steps = 0;
    const server = await testServer({
      pass: async (clock) => {
        steps++;
        clock.at += 10_000;
        if (steps === 1) await server.ok('DELETE', `${CONFIGMAPS}/a`);
      },
    });
    const { resourceVersion } = ((await server.ok('GET', CONFIGMAPS)) as unknown as List).metadata;
    await server.ok('POST', CONFIGMAPS, { metadata: { name: 'a' } });
    await server.ok('PATCH', `${CONFIGMAPS}/a`, { data: { k: 'v' } }, MERGE);
    const { events } = await server.request('GET', CONFIGMAPS, undefined, {
      query: { watch: 'true', resourceVersion, timeoutSeconds: '30' },
    });
    const seen: string[] = [];
    for await (const { type, object } of events ?? []) seen.push(`${type} ${(object as KubeObject).metadata.name}`);
    expect(seen).toEqual(['ADDED a', 'MODIFIED a', 'DELETED a']);
    expect(server.clock.at).toBe(START + 30_000);
  });

  test('by selector add what begins to match and delete what ceases to', async () => {
    const server = await testServer();
    const { resourceVersion } = ((await server.ok('GET', CONFIGMAPS)) as unknown as List).metadata;
    await server.ok('POST', CONFIGMAPS, { metadata: { name: 'a' } });
    await server.ok('PATCH', `${CONFIGMAPS}/a`, { metadata: { labels: { on: 'yes' } } }, MERGE);
    await server.ok('PATCH', `${CONFIGMAPS}/a`, { metadata: { labels: { on: 'no' } } }, MERGE);
    const { events } = await server.request('GET', CONFIGMAPS, undefined, {
      query: { watch: '1', resourceVersion, labelSelector: 'on=yes' },
    });
    const seen: string[] = [];
    for await (const { type } of events ?? []) seen.push(type);
    expect(seen).toEqual(['ADDED', 'DELETED']);
  });

  test('start with everything, and say when that is over', async () => {
    const server = await testServer();
    await server.ok('POST', CONFIGMAPS, { metadata: { name: 'a' } });
    const query = { watch: 'true', sendInitialEvents: 'true', allowWatchBookmarks: 'true', resourceVersionMatch: 'NotOlderThan' };
    const { events } = await server.request('GET', CONFIGMAPS, undefined, { query });
    const seen: unknown[] = [];
    for await (const event of events ?? []) seen.push(event);
    expect(seen).toEqual([
      { type: 'ADDED', object: expect.objectContaining({ kind: 'ConfigMap' }) },
      {
        type: 'BOOKMARK',
        object: expect.objectContaining({ metadata: expect.objectContaining({ annotations: { 'k8s.io/initial-events-end': 'true' } }) }),
      },
    ]);
  });

  test('from a revision that is forgotten get 410', async () => {
    const server = await testServer();
    await server.ok('POST', CONFIGMAPS, { metadata: { name: 'a' } });
    for (let i = 0; i < 1100; i++) await server.ok('PATCH', `${CONFIGMAPS}/a`, { data: { k: String(i) } }, MERGE);
    const { events } = await server.request('GET', CONFIGMAPS, undefined, { query: { watch: 'true', resourceVersion: '2' } });
    const seen: unknown[] = [];
    for await (const event of events ?? []) seen.push(event);
    expect(seen).toEqual([
      {
        type: 'ERROR',
        object: expect.objectContaining({
          code: 410,
          reason: 'Expired',
          message: expect.stringMatching(/^too old resource version: 2 \(\d+\)$/),
        }),
      },
    ]);
  });
});

describe('discovery', () => {
  test('lists groups, versions and resources', async () => {
    const { ok } = await testServer();
    expect(await ok('GET', '/api')).toMatchObject({ kind: 'APIVersions', versions: ['v1'] });
    const groups = (await ok('GET', '/apis')) as unknown as { groups: { name: string; preferredVersion: { version: string } }[] };
    expect(groups.groups.find(({ name }) => name === 'autoscaling')?.preferredVersion.version).toBe('v2');
    const { resources } = (await ok('GET', '/apis/apps/v1')) as unknown as {
      resources: { name: string; shortNames?: string[]; kind: string }[];
    };
    expect(resources.map(({ name }) => name)).toContain('deployments/scale');
    expect(resources.find(({ name }) => name === 'deployments')).toEqual({
      name: 'deployments',
      singularName: 'deployment',
      namespaced: true,
      kind: 'Deployment',
      verbs: ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'],
      shortNames: ['deploy'],
      categories: ['all'],
    });
    expect(resources.find(({ name }) => name === 'deployments/scale')).toMatchObject({
      group: 'autoscaling',
      version: 'v1',
      kind: 'Scale',
    });
  });

  test('is one document for who asks for that', async () => {
    const { ok } = await testServer();
    const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
    const list = (await ok('GET', '/apis', undefined, { accept })) as unknown as { kind: string; items: { metadata: { name: string } }[] };
    expect(list.kind).toBe('APIGroupDiscoveryList');
    expect(list.items.map(({ metadata }) => metadata.name)).toContain('apps');
  });

  test('version and health', async () => {
    const { ok, request, refused } = await testServer();
    expect(await ok('GET', '/version')).toMatchObject({ major: '1', minor: '36', gitVersion: 'v1.36.0' });
    for (const path of ['/healthz', '/livez', '/readyz']) expect((await request('GET', path)).body).toBe('ok');
    expect(await refused('GET', '/apis/example.com/v1')).toBe('the server could not find the requested resource');
  });
});

describe('a kind at two versions', () => {
  const HPAS = (version: string): string => `/apis/autoscaling/${version}/namespaces/default/horizontalpodautoscalers`;
  const target = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };

  test('is one object, read and written at either', async () => {
    const { ok } = await testServer();
    const created = await ok('POST', HPAS('v1'), {
      metadata: { name: 'web' },
      spec: { maxReplicas: 3, scaleTargetRef: target, targetCPUUtilizationPercentage: 50 },
    });
    expect(created).toMatchObject({ apiVersion: 'autoscaling/v1', spec: { targetCPUUtilizationPercentage: 50 } });
    expect(await ok('GET', `${HPAS('v2')}/web`)).toMatchObject({
      apiVersion: 'autoscaling/v2',
      spec: { metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } }] },
    });
    await ok('PATCH', `${HPAS('v1')}/web`, { spec: { targetCPUUtilizationPercentage: 80 } }, MERGE);
    const list = (await ok('GET', HPAS('v1'))) as unknown as List;
    expect(list.items).toMatchObject([{ apiVersion: 'autoscaling/v1', spec: { targetCPUUtilizationPercentage: 80, maxReplicas: 3 } }]);
    await ok('DELETE', `${HPAS('v1')}/web`);
  });
});

test.each([
  ['NAME', 'Name'],
  ['UP-TO-DATE', 'Up-to-date'],
  ['NOMINATED NODE', 'Nominated Node'],
  ['PORT(S)', 'Port(s)'],
  ['CLUSTER-IP', 'Cluster-IP'],
  ['STORAGECLASS', 'StorageClass'],
  ['CPU(cores)', 'CPU(cores)'],
])('a table calls the column %s %s', (header, name) => {
  expect(columnName(header)).toBe(name);
});
