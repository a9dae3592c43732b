// The certificate authority of a cluster: made with it, or for clusters of older programs when it is first needed. Its key is drawn from
// the seed, so that the same cluster has the same authority.
import { createPrivateKey } from 'node:crypto';
import { type Instant, minutes } from '../../machinery/clock.ts';
import type { Random } from '../../machinery/random.ts';
import type { Store } from '../../machinery/store.ts';
import { keyOfSeed } from './p256.ts';
import { selfSigned } from './self-signed.ts';

/** A certificate and its key, as PEM. */
export interface KeyPair {
  certificate: string;
  key: string;
}

const AUTHORITY = '/kubemu/pki/authority';
const DAY = minutes(24 * 60);
const YEAR = 365 * DAY;

export function authorityOf(store: Store, random: Random, at: Instant): KeyPair {
  const found = store.get<KeyPair>(AUTHORITY);
  if (found) return found;
  const made = newAuthority(random, at);
  store.put(AUTHORITY, made);
  return made;
}

/** An authority that is good for ten years from `at`. */
export function newAuthority(random: Random, at: Instant, commonName = 'kubernetes'): KeyPair {
  const key = keyOfSeed(random, 'certificate authority');
  const [d, x, y] = [key.d, key.x, key.y].map((bytes) => bytes.toString('base64url'));
  const certificate = selfSigned({
    commonName,
    serial: serial(random, 'authority'),
    notBefore: at - DAY,
    notAfter: at + 10 * YEAR,
    key,
  });
  const privateKey = createPrivateKey({ key: { kty: 'EC', crv: 'P-256', d, x, y }, format: 'jwk' } as never);
  return { certificate, key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string };
}

export const serial = (random: Random, what: string): string => `4${random.hex('certificate serial', what, 0, 31)}`;
