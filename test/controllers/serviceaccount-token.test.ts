import { beforeEach, expect, test } from 'vitest';
import { ConfigMap } from '../../src/api/core/configmap.ts';
import { Secret } from '../../src/api/core/secret.ts';
import { ServiceAccount } from '../../src/api/core/serviceaccount.ts';
import { serviceAccountTokenController } from '../../src/controllers/serviceaccount-token.ts';
import { FakeCluster } from './fake-cluster.ts';
import { wholeCluster } from './whole-cluster.ts';

let cluster: FakeCluster;
const text = (base64: string | undefined): string => Buffer.from(base64 ?? '', 'base64').toString();
const secret = (account: string, annotations = {}) => ({
  metadata: { name: 'robot-token', namespace: 'default', annotations: { 'kubernetes.io/service-account.name': account, ...annotations } },
  type: 'kubernetes.io/service-account-token',
});
const secrets = (): Secret[] => cluster.list(Secret) as Secret[];
const account = () => cluster.create(ServiceAccount, { metadata: { name: 'robot', namespace: 'default' } });

beforeEach(() => {
  cluster = new FakeCluster();
  cluster.add(serviceAccountTokenController.loop(cluster.deps));
});

test('a Secret for the token of an account gets it, with the account’s uid and namespace', async () => {
  const robot = account();
  cluster.create(Secret, secret('robot'));
  await cluster.drain();
  const [made] = secrets();
  expect(made?.metadata.annotations?.['kubernetes.io/service-account.uid']).toBe(robot.metadata.uid);
  expect([text(made?.data?.namespace), text(made?.data?.token)]).toEqual(['default', 'token of robot in robot-token']);
  expect(Object.keys(made?.data ?? {}).sort()).toEqual(['ca.crt', 'namespace', 'token']);
});

test('its certificate follows the one that the API server publishes', async () => {
  account();
  cluster.create(Secret, secret('robot'));
  await cluster.drain();
  const source = { namespace: 'kube-system', name: 'extension-apiserver-authentication' };
  cluster.create(ConfigMap, { metadata: source, data: { 'client-ca-file': 'CERT' } });
  await cluster.drain();
  expect(text(secrets()[0]?.data?.['ca.crt'])).toBe('CERT');
});

test.each([
  { given: 'there is no such account', spec: secret('nobody') },
  { given: 'the account is another one of the same name', spec: secret('robot', { 'kubernetes.io/service-account.uid': 'gone' }) },
])('a Secret goes when $given', async ({ spec }) => {
  account();
  cluster.create(Secret, spec);
  await cluster.drain();
  expect(secrets()).toEqual([]);
});

test('the Secret goes with its account', async () => {
  const robot = account();
  cluster.create(Secret, secret('robot'));
  await cluster.drain();
  cluster.delete(ServiceAccount, robot);
  await cluster.drain();
  expect(secrets()).toEqual([]);
});

test('who shows the token is the account, until the Secret is deleted', async () => {
  const { admin, cluster: whole } = await wholeCluster();
  await admin.create(ServiceAccount, { metadata: { name: 'robot', namespace: 'default' } });
  await admin.create(Secret, secret('robot'));
  await whole.drain();
  const key = { namespace: 'default', name: 'robot-token' };
  const token = text((await admin.get(Secret, key))?.data?.token);
  expect(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())).toMatchObject({
    iss: 'kubernetes/serviceaccount',
    'kubernetes.io/serviceaccount/secret.name': 'robot-token',
    sub: 'system:serviceaccount:default:robot',
  });
  const review = async () => {
    const { body } = await admin.request({
      method: 'POST',
      path: '/apis/authentication.k8s.io/v1/tokenreviews',
      body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token } },
    });
    return (body as { status: { authenticated?: boolean; user?: { username: string } } }).status;
  };
  expect(await review()).toMatchObject({ authenticated: true, user: { username: 'system:serviceaccount:default:robot' } });
  await admin.delete(Secret, key);
  expect((await review()).authenticated).not.toBe(true);
});
