import { type KeyObject, webcrypto } from 'node:crypto';

/** A certificate request as PEM, signed by its own key (ECDSA on P-256). */
export async function createRequest(commonName: string, key: KeyObject): Promise<string> {
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  x509.cryptoProvider.set(webcrypto as never);
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
  const jwk = key.export({ format: 'jwk' }) as webcrypto.JsonWebKey;
  const { d: _private, ...publicPart } = jwk;
  const keys = {
    privateKey: await webcrypto.subtle.importKey('jwk', jwk, algorithm, false, ['sign']),
    publicKey: await webcrypto.subtle.importKey('jwk', publicPart, algorithm, true, ['verify']),
  };
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: [{ CN: [commonName] }],
    keys: keys as never,
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
  });
  return request.toString('pem');
}
