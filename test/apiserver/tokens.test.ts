// Tokens of service accounts, and how others verify them.
import { createPublicKey, type JsonWebKey, verify } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { keyOfSeed, publicKeyOf, sign, verify as verifies } from '../../src/apiserver/keys/p256.ts';
import type { KubeObject } from '../../src/machinery/object.ts';
import { keyedRandom } from '../../src/machinery/random.ts';
import { pod, type TestServer, testServer } from './harness.ts';

const ACCOUNT = '/api/v1/namespaces/default/serviceaccounts/default';

async function tokenOf(server: TestServer, spec: object = {}): Promise<string> {
  const request = await server.ok('POST', `${ACCOUNT}/token`, { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec });
  return (request.status as { token: string }).token;
}

const claimsOf = (token: string): Record<string, unknown> => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());

describe('signatures', () => {
  test('are those of RFC 6979, A.2.5', () => {
    const hex = (text: string): Buffer => Buffer.from(text, 'hex');
    const key = {
      d: hex('C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721'),
      x: hex('60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6'),
      y: hex('7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299'),
    };
    expect(sign(key, 'sample').toString('hex').toUpperCase()).toBe(
      'EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8',
    );
    expect(verifies(publicKeyOf(key), 'sample', sign(key, 'sample'))).toBe(true);
    expect(verifies(publicKeyOf(key), 'simple', sign(key, 'sample'))).toBe(false);
  });

  test('the same seed has the same keys', () => {
    expect(keyOfSeed(keyedRandom('a'), 'x')).toEqual(keyOfSeed(keyedRandom('a'), 'x'));
    expect(keyOfSeed(keyedRandom('a'), 'x').d).not.toEqual(keyOfSeed(keyedRandom('b'), 'x').d);
  });
});

describe('a token', () => {
  test('verifies with the published keys', async () => {
    const server = await testServer();
    const token = await tokenOf(server);
    const [head = '', body = '', signature = ''] = token.split('.');
    const { keys } = (await server.request('GET', '/openid/v1/jwks')).body as { keys: (JsonWebKey & { kid: string })[] };
    const [jwk] = keys;
    expect(JSON.parse(Buffer.from(head, 'base64url').toString())).toEqual({ alg: 'ES256', kid: jwk?.kid });
    const key = createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' });
    expect(verify('sha256', Buffer.from(`${head}.${body}`), { key, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url'))).toBe(
      true,
    );
  });

  test('is found by the issuer of its claims', async () => {
    const server = await testServer();
    const { issuer } = (await server.request('GET', '/.well-known/openid-configuration')).body as { issuer: string };
    expect(claimsOf(await tokenOf(server)).iss).toBe(issuer);
  });

  test('is somebody, and nobody when a letter of it changes', async () => {
    const server = await testServer({ options: { authorizationModes: ['AlwaysAllow'] } });
    const token = await tokenOf(server);
    const who = (credentials: object) => server.request('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {}, { credentials });
    expect(((await who({ token })).body as KubeObject).status).toMatchObject({
      userInfo: {
        username: 'system:serviceaccount:default:default',
        groups: ['system:serviceaccounts', 'system:serviceaccounts:default', 'system:authenticated'],
      },
    });
    const [head, body = '', signature] = token.split('.');
    const forged = Buffer.from(JSON.stringify({ ...claimsOf(token), sub: 'system:serviceaccount:kube-system:default' })).toString(
      'base64url',
    );
    expect(body).not.toBe(forged);
    expect((await who({ token: `${head}.${forged}.${signature}` })).code).toBe(401);
    expect((await who({ token: 'nonsense' })).code).toBe(401);
  });

  test('of a Pod knows its node', async () => {
    const server = await testServer();
    await server.ok('POST', '/api/v1/nodes', { metadata: { name: 'node-1' } });
    await server.ok('POST', '/api/v1/namespaces/default/pods', pod('web', { nodeName: 'node-1' }));
    const token = await tokenOf(server, { boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: 'web' } });
    expect(claimsOf(token)['kubernetes.io']).toMatchObject({ pod: { name: 'web' }, node: { name: 'node-1' } });
  });

  test.each([
    [undefined, true, ['https://kubernetes.default.svc.cluster.local']],
    [['vault', 'https://kubernetes.default.svc.cluster.local'], true, ['https://kubernetes.default.svc.cluster.local']],
    [['vault'], false, undefined],
  ])('reviewed for %j is authenticated: %s', async (audiences, authenticated, shared) => {
    const server = await testServer();
    const token = await tokenOf(server);
    const { status } = await server.ok('POST', '/apis/authentication.k8s.io/v1/tokenreviews', {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenReview',
      spec: { token, ...(audiences ? { audiences } : {}) },
    });
    const { authenticated: is = false, audiences: got } = status as { authenticated?: boolean; audiences?: string[] };
    expect([is, got]).toEqual([authenticated, shared]);
  });
});
