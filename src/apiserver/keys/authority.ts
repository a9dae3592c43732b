// The cluster's certificate authority and what it signs. Its key is drawn from the seed and signs as RFC 6979 says, so that the same
// cluster issues the same certificates.
import { webcrypto } from 'node:crypto';
import { calendar, type Instant, minutes } from '../../machinery/clock.ts';
import type { Random } from '../../machinery/random.ts';
import type { Store } from '../../machinery/store.ts';
import { type SigningKey, sign } from './p256.ts';
import { authorityOf, serial } from './root.ts';
import { library, type X509 } from './x509.ts';

type Extension = import('@peculiar/x509').Extension;

const ECDSA = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
/** A certificate is good a little before it was made: clocks differ. */
const BACKDATE = minutes(5);
/** That is taken from its end too, unless it is as short as this. */
const SHORT = minutes(8 * 60);
const ALTERNATIVE_NAMES = '2.5.29.17';
/** Usages of the certificates API as X.509 names them. */
const KEY_USAGES: Readonly<Record<string, keyof X509['KeyUsageFlags']>> = {
  signing: 'digitalSignature',
  'digital signature': 'digitalSignature',
  'content commitment': 'nonRepudiation',
  'key encipherment': 'keyEncipherment',
  'key agreement': 'keyAgreement',
  'data encipherment': 'dataEncipherment',
  'cert sign': 'keyCertSign',
  'crl sign': 'cRLSign',
  'encipher only': 'encipherOnly',
  'decipher only': 'decipherOnly',
};
const PURPOSE = '1.3.6.1.5.5.7.3';
const EXTENDED_KEY_USAGES: Readonly<Record<string, string>> = {
  any: '2.5.29.37.0',
  'server auth': `${PURPOSE}.1`,
  'client auth': `${PURPOSE}.2`,
  'code signing': `${PURPOSE}.3`,
  'email protection': `${PURPOSE}.4`,
  's/mime': `${PURPOSE}.4`,
  'ipsec end system': `${PURPOSE}.5`,
  'ipsec tunnel': `${PURPOSE}.6`,
  'ipsec user': `${PURPOSE}.7`,
  timestamping: `${PURPOSE}.8`,
  'ocsp signing': `${PURPOSE}.9`,
  'microsoft sgc': '1.3.6.1.4.1.311.10.3.3',
  'netscape sgc': '2.16.840.1.113730.4.1',
};

/** WebCrypto, but for signatures: those are the same every time. */
function signingWith(key: SigningKey): webcrypto.Crypto {
  const { subtle } = webcrypto;
  const deterministic = {
    exportKey: subtle.exportKey.bind(subtle),
    importKey: subtle.importKey.bind(subtle),
    digest: subtle.digest.bind(subtle),
    verify: subtle.verify.bind(subtle),
    sign: async (_algorithm: unknown, _key: unknown, data: ArrayBuffer | Uint8Array) => {
      const signature = sign(key, new Uint8Array(data));
      return signature.buffer.slice(signature.byteOffset, signature.byteOffset + signature.byteLength);
    },
  };
  return { subtle: deterministic } as unknown as webcrypto.Crypto;
}

function jwkOf({ d, x, y }: SigningKey): webcrypto.JsonWebKey {
  return { kty: 'EC', crv: 'P-256', d: d.toString('base64url'), x: x.toString('base64url'), y: y.toString('base64url'), ext: true };
}

async function keysOf(key: SigningKey): Promise<webcrypto.CryptoKeyPair> {
  const { d: _private, ...publicPart } = jwkOf(key);
  const [privateKey, publicKey] = await Promise.all([
    webcrypto.subtle.importKey('jwk', jwkOf(key), ECDSA, true, ['sign']),
    webcrypto.subtle.importKey('jwk', publicPart, ECDSA, true, ['verify']),
  ]);
  return { privateKey, publicKey };
}

/** A certificate request that cannot be read, or is not signed by its own key. */
export class RequestError extends Error {}

export interface RequestedSubject {
  commonName: string;
  organizations: readonly string[];
  /** Its subjectAltNames, by kind. */
  dns: readonly string[];
  ip: readonly string[];
  email: readonly string[];
  uri: readonly string[];
}

