import { createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { signRequest } from '../../../src/apiserver/keys/authority.ts';
import { authorityOf } from '../../../src/apiserver/keys/root.ts';

import { keyedRandom } from '../../../src/machinery/random.ts';
import { storeOf } from '../../../src/state/keyspace-store.ts';
import { createKeyspace } from '../../../src/state/memory-keyspace.ts';

const T0 = Date.parse('2026-01-05T08:00:00Z');
const made = (seed: string, at = T0) => authorityOf(storeOf(createKeyspace()), keyedRandom(seed), at);

test.each(['1', 'two', 'three', '4', '5', '6', '7', '8'])(
  'the authority of seed %j is an X.509 authority that vouches for itself',
  (seed) => {
    const { certificate, key } = made(seed);
    const read = new X509Certificate(certificate);
    expect(read.subject).toBe('CN=kubernetes');
    expect(read.issuer).toBe('CN=kubernetes');
    expect(read.ca).toBe(true);
    expect(read.subjectAltName).toBe('DNS:kubernetes');
    expect([read.validFrom, read.validTo]).toEqual(['Jan  4 08:00:00 2026 GMT', 'Jan  3 08:00:00 2036 GMT']);
    expect(read.verify(read.publicKey)).toBe(true);
    expect(read.checkPrivateKey(createPrivateKey(key))).toBe(true);
  },
);

test('behind 2049 years have four digits', () => {
  const read = new X509Certificate(made('1', Date.parse('2049-06-01T00:00:00Z')).certificate);
  expect([read.validFrom, read.validTo]).toEqual(['May 31 00:00:00 2049 GMT', 'May 30 00:00:00 2059 GMT']);
});

test('the same seed has the same authority, and a state keeps the one it has', () => {
  expect(made('1')).toEqual(made('1'));
  expect(made('1')).not.toEqual(made('2'));
  const store = storeOf(createKeyspace());
  const first = authorityOf(store, keyedRandom('1'), T0);
  expect(authorityOf(store, keyedRandom('2'), T0 + 1000)).toEqual(first);
});

test('the library that reads other certificates reads it too', async () => {
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  const read = new x509.X509Certificate(made('1').certificate);
  const usages = read.getExtension(x509.KeyUsagesExtension);
  const { digitalSignature, keyEncipherment, keyCertSign } = x509.KeyUsageFlags;
  expect(usages?.usages).toBe(digitalSignature | keyEncipherment | keyCertSign);
  expect(await read.isSelfSigned()).toBe(true);
});

test('a certificate for client authentication alone names no key usage, and its authority has issued it', async () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { createRequest } = await import('./request.ts');
  const store = storeOf(createKeyspace());
  const random = keyedRandom('1');
  const authority = new X509Certificate(authorityOf(store, random, T0).certificate);
  const signing = { store, random, now: T0, request: await createRequest('jane', privateKey), lifetime: 86_400_000, id: 'a' };
  for (const usages of [['client auth'], ['client auth', 'digital signature']]) {
    const issued = new X509Certificate(await signRequest({ ...signing, usages }));
    expect(issued.checkIssued(authority)).toBe(true);
    expect(issued.verify(authority.publicKey)).toBe(true);
  }
});
