// The library that makes and reads certificates; loaded with the first one.
import { webcrypto } from 'node:crypto';

export type X509 = typeof import('@peculiar/x509');

/** It wants metadata on classes, and a WebCrypto to work with. */
export async function library(): Promise<X509> {
  await import('reflect-metadata');
  const module: X509 & { default?: X509 } = await import('@peculiar/x509');
  const x509 = module.default ?? module; // CommonJS: a bundle gives it as the default alone
  x509.cryptoProvider.set(webcrypto as never);
  return x509;
}
