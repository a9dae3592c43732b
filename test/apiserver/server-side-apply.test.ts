import { describe, expect, test } from 'vitest';
import { fieldsOf, fieldTree, toFieldsV1 } from '../../src/apiserver/field-sets.ts';
import type { KubeObject } from '../../src/machinery/object.ts';
import { patchTypeOf } from '../../src/machinery/patch-merge-keys.ts';
import { MERGE, type TestServer, testServer } from './harness.ts';

const PATH = '/api/v1/namespaces/default/configmaps/s';
const DEPLOYMENT = '/apis/apps/v1/namespaces/default/deployments/web';
const APPLY = 'application/apply-patch+yaml';
const config = (data: Record<string, string>): unknown => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 's' }, data });
const by = (fieldManager: string, force = ''): { contentType: string; query: Record<string, string> } => ({
  contentType: APPLY,
  query: { fieldManager, ...(force ? { force } : {}) },
});

const managers = ({ metadata }: KubeObject): string[] =>
  (metadata.managedFields ?? []).map(({ manager, operation }) => `${manager}:${operation}`);

async function start(): Promise<TestServer> {
  const server = await testServer();
  await server.ok('PATCH', PATH, config({ owner: 'a', shared: '1' }), by('kubectl'));
  return server;
}

describe('server-side apply', () => {
  test('of what is missing needs the permission to create', async () => {
    const server = await testServer();
    const rbac = '/apis/rbac.authorization.k8s.io/v1';
    await server.ok('POST', `${rbac}/clusterroles`, {
      metadata: { name: 'p' },
      rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['patch'] }],
    });
    await server.ok('POST', `${rbac}/clusterrolebindings`, {
      metadata: { name: 'p' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'p' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'bob' }],
    });
    const bob = { credentials: { certificate: { commonName: 'bob', organizations: [] } } };
    expect(await server.refused('PATCH', PATH, config({ a: '1' }), { ...by('kubectl'), ...bob })).toBe(
      'configmaps "s" is forbidden: User "bob" cannot create resource "configmaps" in API group "" in the namespace "default"',
    );
    await server.ok('PATCH', PATH, config({ a: '1' }), by('kubectl'));
    await server.ok('PATCH', PATH, config({ b: '1' }), { ...by('bob'), ...bob });
  });

  test('creates what is missing, and applying it again changes nothing', async () => {
    const server = await testServer();
    const response = await server.request(
      'PATCH',
      PATH,
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: s}\ndata: {a: "1"}\n',
      by('kubectl'),
    );
    expect(response.code).toBe(201);
    expect((response.body as KubeObject).metadata.managedFields).toEqual([
      {
        manager: 'kubectl',
        operation: 'Apply',
        apiVersion: 'v1',
        time: '2026-11-20T12:00:00Z',
        fieldsType: 'FieldsV1',
        fieldsV1: { 'f:data': { 'f:a': {} } },
      },
    ]);
    server.clock.at += 60_000;
    expect(await server.ok('PATCH', PATH, config({ a: '1' }), by('kubectl'))).toEqual(response.body);
  });

  test('conflicts with who wants another value, unless forced', async () => {
    const { refused, ok } = await start();
    expect(await refused('PATCH', PATH, config({ shared: '2' }), by('other'))).toBe(
      'Apply failed with 1 conflict: conflict with "kubectl": .data.shared',
    );
    const forced = await ok('PATCH', PATH, config({ shared: '2' }), by('other', 'true'));
    expect(forced.data).toEqual({ owner: 'a', shared: '2' });
    expect(managers(forced)).toEqual(['kubectl:Apply', 'other:Apply']);
  });

  test('removes what its manager no longer wants', async () => {
    const { ok } = await start();
    expect((await ok('PATCH', PATH, config({ shared: '1' }), by('kubectl'))).data).toEqual({ shared: '1' });
  });

  test('leaves what another manager wants too', async () => {
    const { ok } = await start();
    await ok('PATCH', PATH, config({ shared: '1' }), by('other'));
    expect((await ok('PATCH', PATH, config({ owner: 'a' }), by('kubectl'))).data).toEqual({ owner: 'a', shared: '1' });
  });

  test('other writes take over what they change', async () => {
    const { ok, refused } = await start();
    const edited = await ok('PATCH', PATH, { data: { shared: '5' } }, { ...MERGE, query: { fieldManager: 'kubectl-edit' } });
    expect(managers(edited)).toEqual(['kubectl:Apply', 'kubectl-edit:Update']);
    expect(await refused('PATCH', PATH, config({ owner: 'a', shared: '1' }), by('kubectl'))).toBe(
      'Apply failed with 1 conflict: conflict with "kubectl-edit" using v1: .data.shared',
    );
  });

  test('what an update takes away belongs to nobody any more, and the same update again writes nothing', async () => {
    const server = await testServer();
    await server.ok(
      'POST',
      '/api/v1/namespaces/default/configmaps',
      { metadata: { name: 's' }, data: { a: '1' } },
      { query: { fieldManager: 'maker' } },
    );
    const mine = { ...MERGE, query: { fieldManager: 'me' } };
    await server.ok('PATCH', PATH, { metadata: { labels: { x: 'y', z: 'y' } } }, mine);
    const without = await server.ok('PATCH', PATH, { metadata: { labels: { x: null } } }, mine);
    expect(without.metadata.managedFields?.find(({ manager }) => manager === 'me')).toMatchObject({
      fieldsV1: { 'f:metadata': { 'f:labels': { '.': {}, 'f:z': {} } } },
    });
    const again = await server.ok('PATCH', PATH, { data: { a: '1' } }, mine);
    expect(again.metadata.resourceVersion).toBe(without.metadata.resourceVersion);
  });

  test('needs a manager', async () => {
    const { refused } = await testServer();
    expect(await refused('PATCH', PATH, config({}), { contentType: APPLY })).toBe(
      'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
    );
  });

  // Messages of structured-merge-diff's validation, as its typed/validate.go writes them.
  test.each([
    [{ replicas: 'x' }, '.spec.replicas: expected numeric (int or float), got string'],
    [{ paused: 'yes' }, '.spec.paused: expected boolean, got &{yes}'],
    [{ foo: 1 }, '.spec.foo: field not declared in schema'],
    [{ selector: [] }, '.spec.selector: expected map, got &{[]}'],
    [
      { template: { spec: { containers: [{ name: 'c', imag: 'nginx' }], nodeSelector: { a: 1 } } } },
      'errors:\n  .spec.template.spec.containers[name="c"].imag: field not declared in schema\n  .spec.template.spec.nodeSelector.a: expected string, got &value.valueUnstructured{Value:1}',
    ],
    [
      { template: { spec: { containers: [{ name: 'c', args: [true] }] } } },
      '.spec.template.spec.containers[name="c"].args[0]: expected string, got &value.valueUnstructured{Value:true}',
    ],
    [
      { template: { spec: { containers: [{ name: 'c' }, { name: 'c' }] } } },
      '.spec.template.spec.containers: duplicate entries for key [name="c"]',
    ],
  ])('a configuration whose spec is %o has no type', async (spec, errors) => {
    const server = await testServer();
    const wrong = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'default' }, spec };
    expect(await server.request('PATCH', DEPLOYMENT, wrong, by('kubectl'))).toMatchObject({
      code: 500,
      body: { message: `failed to create typed patch object (default/web; apps/v1, Kind=Deployment): ${errors}` },
    });
  });

  test('containers are owned one by one', async () => {
    const { ok, refused } = await testServer();
    const deployment = (image: string, name = 'c'): unknown => ({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web' },
      spec: {
        selector: { matchLabels: { app: 'web' } },
        template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name, image }] } },
      },
    });
    await ok('PATCH', DEPLOYMENT, deployment('nginx:1'), by('a'));
    expect(await refused('PATCH', DEPLOYMENT, deployment('nginx:2'), by('b'))).toBe(
      'Apply failed with 1 conflict: conflict with "a": .spec.template.spec.containers[name="c"].image',
    );
    const both = await ok('PATCH', DEPLOYMENT, deployment('redis', 'd'), by('b'));
    const names = (object: KubeObject): string[] =>
      (object.spec as { template: { spec: { containers: { name: string }[] } } }).template.spec.containers.map(({ name }) => name);
    expect(names(both)).toEqual(['c', 'd']);
    expect(names(await ok('PATCH', DEPLOYMENT, deployment('nginx:1', 'e'), by('a')))).toEqual(['d', 'e']);
  });
});

