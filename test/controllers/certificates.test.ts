// csrapproving, csrsigning and csrcleaner: over objects alone, and with real keys in a whole cluster.
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CertificateSigningRequest } from '../../src/api/certificates/certificatesigningrequest.ts';
import { openCluster } from '../../src/cluster/cluster.ts';
import { csrApprovingController } from '../../src/controllers/certificates/approving.ts';
import type { RequestedNames } from '../../src/controllers/certificates/authority.ts';
import { csrCleanerController } from '../../src/controllers/certificates/cleaner.ts';
import { lifetimeFor, signers } from '../../src/controllers/certificates/signers.ts';
import { csrSigningController } from '../../src/controllers/certificates/signing.ts';
import { FakeCluster } from './fake-cluster.ts';
import { wholeCluster } from './whole-cluster.ts';

const CLIENT = 'kubernetes.io/kube-apiserver-client';
const KUBELET = `${CLIENT}-kubelet`;
const key = { name: 'r' };
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const hour = 3_600_000;

/** A request by openssl for jane of dev. */
const REQUEST = (() => {
  const folder = mkdtempSync(join(tmpdir(), 'csr-'));
  const file = join(folder, 'jane');
  const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
  execFileSync('openssl', ['req', '-new', '-nodes', ...ec, '-keyout', `${file}.key`, '-out', `${file}.csr`, '-subj', '/O=dev/CN=jane'], {
    stdio: 'ignore',
  });
  const request = readFileSync(`${file}.csr`).toString('base64');
  rmSync(folder, { recursive: true });
  return request;
})();

function world(allowed: readonly string[] = []): FakeCluster {
  const cluster = new FakeCluster();
  cluster.answer = (_path, body) => {
    const { resourceAttributes } = (body as { spec: { resourceAttributes: { subresource: string } } }).spec;
    return { status: { allowed: allowed.includes(resourceAttributes.subresource) } };
  };
  return cluster.add(...[csrApprovingController, csrSigningController, csrCleanerController].map((one) => one.loop(cluster.deps)));
}

async function ask(cluster: FakeCluster, subject: string, signerName: string, usages: string[], more: object = {}): Promise<void> {
  const request = base64(`-----BEGIN CERTIFICATE REQUEST-----\n${subject}\n-----END CERTIFICATE REQUEST-----\n`);
  cluster.create(CertificateSigningRequest, { metadata: { ...key }, spec: { request, signerName, usages, username: 'asker', ...more } });
  await cluster.drain();
}

async function decide(cluster: FakeCluster, type: string): Promise<void> {
  const lastUpdateTime = new Date(cluster.now).toISOString();
  cluster.change(CertificateSigningRequest, key, { status: { conditions: [{ type, status: 'True', lastUpdateTime }] } });
  await cluster.drain();
}

const found = (cluster: FakeCluster): CertificateSigningRequest | undefined =>
  cluster.list(CertificateSigningRequest)[0] as CertificateSigningRequest | undefined;

test('an approved request is signed by the controller manager, a denied one and one for a foreign signer are not', async () => {
  const approved = world();
  await ask(approved, 'jane', CLIENT, ['client auth']);
  expect(found(approved)?.status?.certificate).toBeUndefined();
  await decide(approved, 'Approved');
  expect(Buffer.from(found(approved)?.status?.certificate ?? '', 'base64').toString()).toMatch(/^jane for client auth until/);

  const denied = world();
  await ask(denied, 'jane', CLIENT, ['client auth']);
  await decide(denied, 'Denied');
  expect(found(denied)?.status?.certificate).toBeUndefined();

  const foreign = world();
  await ask(foreign, 'jane', 'example.com/mine', ['client auth']);
  await decide(foreign, 'Approved');
  expect(found(foreign)?.status).toEqual({ conditions: [expect.objectContaining({ type: 'Approved' })] });
});

