// Plays kubeadm's certs phase: the API server's certificate, and the administrator's. Made when first needed; ECDSA on P-256, as quick
// to make as to check. The authority is in ../keys/root.ts.
import { webcrypto } from 'node:crypto';
import type { Instant } from '../../machinery/clock.ts';
import { calendar, parseTime } from '../../machinery/clock.ts';
import type { KeyPair } from '../keys/root.ts';
import { library } from '../keys/x509.ts';

export interface Subject {
  commonName: string;
  organizations?: readonly string[];
}

export interface Leaf extends Subject {
  use: 'server' | 'client';
  /** Names and addresses that a server answers to. */
  hosts?: readonly string[];
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY = 86_400_000;
const YEAR = 365 * DAY;

/** A certificate that the authority signs, with a key of its own. */
export async function issue(authority: KeyPair, leaf: Leaf, at: Instant): Promise<KeyPair> {
  const x509 = await library();
  const issuer = new x509.X509Certificate(authority.certificate);
  const signingKey = await webcrypto.subtle.importKey('pkcs8', derOf(authority.key), ALGORITHM, false, ['sign']);
  const keys = await generateKeys();
  const hosts = (leaf.hosts ?? []).map((value) => ({ type: /^[\d.]+$|:/.test(value) ? ('ip' as const) : ('dns' as const), value }));
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serial(),
    subject: [...(leaf.organizations ?? []).map((organization) => ({ O: [organization] })), { CN: [leaf.commonName] }],
    issuer: issuer.subjectName,
    notBefore: calendar(at - DAY),
    notAfter: calendar(Math.min(at + 10 * YEAR, issuer.notAfter.getTime())),
    signingAlgorithm: ALGORITHM,
    publicKey: keys.publicKey,
    signingKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment, true),
      new x509.ExtendedKeyUsageExtension([leaf.use === 'server' ? x509.ExtendedKeyUsage.serverAuth : x509.ExtendedKeyUsage.clientAuth]),
      await x509.AuthorityKeyIdentifierExtension.create(issuer),
      ...(hosts.length ? [new x509.SubjectAlternativeNameExtension(hosts)] : []),
    ],
  });
  return { certificate: certificate.toString('pem'), key: await privatePem(keys.privateKey) };
}

/** The certificate answers to all of these names and will do so for another day. */
export async function covers({ certificate }: KeyPair, hosts: readonly string[], at: Instant): Promise<boolean> {
  const { X509Certificate } = await import('node:crypto');
  const parsed = new X509Certificate(certificate);
  if (parseTime(parsed.validTo) < at + DAY) return false;
  return hosts.every((host) => (/^[\d.]+$|:/.test(host) ? parsed.checkIP(host) : parsed.checkHost(host)) !== undefined);
}

const generateKeys = (): Promise<webcrypto.CryptoKeyPair> => webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);

const serial = (): string =>
  Buffer.from(webcrypto.getRandomValues(new Uint8Array(8)))
    .toString('hex')
    .replace(/^[89a-f]/, '7');

async function privatePem(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key));
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN PRIVATE KEY-----\n${lines.join('\n')}\n-----END PRIVATE KEY-----\n`;
}

const derOf = (pem: string): Buffer => Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64');
