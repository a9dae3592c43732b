import { describe, expect, test } from 'vitest';
import type { Credentials } from '../../src/machinery/http.ts';
import { ADMIN, pod, type TestServer, testServer } from './harness.ts';

const as = (user: string, groups: readonly string[] = []): { credentials: Credentials } => ({
  credentials: { ...ADMIN, impersonate: { user, groups } },
});
const RBAC = '/apis/rbac.authorization.k8s.io/v1';

const start = async (): Promise<TestServer> => {
  const server = await testServer();
  await server.ok('POST', `${RBAC}/namespaces/default/roles`, {
    metadata: { name: 'pr' },
    rules: [{ apiGroups: [''], resources: ['pods', 'pods/log'], verbs: ['get', 'list', 'watch'] }],
  });
  await server.ok('POST', `${RBAC}/namespaces/default/rolebindings`, {
    metadata: { name: 'prb' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'pr' },
    subjects: [
      { kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'jane' },
      { kind: 'ServiceAccount', name: 'dev', namespace: 'default' },
    ],
  });
  return server;
};

describe('RBAC', () => {
  test.each([
    ['jane', 'list', 'pods', '', 'default', true],
    ['jane', 'delete', 'pods', '', 'default', false],
    ['jane', 'get', 'pods', 'log', 'default', true],
    ['jane', 'get', 'pods', 'exec', 'default', false],
    ['jane', 'get', 'pods', '', 'kube-system', false],
    ['system:serviceaccount:default:dev', 'get', 'pods', '', 'default', true],
    ['system:serviceaccount:kube-system:dev', 'get', 'pods', '', 'default', false],
    ['jane', '*', '*', '', '', false],
  ])('%s may %s %s/%s in %s: %s', async (user, verb, resource, subresource, namespace, allowed) => {
    const { ok } = await start();
    const review = await ok('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', {
      spec: { user, resourceAttributes: { verb, resource, subresource, namespace } },
    });
    expect((review.status as { allowed: boolean }).allowed).toBe(allowed);
  });

  test('asking about oneself answers for oneself', async () => {
    const { ok } = await start();
    const spec = { resourceAttributes: { verb: 'delete', resource: 'nodes' } };
    expect((await ok('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', { spec })).status).toEqual({ allowed: true });
    const { status } = await ok('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {});
    expect(status).toEqual({ userInfo: { username: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated'] } });
  });

  test.each([
    [
      'GET',
      '/api/v1/namespaces/default/pods',
      'pods is forbidden: User "nobody" cannot list resource "pods" in API group "" in the namespace "default"',
    ],
    [
      'GET',
      '/api/v1/namespaces/default/pods/x',
      'pods "x" is forbidden: User "nobody" cannot get resource "pods" in API group "" in the namespace "default"',
    ],
    ['GET', '/api/v1/nodes', 'nodes is forbidden: User "nobody" cannot list resource "nodes" in API group "" at the cluster scope'],
    [
      'GET',
      '/apis/apps/v1/namespaces/default/deployments',
      'deployments.apps is forbidden: User "nobody" cannot list resource "deployments" in API group "apps" in the namespace "default"',
    ],
    [
      'POST',
      '/api/v1/namespaces/default/configmaps',
      'configmaps is forbidden: User "nobody" cannot create resource "configmaps" in API group "" in the namespace "default"',
    ],
    [
      'GET',
      '/api/v1/namespaces/default/pods/x/log',
      'pods "x" is forbidden: User "nobody" cannot get resource "pods/log" in API group "" in the namespace "default"',
    ],
    ['GET', '/metrics', 'forbidden: User "nobody" cannot get path "/metrics"'],
  ] as const)('%s %s says who cannot do what', async (method, path, message) => {
    const { request } = await start();
    const response = await request(method, path, {}, as('nobody'));
    expect([response.code, (response.body as { message: string }).message]).toEqual([403, message]);
  });

  test('a change of a role counts at once', async () => {
    const { ok, request } = await start();
    expect((await request('GET', '/api/v1/namespaces/default/pods', undefined, as('jane'))).code).toBe(200);
    await ok('DELETE', `${RBAC}/namespaces/default/roles/pr`);
    const response = await request('GET', '/api/v1/namespaces/default/pods', undefined, as('jane'));
    expect((response.body as { message: string }).message).toBe(
      'pods is forbidden: User "jane" cannot list resource "pods" in API group "" in the namespace "default": RBAC: role.rbac.authorization.k8s.io "pr" not found',
    );
  });

  test('aggregated roles sum up the roles that they select', async () => {
    const { ok, request } = await start();
    await ok('POST', `${RBAC}/clusterroles`, {
      metadata: { name: 'sum' },
      aggregationRule: { clusterRoleSelectors: [{ matchLabels: { 'to-sum': 'true' } }] },
    });
    await ok('POST', `${RBAC}/clusterrolebindings`, {
      metadata: { name: 'sum' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'sum' },
      subjects: [{ kind: 'Group', apiGroup: 'rbac.authorization.k8s.io', name: 'team' }],
    });
    expect((await request('GET', '/api/v1/nodes', undefined, as('kim', ['team']))).code).toBe(403);
    await ok('POST', `${RBAC}/clusterroles`, {
      metadata: { name: 'part', labels: { 'to-sum': 'true' } },
      rules: [{ apiGroups: [''], resources: ['nodes'], verbs: ['list'] }],
    });
    expect((await request('GET', '/api/v1/nodes', undefined, as('kim', ['team']))).code).toBe(200);
  });

  test('nobody grants what they do not have', async () => {
    const { ok, refused } = await start();
    const credentials: Credentials = { certificate: { commonName: 'kim', organizations: [] } };
    await ok('POST', `${RBAC}/namespaces/default/roles`, {
      metadata: { name: 'boss' },
      rules: [
        { apiGroups: ['rbac.authorization.k8s.io'], resources: ['roles', 'rolebindings'], verbs: ['create'] },
        { apiGroups: [''], resources: ['pods'], verbs: ['get'] },
      ],
    });
    await ok('POST', `${RBAC}/namespaces/default/rolebindings`, {
      metadata: { name: 'boss' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'boss' },
      subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'kim' }],
    });
    const role = (verbs: string[]): unknown => ({ metadata: { name: 'r' }, rules: [{ apiGroups: [''], resources: ['pods'], verbs }] });
    expect(await refused('POST', `${RBAC}/namespaces/default/roles`, role(['get', 'delete']), { credentials })).toBe(
      'roles.rbac.authorization.k8s.io "r" is forbidden: user "kim" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["pods"], Verbs:["delete"]}',
    );
    await ok('POST', `${RBAC}/namespaces/default/roles`, role(['get']), { credentials });
    const binding = {
      metadata: { name: 'b' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'pr' },
      subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'kim' }],
    };
    expect(await refused('POST', `${RBAC}/namespaces/default/rolebindings`, binding, { credentials })).toContain(
      '{APIGroups:[""], Resources:["pods/log"], Verbs:["get" "list" "watch"]}',
    );
  });

  test('impersonation needs a permission', async () => {
    const { request } = await start();
    const credentials: Credentials = { certificate: { commonName: 'jane', organizations: [] }, impersonate: { user: 'admin' } };
    const response = await request('GET', '/api/v1/namespaces/default/pods', undefined, { credentials });
    expect((response.body as { message: string }).message).toBe(
      'users "admin" is forbidden: User "jane" cannot impersonate resource "users" in API group "" at the cluster scope',
    );
  });

  test('nobody is anonymous, and a wrong token is nobody', async () => {
    const { request } = await start();
    const anonymous = await request('GET', '/api/v1/pods', undefined, { credentials: {} });
    expect((anonymous.body as { message: string }).message).toBe(
      'pods is forbidden: User "system:anonymous" cannot list resource "pods" in API group "" at the cluster scope',
    );
    const wrong = await request('GET', '/api/v1/pods', undefined, { credentials: { token: 'x' } });
    expect([wrong.code, (wrong.body as { message: string }).message]).toEqual([401, 'Unauthorized']);
  });

  test('a kubelet writes its Pods and not those of the world', async () => {
    const { request } = await start();
    const kubelet: Credentials = { certificate: { commonName: 'system:node:n', organizations: ['system:nodes'] } };
    expect((await request('GET', '/api/v1/pods', undefined, { credentials: kubelet })).code).toBe(200);
    expect((await request('DELETE', '/api/v1/nodes/x', undefined, { credentials: kubelet })).code).toBe(404);
    expect((await request('POST', '/api/v1/namespaces/default/services', {}, { credentials: kubelet })).code).toBe(403);
  });
});