test('an approved request that its signer does not certify fails', async () => {
  const cluster = world();
  await ask(cluster, 'jane', CLIENT, ['server auth']);
  await decide(cluster, 'Approved');
  expect(found(cluster)?.status?.conditions).toMatchObject([
    { type: 'Approved' },
    { type: 'Failed', reason: 'SignerValidationFailure', message: 'invalid usage for client certificate: server auth' },
  ]);
});

const names = (commonName: string, organizations: string[], more: Partial<RequestedNames> = {}): RequestedNames => ({
  commonName,
  organizations,
  dns: [],
  ip: [],
  email: [],
  uri: [],
  ...more,
});
const node = (more: Partial<RequestedNames> = {}) => names('system:node:n', ['system:nodes'], more);
const own = ['digital signature', 'key encipherment', 'client auth'];
const serving = ['digital signature', 'key encipherment', 'server auth'];

test.each([
  { signer: CLIENT, who: names('jane', []), usages: [], problem: 'missing required usage for client certificate: client auth' },
  { signer: KUBELET, who: node(), usages: own, problem: undefined },
  { signer: KUBELET, who: node(), usages: ['digital signature', 'client auth'], problem: undefined },
  {
    signer: KUBELET,
    who: node(),
    usages: ['client auth'],
    problem: 'usages did not match [client auth digital signature key encipherment]',
  },
  { signer: KUBELET, who: names('system:node:n', []), usages: own, problem: 'subject organization is not system:nodes' },
  { signer: KUBELET, who: names('jane', ['system:nodes']), usages: own, problem: 'subject common name does not begin with system:node:' },
  { signer: KUBELET, who: node({ dns: ['n'] }), usages: own, problem: 'DNS subjectAltNames are not allowed' },
  { signer: 'kubernetes.io/kubelet-serving', who: node({ ip: ['10.0.0.1'] }), usages: serving, problem: undefined },
  { signer: 'kubernetes.io/kubelet-serving', who: node(), usages: serving, problem: 'DNS or IP subjectAltName is required' },
  {
    signer: 'kubernetes.io/kubelet-serving',
    who: node({ dns: ['n'], uri: ['u'] }),
    usages: serving,
    problem: 'URI subjectAltNames are not allowed',
  },
  { signer: 'kubernetes.io/legacy-unknown', who: names('x', []), usages: ['any'], problem: undefined },
])('$signer, $who.commonName of $who.organizations with $usages: $problem', ({ signer, who, usages, problem }) => {
  expect(signers.get(signer)?.(who, usages)).toBe(problem);
});

test.each([
  [undefined, 365 * 24 * 3600],
  [3600, 3600],
  [60, 600],
  [10 ** 9, 365 * 24 * 3600],
])('a request for %s seconds gets %i', (asked, given) => expect(lifetimeFor(asked)).toBe(given));

describe('a kubelet that asks for its client certificate', () => {
  test.each([
    {
      may: ['nodeclient'],
      username: 'system:bootstrap:abcdef',
      message: 'Auto approving kubelet client certificate after SubjectAccessReview.',
    },
    {
      may: ['selfnodeclient'],
      username: 'system:node:n',
      message: 'Auto approving self kubelet client certificate after SubjectAccessReview.',
    },
    { may: ['selfnodeclient'], username: 'system:node:other', message: undefined },
    { may: [], username: 'system:node:n', message: undefined },
  ])('$username that may create $may: $message', async ({ may, username, message }) => {
    const cluster = world(may);
    await ask(cluster, 'system:node:n/system:nodes', KUBELET, own, { username });
    expect(found(cluster)?.status?.conditions?.[0]?.message).toBe(message);
    expect(found(cluster)?.status?.certificate !== undefined).toBe(message !== undefined);
  });

  test('but not one that asks for more than that', async () => {
    const cluster = world(['nodeclient']);
    await ask(cluster, 'system:node:n/system:nodes/n.example.com', KUBELET, own);
    expect(found(cluster)?.status?.conditions).toBeUndefined();
  });
});