describe('who owns which field', () => {
  const owners = (object: KubeObject): Record<string, unknown> =>
    Object.fromEntries(
      (object.metadata.managedFields ?? []).map(({ manager, operation, subresource, fieldsV1 }) => [
        `${manager} ${operation}${subresource ? ` ${subresource}` : ''}`,
        fieldsV1,
      ]),
    );
  const manager = (fieldManager: string, more: object = {}): object => ({ query: { fieldManager }, managedFields: true, ...more });
  const deployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', labels: { app: 'web' } },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: { containers: [{ name: 'web', image: 'nginx', ports: [{ containerPort: 80 }] }] },
      },
    },
  };

  test('who creates an object owns what it says and its defaults', async () => {
    const { ok } = await testServer();
    const made = await ok('POST', '/apis/apps/v1/namespaces/default/deployments', deployment, manager('kubectl-create'));
    expect(owners(made)).toEqual({
      'kubectl-create Update': {
        'f:metadata': { 'f:labels': { '.': {}, 'f:app': {} } },
        'f:spec': {
          'f:progressDeadlineSeconds': {},
          'f:replicas': {},
          'f:revisionHistoryLimit': {},
          'f:selector': {},
          'f:strategy': { 'f:rollingUpdate': { '.': {}, 'f:maxSurge': {}, 'f:maxUnavailable': {} }, 'f:type': {} },
          'f:template': {
            'f:metadata': { 'f:labels': { '.': {}, 'f:app': {} } },
            'f:spec': {
              'f:containers': {
                'k:{"name":"web"}': {
                  '.': {},
                  'f:image': {},
                  'f:imagePullPolicy': {},
                  'f:name': {},
                  'f:ports': {
                    '.': {},
                    'k:{"containerPort":80,"protocol":"TCP"}': { '.': {}, 'f:containerPort': {}, 'f:protocol': {} },
                  },
                  'f:resources': {},
                  'f:terminationMessagePath': {},
                  'f:terminationMessagePolicy': {},
                },
              },
              'f:dnsPolicy': {},
              'f:restartPolicy': {},
              'f:schedulerName': {},
              'f:securityContext': {},
              'f:terminationGracePeriodSeconds': {},
            },
          },
        },
      },
    });
  });

  test('scaling takes the replicas over, as a manager of that subresource', async () => {
    const { ok } = await testServer();
    await ok('POST', '/apis/apps/v1/namespaces/default/deployments', deployment, manager('kubectl-create'));
    await ok('PATCH', `${DEPLOYMENT}/scale`, { spec: { replicas: 5 } }, manager('kubectl-scale', MERGE));
    const after = owners(await ok('GET', DEPLOYMENT));
    expect(after['kubectl-scale Update scale']).toEqual({ 'f:spec': { 'f:replicas': {} } });
    expect((after['kubectl-create Update'] as { 'f:spec': object })['f:spec']).not.toHaveProperty('f:replicas');
  });

  test('the address of a Service and what admission adds belong to nobody', async () => {
    const { ok } = await testServer();
    const service = await ok(
      'POST',
      '/api/v1/namespaces/default/services',
      { metadata: { name: 'web' }, spec: { selector: { app: 'web' }, ports: [{ port: 80 }] } },
      manager('kubectl-expose'),
    );
    expect(owners(service)).toEqual({
      'kubectl-expose Update': {
        'f:spec': {
          'f:internalTrafficPolicy': {},
          'f:ports': { '.': {}, 'k:{"port":80,"protocol":"TCP"}': { '.': {}, 'f:port': {}, 'f:protocol': {}, 'f:targetPort': {} } },
          'f:selector': {},
          'f:sessionAffinity': {},
          'f:type': {},
        },
      },
    });
  });

  test('who applies what somebody else has created meets a conflict that names them', async () => {
    const { ok, refused } = await testServer();
    await ok('POST', '/api/v1/namespaces/default/configmaps', config({ shared: '1' }), manager('kubectl-client-side-apply'));
    expect(await refused('PATCH', PATH, config({ shared: '2' }), by('kubectl'))).toBe(
      'Apply failed with 1 conflict: conflict with "kubectl-client-side-apply" using v1: .data.shared',
    );
  });

  test('kubectl goes over from client-side apply without a conflict, except where others have changed something', async () => {
    const { ok, refused } = await testServer();
    const applied = JSON.stringify(config({ a: '1', b: '1' }));
    const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': applied };
    const object = { metadata: { name: 's', annotations }, data: { a: '1', b: '1' } };
    await ok('POST', '/api/v1/namespaces/default/configmaps', object, manager('kubectl-client-side-apply'));
    await ok('PATCH', PATH, { data: { b: '9' } }, manager('kubectl-edit', MERGE));
    expect((await ok('PATCH', PATH, config({ a: '2' }), by('kubectl'))).data).toEqual({ a: '2', b: '9' });
    expect(await refused('PATCH', PATH, config({ a: '2', b: '2' }), by('kubectl'))).toBe(
      'Apply failed with 1 conflict: conflict with "kubectl-edit" using v1: .data.b',
    );
  });

  test('managers may be rewritten, and forgotten', async () => {
    const { ok } = await testServer();
    const made = await ok('POST', '/api/v1/namespaces/default/configmaps', config({ a: '1' }), manager('kubectl-client-side-apply'));
    const [entry] = made.metadata.managedFields ?? [];
    const value = [{ ...entry, manager: 'kubectl', operation: 'Apply' }];
    const patch = (managedFields: unknown): [string, string, unknown, object] => [
      'PATCH',
      PATH,
      [{ op: 'replace', path: '/metadata/managedFields', value: managedFields }],
      manager('kubectl', { contentType: 'application/json-patch+json' }),
    ];
    expect(managers(await ok(...(patch(value) as Parameters<typeof ok>)))).toEqual(['kubectl:Apply']);
    expect(managers(await ok(...(patch([{}]) as Parameters<typeof ok>)))).toEqual([]);
  });

  test('what components write is derived for who wants to see it', async () => {
    const { ok } = await testServer();
    const kcm = { credentials: { certificate: { commonName: 'system:kube-controller-manager', organizations: ['system:masters'] } } };
    const labels = { a: 'b' };
    await ok('POST', '/api/v1/namespaces/default/endpoints', { metadata: { name: 'e', labels }, subsets: [] }, kcm);
    const path = '/api/v1/namespaces/default/endpoints/e';
    expect((await ok('GET', path)).metadata.managedFields).toBeUndefined();
    expect(owners(await ok('GET', path, undefined, { managedFields: true }))).toEqual({
      'kube-controller-manager Update': { 'f:metadata': { 'f:labels': { '.': {}, 'f:a': {} } }, 'f:subsets': {} },
    });
  });
});

