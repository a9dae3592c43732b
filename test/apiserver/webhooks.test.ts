// Admission webhooks that live behind a Service.
import { beforeEach, describe, expect, test } from 'vitest';
import { DialError, type Dialer } from '../../src/machinery/dialer.ts';
import type { Status } from '../../src/machinery/status.ts';
import { pod, type TestServer, testServer } from './harness.ts';

const CONFIGURATIONS = '/apis/admissionregistration.k8s.io/v1';
const PODS = '/api/v1/namespaces/default/pods';
const SERVICE = { name: 'hook', namespace: 'default', path: '/check' };

interface Asked {
  path: string;
  request: { uid: string; operation: string; object: { metadata: { name: string } }; userInfo: { username: string } };
}

let server: TestServer;
let asked: Asked[];
/** What the webhook answers; a text is the failure of the connection. */
let answer: Record<string, unknown> | 'refused' | 'timeout';

const dialer: Dialer = {
  resolve: () => ({ addresses: [], reads: [] }),
  async connect(_from, host, port) {
    if (answer === 'refused' || answer === 'timeout') throw new DialError(answer, host, port, []);
    return {
      address: host,
      port,
      reads: [],
      exchange: async ({ path, body }) => {
        const { request, apiVersion } = JSON.parse(body);
        asked.push({ path, request });
        const response = { uid: request.uid, allowed: true, ...(answer as object) };
        return { status: 200, reason: 'OK', headers: {}, body: JSON.stringify({ kind: 'AdmissionReview', apiVersion, response }) };
      },
    };
  },
};

beforeEach(async () => {
  server = await testServer({ dialer });
  asked = [];
  answer = {};
});

const withService = (): Promise<unknown> =>
  server.ok('POST', '/api/v1/namespaces/default/services', {
    metadata: { name: 'hook' },
    spec: { clusterIP: '10.96.0.77', ports: [{ port: 443 }] },
  });

const configure = (kind: 'validating' | 'mutating', more: object = {}): Promise<unknown> =>
  server.ok('POST', `${CONFIGURATIONS}/${kind}webhookconfigurations`, {
    metadata: { name: 'demo' },
    webhooks: [
      {
        name: 'check.example.com',
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
        clientConfig: { service: SERVICE },
        rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
        ...more,
      },
    ],
  });

const patch = (operations: unknown): Record<string, unknown> => ({
  patchType: 'JSONPatch',
  patch: Buffer.from(JSON.stringify(operations)).toString('base64'),
});

describe('a validating webhook', () => {
  test('is told who wants what, and may allow it', async () => {
    await withService();
    await configure('validating');
    await server.ok('POST', PODS, pod('web'));
    expect(asked).toMatchObject([
      {
        path: '/check?timeout=10s',
        request: { operation: 'CREATE', object: { metadata: { name: 'web' } }, userInfo: { username: 'kubernetes-admin' } },
      },
    ]);
  });

  test.each([
    [
      { allowed: false, status: { message: 'not on Fridays', code: 403 } },
      403,
      'admission webhook "check.example.com" denied the request: not on Fridays',
    ],
    [
      { allowed: false, status: { reason: 'Forbidden', code: 403 } },
      403,
      'admission webhook "check.example.com" denied the request: Forbidden',
    ],
    [{ allowed: false }, 400, 'admission webhook "check.example.com" denied the request without explanation'],
  ])('that answers %j refuses', async (said, code, message) => {
    await withService();
    await configure('validating');
    answer = said;
    const { code: got, body } = await server.request('POST', PODS, pod('web'));
    expect([got, (body as Status).message]).toEqual([code, message]);
  });

  test('warns', async () => {
    await withService();
    await configure('validating');
    answer = { warnings: ['mind the gap'] };
    expect((await server.request('POST', PODS, pod('web'))).warnings).toEqual(['mind the gap']);
  });

  const failing =
    'Internal error occurred: failed calling webhook "check.example.com": failed to call webhook: Post "https://hook.default.svc:443/check?timeout=10s":';
  test.each([
    ['whose connection is refused', 'refused', 'dial tcp 10.96.0.77:443: connect: connection refused'],
    ['that does not answer', 'timeout', 'context deadline exceeded'],
  ] as const)('%s fails the request', async (_, how, why) => {
    await withService();
    await configure('validating');
    answer = how;
    expect(await server.refused('POST', PODS, pod('web'))).toBe(`${failing} ${why}`);
  });

  test('without a Service fails the request, or is ignored', async () => {
    await configure('validating');
    expect(await server.refused('POST', PODS, pod('web'))).toBe(`${failing} service "hook" not found`);
    await server.ok('DELETE', `${CONFIGURATIONS}/validatingwebhookconfigurations/demo`);
    await configure('validating', { failurePolicy: 'Ignore' });
    await server.ok('POST', PODS, pod('web'));
  });

  test('is not asked about what its selectors and conditions leave out', async () => {
    await withService();
    answer = { allowed: false };
    await configure('validating', {
      namespaceSelector: { matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: ['kube-system'] }] },
      objectSelector: { matchLabels: { app: 'web' } },
      matchConditions: [{ name: 'no-root', expression: "request.userInfo.username != 'root'" }],
    });
    await server.ok('POST', PODS, pod('other'));
    await server.ok('POST', '/api/v1/namespaces/kube-system/pods', pod('web'));
    await server.ok('POST', PODS, pod('web'), { credentials: { certificate: { commonName: 'root', organizations: ['system:masters'] } } });
    expect(asked).toEqual([]);
    await server.refused('POST', PODS, pod('web'));
    expect(asked).toHaveLength(1);
  });

  test('with side effects does not support dry run', async () => {
    await withService();
    await configure('validating', { sideEffects: 'Some' });
    expect(await server.refused('POST', `${PODS}?dryRun=All`, pod('web'))).toBe(
      'admission webhook "check.example.com" does not support dry run',
    );
  });
});