describe('old requests go', () => {
  test.each([
    { what: 'pending', decision: undefined, signer: CLIENT, stays: 24 * hour },
    { what: 'denied', decision: 'Denied', signer: CLIENT, stays: hour },
    { what: 'failed', decision: 'Failed', signer: CLIENT, stays: hour },
    { what: 'issued', decision: 'Approved', signer: CLIENT, stays: hour },
    { what: 'approved, but for a signer that does nothing', decision: 'Approved', signer: 'example.com/mine', stays: 24 * hour },
    { what: 'issued for ten minutes', decision: 'Approved', signer: CLIENT, more: { expirationSeconds: 600 }, stays: 600_000 },
  ])('$what: after $stays ms', async ({ decision, signer, more, stays }) => {
    const cluster = world();
    await ask(cluster, 'jane', signer, ['client auth'], more);
    if (decision) await decide(cluster, decision);
    await cluster.advance(stays - 1000);
    expect(found(cluster)).toBeDefined();
    await cluster.advance(2000);
    expect(found(cluster)).toBeUndefined();
  });
});

test('with real keys, a request approved in a cluster becomes a certificate of its authority, the same each time', async () => {
  const issue = async (): Promise<{ pem: string; authority: string }> => {
    const { admin, cluster, keyspace } = await wholeCluster();
    const spec = { request: REQUEST, signerName: CLIENT, usages: ['client auth', 'digital signature'], expirationSeconds: 3600 };
    await admin.create(CertificateSigningRequest, { metadata: { name: 'jane' }, spec });
    const conditions = [{ type: 'Approved', status: 'True', reason: 'KubectlApprove' }];
    const patched = await admin.patch(
      CertificateSigningRequest,
      { name: 'jane' },
      'merge',
      { status: { conditions } },
      { subresource: 'approval' },
    );
    expect(patched.status?.certificate).toBeUndefined();
    await cluster.drain();
    const csr = await admin.get(CertificateSigningRequest, { name: 'jane' });
    const authority = keyspace.get('/kubemu/pki/authority') as { value: { certificate: string } };
    return { pem: Buffer.from(csr?.status?.certificate ?? '', 'base64').toString(), authority: authority.value.certificate };
  };
  const [first, second] = [await issue(), await issue()];
  expect(first).toEqual(second);
  const issued = new X509Certificate(first.pem);
  expect(issued.verify(new X509Certificate(first.authority).publicKey)).toBe(true);
  expect(issued.subject.split('\n')).toEqual(['O=dev', 'CN=jane']);
  expect(issued.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
  // five minutes before now, and the end of a short certificate is not moved with its beginning
  expect(Date.parse(issued.validTo) - Date.parse(issued.validFrom)).toBe(3_600_000 + 300_000);
});

test('while kube-controller-manager does not run, an approved request is not signed', async () => {
  const { admin, cluster, keyspace } = await wholeCluster(new Set(['kube-apiserver', 'kube-scheduler', 'kubelet'] as const));
  const spec = { request: REQUEST, signerName: CLIENT, usages: ['client auth'] };
  await admin.create(CertificateSigningRequest, { metadata: { name: 'jane' }, spec });
  const conditions = [{ type: 'Approved', status: 'True', reason: 'KubectlApprove' }];
  await admin.patch(CertificateSigningRequest, { name: 'jane' }, 'merge', { status: { conditions } }, { subresource: 'approval' });
  await cluster.settle();
  expect((await admin.get(CertificateSigningRequest, { name: 'jane' }))?.status?.certificate).toBeUndefined();
  const again = openCluster({ keyspace, pass: async () => {}, report: () => {} });
  await admin.create(CertificateSigningRequest, { metadata: { name: 'other' }, spec });
  await again.advance(again.clock.now() + 1000);
  expect((await admin.get(CertificateSigningRequest, { name: 'jane' }))?.status?.certificate).toBeDefined();
});