test('fields are written down the same way at once and one by one', () => {
  const type = patchTypeOf('Pod');
  const container = {
    name: 'c',
    image: 'x',
    ports: [{ containerPort: 80 }, { containerPort: 53, protocol: 'UDP' }],
    resources: {},
    args: ['a'],
  };
  const object = {
    metadata: { labels: { b: '1', a: '2' }, finalizers: ['f'], ownerReferences: [{ uid: 'u', name: 'n' }], annotations: {} },
    spec: {
      containers: [container, { name: 'b', env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'x' } } }] }],
      nodeSelector: { a: 'b' },
    },
    status: { conditions: [{ type: 'Ready', status: 'True' }], podIPs: [], hostIPs: [{ ip: '1' }] },
  };
  expect(fieldTree(object, type)).toEqual(toFieldsV1(fieldsOf(object, type, '', new Set(), true)));
});

test('lists of custom resources merge by the keys that their schema names', async () => {
  const { ok } = await testServer();
  const listeners = {
    type: 'array',
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['name'],
    items: { type: 'object', required: ['name'], properties: { name: { type: 'string' }, port: { type: 'integer' } } },
  };
  const plain = { type: 'array', items: { type: 'string' } };
  const schema = { type: 'object', properties: { spec: { type: 'object', properties: { listeners, plain } } } };
  await ok('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
    metadata: { name: 'gates.x.io' },
    spec: {
      group: 'x.io',
      scope: 'Namespaced',
      names: { plural: 'gates', kind: 'Gate' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } }],
    },
  });
  const path = '/apis/x.io/v1/namespaces/default/gates/g';
  const gate = (spec: object): unknown => ({ apiVersion: 'x.io/v1', kind: 'Gate', metadata: { name: 'g' }, spec });
  await ok('PATCH', path, gate({ listeners: [{ name: 'a', port: 1 }], plain: ['x'] }), by('one'));
  const both = await ok('PATCH', path, gate({ listeners: [{ name: 'b', port: 2 }] }), by('two'));
  expect(both.spec).toEqual({
    listeners: [
      { name: 'a', port: 1 },
      { name: 'b', port: 2 },
    ],
    plain: ['x'],
  });
  expect((await ok('PATCH', path, gate({ listeners: [] }), by('two'))).spec).toEqual({ listeners: [{ name: 'a', port: 1 }], plain: ['x'] });
});