describe('the Node authorizer', () => {
  const node = { credentials: { certificate: { commonName: 'system:node:node-1', organizations: ['system:nodes'] } } };
  const SECRETS = '/api/v1/namespaces/default/secrets';
  const start = async (): Promise<TestServer> => {
    const server = await testServer();
    for (const name of ['used', 'other']) await server.ok('POST', SECRETS, { metadata: { name } });
    const env = [{ name: 'A', valueFrom: { secretKeyRef: { name: 'used', key: 'a' } } }];
    const volumes = [{ name: 'v', projected: { sources: [{ configMap: { name: 'settings' } }] } }];
    await server.ok('POST', '/api/v1/namespaces/default/configmaps', { metadata: { name: 'settings' } });
    await server.ok(
      'POST',
      '/api/v1/namespaces/default/pods',
      pod('web', { nodeName: 'node-1', volumes, containers: [{ name: 'c', image: 'x', env }] }),
    );
    return server;
  };
  const why = (what: string, reason: string): string => `${what} is forbidden: User "system:node:node-1" cannot get resource ${reason}`;

  test('lets a kubelet read what the Pods of its node use', async () => {
    const { ok, refused } = await start();
    await ok('GET', `${SECRETS}/used`, undefined, node);
    await ok('GET', '/api/v1/namespaces/default/configmaps/settings', undefined, node);
    expect(await refused('GET', `${SECRETS}/other`, undefined, node)).toBe(
      why(
        'secrets "other"',
        `"secrets" in API group "" in the namespace "default": no relationship found between node 'node-1' and this object`,
      ),
    );
    expect(await refused('GET', SECRETS, undefined, node)).toContain('No Object name found');
  });

  test('lets it see its own Node and lease', async () => {
    const { refused } = await start();
    expect(await refused('GET', '/api/v1/nodes/node-2', undefined, node)).toBe(
      why('nodes "node-2"', `"nodes" in API group "" at the cluster scope: node 'node-1' cannot read 'node-2', only its own Node object`),
    );
    expect(await refused('GET', '/apis/coordination.k8s.io/v1/namespaces/default/leases/x', undefined, node)).toContain(
      'can only access leases in the "kube-node-lease" system namespace',
    );
  });
});
