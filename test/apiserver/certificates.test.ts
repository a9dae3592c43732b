// CertificateSigningRequests: keys that openssl made become users.
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { KubeObject } from '../../src/machinery/object.ts';
import { type TestServer, testServer } from './harness.ts';

const REQUESTS = '/apis/certificates.k8s.io/v1/certificatesigningrequests';
const requests = new Map<string, string>();

beforeAll(() => {
  const folder = mkdtempSync(join(tmpdir(), 'csr-'));
  for (const [name, subject, algorithm] of [
    ['jane', '/O=dev/CN=jane', ['-newkey', 'rsa:2048']],
    ['curve', '/CN=curve', ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1']],
    ['root', '/O=system:masters/CN=root', ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1']],
  ] as const) {
    const file = join(folder, name);
    execFileSync('openssl', ['req', '-new', '-nodes', ...algorithm, '-keyout', `${file}.key`, '-out', `${file}.csr`, '-subj', subject], {
      stdio: 'ignore',
    });
    requests.set(name, readFileSync(`${file}.csr`).toString('base64'));
  }
  rmSync(folder, { recursive: true });
});

const request = (name: string, more: object = {}): object => ({
  apiVersion: 'certificates.k8s.io/v1',
  kind: 'CertificateSigningRequest',
  metadata: { name },
  spec: { request: requests.get(name), signerName: 'kubernetes.io/kube-apiserver-client', usages: ['client auth'], ...more },
});

async function approve(server: TestServer, name: string, type = 'Approved'): Promise<KubeObject> {
  const csr = await server.ok('GET', `${REQUESTS}/${name}`);
  const conditions = [{ type, status: 'True', reason: 'KubectlApprove', message: 'This CSR was approved by kubectl certificate approve.' }];
  return server.ok('PUT', `${REQUESTS}/${name}/approval`, { ...csr, status: { conditions } });
}

const statusOf = ({ status }: KubeObject): { certificate?: string; conditions: { type: string; message: string }[] } => status as never;

describe('a CertificateSigningRequest', () => {
  test('says who asked, whatever it says itself', async () => {
    const server = await testServer();
    const { spec } = await server.ok('POST', REQUESTS, request('jane', { username: 'somebody-else' }));
    expect(spec).toMatchObject({ username: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated'] });
  });

  test.each(['jane', 'curve'])('%s is signed by the cluster when it is approved', async (name) => {
    const server = await testServer();
    await server.ok('POST', REQUESTS, request(name, { expirationSeconds: 3600 }));
    const { certificate = '', conditions } = statusOf(await approve(server, name));
    expect(conditions.map(({ type }) => type)).toEqual(['Approved']);
    const issued = new X509Certificate(Buffer.from(certificate, 'base64'));
    const authority = new X509Certificate(server.store.get<{ certificate: string }>('/kubemu/pki/authority')?.certificate ?? '');
    expect(issued.verify(authority.publicKey)).toBe(true);
    expect(authority.verify(authority.publicKey)).toBe(true);
    expect(issued.subject.split('\n')).toEqual(name === 'jane' ? ['O=dev', 'CN=jane'] : ['CN=curve']);
    expect(issued.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
    expect(Date.parse(issued.validTo) - Date.parse(issued.validFrom)).toBe(3_600_000);
  });

  test('of the same cluster gets the same certificate', async () => {
    const certificates: unknown[] = [];
    for (const server of [await testServer(), await testServer()]) {
      await server.ok('POST', REQUESTS, request('jane'));
      certificates.push(statusOf(await approve(server, 'jane')).certificate);
    }
    expect(certificates[0]).toBe(certificates[1]);
  });

  test('that is denied is not signed', async () => {
    const server = await testServer();
    await server.ok('POST', REQUESTS, request('jane'));
    expect(statusOf(await approve(server, 'jane', 'Denied')).certificate).toBeUndefined();
  });

  test('that asks for the wrong usages fails', async () => {
    const server = await testServer();
    await server.ok('POST', REQUESTS, request('jane', { usages: ['server auth'] }));
    expect(statusOf(await approve(server, 'jane')).conditions.at(-1)).toMatchObject({
      type: 'Failed',
      message: 'invalid usage for client certificate: server auth',
    });
  });

  test('does not lead to system:masters', async () => {
    const server = await testServer();
    expect(await server.refused('POST', REQUESTS, request('root'))).toBe(
      'certificatesigningrequests.certificates.k8s.io "root" is forbidden: use of kubernetes.io/kube-apiserver-client signer with system:masters group is not allowed',
    );
  });

  test('is approved by those who may approve for its signer', async () => {
    const server = await testServer();
    await server.ok('POST', REQUESTS, request('jane'));
    const rbac = '/apis/rbac.authorization.k8s.io/v1';
    const rules = [{ apiGroups: ['certificates.k8s.io'], resources: ['certificatesigningrequests/approval'], verbs: ['update'] }];
    await server.ok('POST', `${rbac}/clusterroles`, { metadata: { name: 'a' }, rules });
    await server.ok('POST', `${rbac}/clusterrolebindings`, {
      metadata: { name: 'a' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'a' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'bob' }],
    });
    const csr = await server.ok('GET', `${REQUESTS}/jane`);
    const conditions = [{ type: 'Approved', status: 'True', reason: 'x', message: 'y' }];
    const bob = { credentials: { certificate: { commonName: 'bob', organizations: [] } } };
    expect(await server.refused('PUT', `${REQUESTS}/jane/approval`, { ...csr, status: { conditions } }, bob)).toBe(
      'certificatesigningrequests.certificates.k8s.io "jane" is forbidden: user not permitted to approve requests with signerName "kubernetes.io/kube-apiserver-client"',
    );
  });
});
