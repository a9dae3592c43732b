// CertificateSigningRequests: keys that openssl made become users.
import { execFileSync } from 'node:child_process';
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

  test.each(['jane', 'curve'])("%s is only approved by its approval: signing is the controller manager's", async (name) => {
    const server = await testServer();
    await server.ok('POST', REQUESTS, request(name));
    const { certificate, conditions } = statusOf(await approve(server, name));
    expect(conditions.map(({ type }) => type)).toEqual(['Approved']);
    expect(certificate).toBeUndefined();
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
