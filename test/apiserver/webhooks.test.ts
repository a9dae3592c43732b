// Admission webhooks that live behind a Service.
import { beforeEach, describe, expect, test } from 'vitest';
import { issue } from '../../src/apiserver/https/certificates.ts';
import { newAuthority } from '../../src/apiserver/keys/root.ts';
import { DialError, type Dialer } from '../../src/machinery/dialer.ts';
import { keyedRandom } from '../../src/machinery/random.ts';
import type { Status } from '../../src/machinery/status.ts';
import { pod, START, type TestServer, testServer } from './harness.ts';

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
let answerTo: ((asked: Asked) => Record<string, unknown>) | undefined;
/** The certificate that it shows. */
let shown: string | undefined;

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
        const response = { uid: request.uid, allowed: true, ...(answerTo?.({ path, request }) ?? (answer as object)) };
        const text = JSON.stringify({ kind: 'AdmissionReview', apiVersion, response });
        return { status: 200, reason: 'OK', headers: {}, body: text, ...(shown ? { certificate: shown } : {}) };
      },
    };
  },
};

beforeEach(async () => {
  server = await testServer({ dialer });
  asked = [];
  answer = {};
  answerTo = undefined;
  shown = undefined;
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

  test('says that it has no side effects of dry runs, and is asked about them', async () => {
    await withService();
    await configure('validating', { sideEffects: 'NoneOnDryRun' });
    await server.ok('POST', `${PODS}?dryRun=All`, pod('web'));
    expect(asked).toMatchObject([{ request: { dryRun: true } }]);
  });

  test.each([
    [{ sideEffects: 'Some' }, 'webhooks[0].sideEffects: Unsupported value: "Some": supported values: "None", "NoneOnDryRun"'],
    [{ name: 'check' }, 'webhooks[0].name: Invalid value: "check": should be a domain with at least three segments separated by dots'],
    [{ timeoutSeconds: 31 }, 'webhooks[0].timeoutSeconds: Invalid value: 31: the timeout value must be between 1 and 30 seconds'],
    [
      { admissionReviewVersions: ['v2'] },
      'webhooks[0].admissionReviewVersions: Invalid value: ["v2"]: must include at least one of v1, v1beta1',
    ],
    [{ clientConfig: {} }, 'webhooks[0].clientConfig: Required value: exactly one of url or service is required'],
    [
      { clientConfig: { url: 'http://a.example' } },
      'webhooks[0].clientConfig.url: Invalid value: "http": \'https\' is the only allowed URL scheme; desired format: https://host[/path]',
    ],
    [
      { rules: [{ apiGroups: ['*', 'apps'], apiVersions: ['v1'], operations: ['WATCH'], resources: ['*', 'pods'] }] },
      'ValidatingWebhookConfiguration.admissionregistration.k8s.io "demo" is invalid: [webhooks[0].rules[0].operations[0]: Unsupported value: "WATCH": supported values: "*", "CONNECT", "CREATE", "DELETE", "UPDATE", webhooks[0].rules[0].apiGroups: Invalid value: ["*","apps"]: if \'*\' is present, must not specify other API groups, webhooks[0].rules[0].resources: Invalid value: ["*","pods"]: if \'*\' is present, must not specify other resources without subresources]',
    ],
  ])('whose configuration is %j is refused', async (more, message) => {
    await expect(configure('validating', more)).rejects.toThrow(message);
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

describe('reinvocation', () => {
  const hook = (name: string, reinvocationPolicy: string): object => ({
    name: `${name}.example.com`,
    admissionReviewVersions: ['v1'],
    sideEffects: 'None',
    reinvocationPolicy,
    clientConfig: { service: { ...SERVICE, path: `/${name}` } },
    rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
  });
  /** The second of them adds a container once. */
  const withTwo = async (policy: string): Promise<void> => {
    await withService();
    await server.ok('POST', `${CONFIGURATIONS}/mutatingwebhookconfigurations`, {
      metadata: { name: 'demo' },
      webhooks: [hook('first', policy), hook('second', 'IfNeeded')],
    });
    answerTo = ({ path, request }) => {
      const containers = (request.object as unknown as { spec: { containers: unknown[] } }).spec.containers;
      return path.startsWith('/second') && containers.length === 1
        ? patch([{ op: 'add', path: '/spec/containers/-', value: { name: 'sidecar', image: 'busybox' } }])
        : {};
    };
  };
  const paths = (): string[] => asked.map(({ path }) => path.split('?', 1)[0] as string);

  test('asks who wants it again when a later webhook changed the object', async () => {
    await withTwo('IfNeeded');
    await server.ok('POST', PODS, pod('web', { automountServiceAccountToken: false }));
    expect(paths()).toEqual(['/first', '/second', '/first']);
  });

  test('asks nobody else', async () => {
    await withTwo('Never');
    await server.ok('POST', PODS, pod('web', { automountServiceAccountToken: false }));
    expect(paths()).toEqual(['/first', '/second']);
  });

  test('asks again when another plugin has changed what a webhook made', async () => {
    await withTwo('Never');
    await server.ok('POST', PODS, pod('web')); // the sidecar gets its token mounted
    expect(paths()).toEqual(['/first', '/second', '/second']);
  });

  test('has the other plugins look at what webhooks made', async () => {
    await withTwo('Never');
    await server.ok('POST', '/api/v1/namespaces/default/limitranges', {
      metadata: { name: 'limits' },
      spec: { limits: [{ type: 'Container', default: { cpu: '1' }, defaultRequest: { cpu: '500m' } }] },
    });
    const { spec } = await server.ok('POST', PODS, pod('web'));
    expect((spec as { containers: object[] }).containers[1]).toMatchObject({ name: 'sidecar', resources: { requests: { cpu: '500m' } } });
  });
});

describe('the certificate of a webhook', () => {
  const failing = (why: string): string =>
    `Internal error occurred: failed calling webhook "check.example.com": failed to call webhook: Post "https://hook.default.svc:443/check?timeout=10s": tls: failed to verify certificate: x509: ${why}`;
  const bundle = (certificate: string): string => Buffer.from(certificate).toString('base64');
  const used = async (hosts: string[], { trusts = true, at = START - 1000, twin = false } = {}): Promise<string> => {
    const authority = newAuthority(keyedRandom('webhook'), at, 'webhook-ca');
    const server509 = await issue(authority, { commonName: 'hook', use: 'server', hosts }, at);
    const trusted = trusts ? authority : newAuthority(keyedRandom('twin'), at, twin ? 'webhook-ca' : 'other');
    shown = server509.certificate;
    await withService();
    await configure('validating', { clientConfig: { service: SERVICE, caBundle: bundle(trusted.certificate) } });
    const { code, body } = await server.request('POST', PODS, pod('web'));
    return code === 201 ? '' : ((body as Status).message ?? '');
  };

  test('that its bundle vouches for is believed', async () => {
    expect(await used(['hook.default.svc'])).toBe('');
  });
  test('of another authority is not', async () => {
    expect(await used(['hook.default.svc'], { trusts: false })).toBe(failing('certificate signed by unknown authority'));
  });
  test('of an authority that only has the right name is not', async () => {
    expect(await used(['hook.default.svc'], { trusts: false, twin: true })).toBe(
      failing(
        'certificate signed by unknown authority (possibly because of "x509: ECDSA verification failure" while trying to verify candidate authority certificate "webhook-ca")',
      ),
    );
  });
  test('for another name is not', async () => {
    expect(await used(['hook.other.svc'])).toBe(failing('certificate is valid for hook.other.svc, not hook.default.svc'));
  });
  test('that has expired is not', async () => {
    const at = START - 11 * 365 * 86_400_000;
    expect(await used(['hook.default.svc'], { at })).toMatch(
      /certificate has expired or is not yet valid: current time 2026-11-20T12:00:00Z is after 20\d\d-/,
    );
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
