// kube-apiserver's own flags on `kubemu serve`.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { issue } from '../../src/apiserver/https/certificates.ts';
import { newAuthority } from '../../src/apiserver/keys/root.ts';
import { type ServerFlags, serverSettings } from '../../src/cluster/serve/flags.ts';
import { type Serving, serve } from '../../src/cluster/serve.ts';
import { wallNow } from '../../src/machinery/clock.ts';
import { keyedRandom } from '../../src/machinery/random.ts';
import { isRunning } from '../../src/node/units.ts';
import { ask, createHome, tlsOf } from './harness.ts';

const folder = mkdtempSync(join(tmpdir(), 'kubemu-flags-'));
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const none: ServerFlags = {
  authorizationMode: '',
  enableAdmissionPlugins: '',
  disableAdmissionPlugins: '',
  tokenAuthFile: '',
  clientCaFile: '',
  components: '',
  serviceClusterIpRange: '',
  auditPolicyFile: '',
  auditLogPath: '',
};
const tokens = file('tokens.csv', 'secret-1,ann,1,"admins,system:masters"\n# nobody\nsecret-2,bob,2\n');
const serveWith = (home: ReturnType<typeof createHome>, flags: Partial<ServerFlags>): Promise<Serving> =>
  serve({
    stateFile: home.stateFile,
    bindAddress: '127.0.0.1',
    securePort: 0,
    kubeconfig: home.kubeconfig,
    env: { KUBEMU_CLOCK: 'max', KUBEMU_SEED: '1', KUBEMU_EPOCH: '2026-03-02T10:00:00Z' },
    flags: { ...none, ...flags },
    report: (problem) => home.problems.push(problem),
  });
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('flags that cannot be honoured are refused by name', () => {
  test.each([
    [{ authorizationMode: 'Webhook' }, '--authorization-mode can be AlwaysAllow, AlwaysDeny, Node, RBAC, not "Webhook"'],
    [{ authorizationMode: 'RBAC,RBAC' }, '--authorization-mode has mode "RBAC" more than once'],
    [{ enableAdmissionPlugins: 'LimitRanger,ImagePolicyWebhook' }, 'kubemu has no admission plugin ImagePolicyWebhook; it has'],
    [{ disableAdmissionPlugins: 'limitranger' }, '--disable-admission-plugins: kubemu has no admission plugin limitranger; it has'],
    [
      { enableAdmissionPlugins: 'LimitRanger', disableAdmissionPlugins: 'LimitRanger' },
      'admission plugins are both enabled and disabled: LimitRanger',
    ],
    [{ tokenAuthFile: join(folder, 'nowhere') }, `the file ${join(folder, 'nowhere')} of --token-auth-file cannot be read: ENOENT`],
    [
      { tokenAuthFile: file('bad.csv', 'only-a-token\n') },
      `line 1 of the token file ${join(folder, 'bad.csv')} must hold a token, a user, a uid, and may hold groups`,
    ],
    [{ clientCaFile: tokens }, `the file ${tokens} of --client-ca-file holds no certificate`],
    [{ components: 'apiserver,dashboard' }, '--components: there is no component "dashboard"; there are etcd, kube-apiserver'],
    [{ components: 'scheduler' }, '--components: without kube-apiserver there is nothing to serve'],
    [{ serviceClusterIpRange: 'fd00::/108' }, '--service-cluster-ip-range must be one IPv4 network such as 10.96.0.0/12, not "fd00::/108"'],
    [{ serviceClusterIpRange: '10.0.0.0/8' }, '--service-cluster-ip-range: the network must be between /12 and /28, not /8'],
    [{ auditLogPath: '-' }, '--audit-log-path needs --audit-policy-file: without a policy nothing is written'],
    [{ auditPolicyFile: tokens }, '--audit-policy-file needs --audit-log-path: events would go nowhere'],
    [
      { auditPolicyFile: file('level.yaml', 'apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: All}]'), auditLogPath: '-' },
      'rules[0].level: Unsupported value: "All": supported values: "None", "Metadata", "Request", "RequestResponse"',
    ],
  ])('%j', async (flags, message) => {
    await expect(serverSettings({ ...none, ...flags })).rejects.toThrow(message);
  });
});

describe('a server started with them', () => {
  const home = createHome();
  let serving: Serving;
  let stranger: { cert: string; key: string };
  const get = async (path: string, token?: string, client?: { cert: string; key: string }): Promise<number> => {
    const { ca } = tlsOf(home.kubeconfig);
    const headers: Record<string, string> = token ? { Authorization: `Bearer ${token}` } : {};
    return (await ask(`${serving.url}${path}`, { headers, tls: { ca, ...client } })).code;
  };

  beforeAll(async () => {
    const at = wallNow();
    const authority = newAuthority(keyedRandom('elsewhere'), at, 'elsewhere');
    const { certificate, key } = await issue(authority, { commonName: 'carl', organizations: ['system:masters'], use: 'client' }, at);
    stranger = { cert: certificate, key };
    serving = await serveWith(home, {
      authorizationMode: 'AlwaysDeny',
      tokenAuthFile: tokens,
      clientCaFile: file('ca.pem', authority.certificate),
    });
  }, 60_000);
  afterAll(async () => {
    await serving.close();
    home.remove();
  });

  test('believes the tokens of its file', async () => {
    expect(await get('/api/v1/namespaces', 'secret-1')).toBe(200);
    expect(await get('/api/v1/namespaces', 'secret-3')).toBe(401);
  });

  test('denies always, but not to system:masters', async () => {
    expect(await get('/api/v1/namespaces', 'secret-2')).toBe(403);
  });

  test('believes certificates of the other authority', async () => {
    expect(await get('/api/v1/namespaces', undefined, stranger)).toBe(200);
  });
});