/** Who a certificate request wants to be. Throws {@link RequestError}. */
export async function subjectOf(pem: string): Promise<RequestedSubject> {
  const { x509, request } = await parsed(pem);
  const extension = request.extensions.find(({ type }) => type === ALTERNATIVE_NAMES);
  const names = extension ? new x509.SubjectAlternativeNameExtension(extension.rawData).names.items : [];
  const named = (kind: string): string[] => names.filter(({ type }) => type === kind).map(({ value }) => value);
  return {
    commonName: request.subjectName.getField('CN')[0] ?? '',
    organizations: request.subjectName.getField('O'),
    dns: named('dns'),
    ip: named('ip'),
    email: named('email'),
    uri: named('url'),
  };
}

async function parsed(pem: string): Promise<{ x509: X509; request: import('@peculiar/x509').Pkcs10CertificateRequest }> {
  const x509 = await library();
  try {
    const request = new x509.Pkcs10CertificateRequest(pem);
    if (!(await request.verify())) throw new RequestError('the request is not signed by its key');
    return { x509, request };
  } catch (error) {
    if (error instanceof RequestError) throw error;
    throw new RequestError(error instanceof Error ? error.message : 'unreadable');
  }
}

export interface Issuing {
  store: Store;
  random: Random;
  now: Instant;
  /** PEM of the request. */
  request: string;
  usages: readonly string[];
  lifetime: number;
  /** What makes the serial number its own: the uid of the CertificateSigningRequest. */
  id: string;
}

function keyUsage({ KeyUsageFlags }: X509, usage: string): number {
  const name = KEY_USAGES[usage];
  return name ? Number(KeyUsageFlags[name]) : 0;
}

/** The certificate for a request, as PEM. Throws {@link RequestError}. */
export async function signRequest({ store, random, now, request: pem, usages, lifetime, id }: Issuing): Promise<string> {
  const { x509, request } = await parsed(pem);
  const authority = authorityOf(store, random, now);
  const issuer = new x509.X509Certificate(authority.certificate);
  const jwk = await webcrypto.subtle
    .importKey('pkcs8', Buffer.from(authority.key.replace(/-----[^-]+-----|\s/g, ''), 'base64'), ECDSA, true, ['sign'])
    .then((key) => webcrypto.subtle.exportKey('jwk', key));
  const bytes = (text = ''): Buffer => Buffer.from(text, 'base64url');
  const key = { d: bytes(jwk.d), x: bytes(jwk.x), y: bytes(jwk.y) };
  const { privateKey } = await keysOf(key);
  const flags = usages.reduce((all, usage) => all | keyUsage(x509, usage), 0);
  const extended = [...new Set(usages.flatMap((usage) => EXTENDED_KEY_USAGES[usage] ?? []))].sort();
  const names = request.extensions.find(({ type }) => type === ALTERNATIVE_NAMES);
  const extensions: Extension[] = [
    ...(flags ? [new x509.KeyUsagesExtension(flags, true)] : []),
    ...(extended.length ? [new x509.ExtendedKeyUsageExtension(extended)] : []),
    new x509.BasicConstraintsExtension(false, undefined, true),
    await x509.AuthorityKeyIdentifierExtension.create(issuer),
    ...(names ? [names] : []),
  ];
  const certificate = await x509.X509CertificateGenerator.create(
    {
      serialNumber: serial(random, id),
      subject: request.subjectName,
      issuer: issuer.subjectName,
      notBefore: calendar(now - BACKDATE),
      notAfter: calendar(Math.min(now + lifetime - (lifetime < SHORT ? 0 : BACKDATE), issuer.notAfter.getTime())),
      signingAlgorithm: ECDSA,
      publicKey: request.publicKey,
      signingKey: privateKey,
      extensions,
    },
    signingWith(key) as never,
  );
  return `${certificate.toString('pem')}\n`;
}

/** When a certificate ends; undefined when it cannot be read. */
export async function expiryOf(pem: string): Promise<Instant | undefined> {
  const x509 = await library();
  try {
    return new x509.X509Certificate(pem).notAfter.getTime();
  } catch (error) {
    if (error instanceof Error) return undefined;
    throw error;
  }
}