describe('a mutating webhook', () => {
  test('changes the object, which gets defaults again', async () => {
    await withService();
    await configure('mutating');
    answer = patch([{ op: 'add', path: '/spec/containers/-', value: { name: 'sidecar', image: 'busybox' } }]);
    const { spec } = await server.ok('POST', PODS, pod('web'));
    expect((spec as { containers: object[] }).containers[1]).toMatchObject({ name: 'sidecar', imagePullPolicy: 'Always' });
  });

  test('whose patch does not fit fails the request', async () => {
    await withService();
    await configure('mutating');
    answer = patch([{ op: 'remove', path: '/spec/nothing' }]);
    expect(await server.refused('POST', PODS, pod('web'))).toMatch(/^Internal error occurred: .*\/spec\/nothing/);
  });
});

describe('NodeRestriction', () => {
  const node = { credentials: { certificate: { commonName: 'system:node:node-1', organizations: ['system:nodes'] } } };
  test.each([
    ['its own Node', 'node-1', { 'kubernetes.io/hostname': 'node-1', app: 'x' }, ''],
    ['another Node', 'node-2', {}, 'nodes "node-2" is forbidden: node "node-1" is not allowed to modify node "node-2"'],
    [
      'itself a restricted label',
      'node-1',
      { 'node-restriction.kubernetes.io/x': 'y' },
      'nodes "node-1" is forbidden: node "node-1" is not allowed to set the following labels: node-restriction.kubernetes.io/x',
    ],
    [
      'itself a role',
      'node-1',
      { 'node-role.kubernetes.io/control-plane': '' },
      'nodes "node-1" is forbidden: node "node-1" is not allowed to set the following labels: node-role.kubernetes.io/control-plane',
    ],
  ])('a kubelet registers %s', async (_, name, labels, message) => {
    const { code, body } = await server.request('POST', '/api/v1/nodes', { metadata: { name, labels } }, node);
    expect([code, code < 400 ? '' : (body as Status).message]).toEqual([message ? 403 : 201, message]);
  });

  test('a kubelet leaves the Pods of others alone', async () => {
    await server.ok('POST', PODS, pod('web', { nodeName: 'node-2' }));
    expect(await server.refused('DELETE', `${PODS}/web`, undefined, node)).toBe(
      'pods "web" is forbidden: node "node-1" can only delete pods with spec.nodeName set to itself',
    );
  });

  test('a kubelet creates mirror Pods only', async () => {
    expect(await server.refused('POST', PODS, pod('web', { nodeName: 'node-1' }), node)).toBe(
      'pods "web" is forbidden: pod does not have "kubernetes.io/config.mirror" annotation, node "node-1" can only create mirror pods',
    );
  });
});