describe('an API server alone', () => {
  const home = createHome();
  const log = join(folder, 'audit.log');
  const policy = `
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
  - level: None
    resources: [{group: '', resources: [namespaces]}]
  - level: Request
    omitManagedFields: true
    verbs: [create]
    resources: [{group: '', resources: [pods, 'serviceaccounts/*']}]
  - level: Metadata
`;
  let serving: Serving;
  const send = async (path: string, body?: unknown) =>
    ask(`${serving.url}${path}`, { tls: tlsOf(home.kubeconfig), ...(body ? { method: 'POST', body } : {}) });
  const start = (flags: Partial<ServerFlags>) => serveWith(home, flags);

  beforeAll(async () => {
    serving = await start({
      components: 'apiserver',
      serviceClusterIpRange: '10.0.0.0/24',
      auditPolicyFile: file('policy.yaml', policy),
      auditLogPath: log,
    });
  }, 60_000);
  afterAll(async () => {
    await serving.close();
    expect(home.problems).toEqual([]);
    home.remove();
  });

  test('has no nodes, and Services from its own range', async () => {
    expect((await send('/api/v1/nodes')).body.items).toEqual([]);
    expect((await send('/api/v1/namespaces/default/services/kubernetes')).body.spec.clusterIP).toBe('10.0.0.1');
  });

  test('schedules and controls nothing', async () => {
    const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'nginx' }] } };
    const deployment = { metadata: { name: 'web' }, spec: { selector: { matchLabels: { app: 'web' } }, template } };
    expect((await send('/apis/apps/v1/namespaces/default/deployments', deployment)).code).toBe(201);
    expect((await send('/apis/apps/v1/namespaces/default/replicasets')).body.items).toEqual([]);
    const account = await send('/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } });
    expect(account.code).toBe(201); // no controller has made it
    await send('/api/v1/namespaces/default/pods', { metadata: { name: 'alone' }, spec: template.spec });
    expect((await send('/api/v1/namespaces/default/pods/alone')).body.spec.nodeName).toBeUndefined();
  });

  test('writes down what its policy wants', async () => {
    const { headers } = await send('/api/v1/namespaces/default/secrets/none');
    const events = readFileSync(log, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const creation = events.find(({ objectRef, verb }) => objectRef?.resource === 'pods' && verb === 'create');
    expect(creation).toMatchObject({
      kind: 'Event',
      apiVersion: 'audit.k8s.io/v1',
      level: 'Request',
      stage: 'ResponseComplete',
      requestURI: '/api/v1/namespaces/default/pods',
      user: { username: 'kubernetes-admin', groups: ['kubeadm:cluster-admins', 'system:authenticated'] },
      sourceIPs: ['127.0.0.1'],
      objectRef: { resource: 'pods', namespace: 'default', name: 'alone', apiVersion: 'v1' },
      responseStatus: { metadata: {}, code: 201 },
      requestObject: { spec: { restartPolicy: 'Always' } },
      annotations: { 'authorization.k8s.io/decision': 'allow', 'pod-security.kubernetes.io/enforce-policy': 'privileged:latest' },
    });
    expect(creation.responseObject).toBeUndefined();
    expect(events.at(-1)).toMatchObject({
      auditID: headers['audit-id'],
      level: 'Metadata',
      responseStatus: { status: 'Failure', reason: 'NotFound', code: 404, message: 'secrets "none" not found' },
    });
    expect(events.some(({ stage }) => stage === 'RequestReceived')).toBe(false);
    expect(events.some(({ objectRef }) => objectRef?.resource === 'namespaces')).toBe(false);
  });

  test('with a controller manager, controls what it finds', async () => {
    await serving.close();
    serving = await start({ components: 'apiserver,controller-manager' });
    const sets = (await send('/apis/apps/v1/namespaces/default/replicasets')).body.items;
    expect(sets).toHaveLength(1);
    expect((await send('/api/v1/namespaces/default/pods')).body.items).toHaveLength(2);
  });

  test('keeps the range that it was made with', async () => {
    await serving.close();
    await expect(start({ serviceClusterIpRange: '10.1.0.0/16' })).rejects.toThrow(
      'the cluster was made with --service-cluster-ip-range=10.0.0.0/24, and only a new one can have 10.1.0.0/16',
    );
    serving = await start({});
  });
});

describe('a cluster of machines without its kubelets', () => {
  const home = createHome();
  const start = (components: string) => serveWith(home, { components });
  const running = ({ served }: Serving) =>
    served.cluster.facts.nodes.filter(({ name }) => isRunning(served.cluster.parts.store, name, 'kubelet')).length;
  afterAll(() => {
    expect(home.problems).toEqual([]);
    home.remove();
  });

  test('has them back afterwards', async () => {
    const all = await start('apiserver,controller-manager,scheduler,kubelet');
    expect(running(all)).toBe(3);
    await all.close();
    const without = await start('apiserver,controller-manager');
    expect(running(without)).toBe(0);
    await without.close();
    const again = await start('');
    expect(running(again)).toBe(3);
    await again.close();
  }, 60_000);
});
