// The key pair that signs tokens of service accounts: what sa.key and sa.pub are on a real control plane.
import type { Random } from '../../machinery/random.ts';
import { fingerprintOf, keyOfSeed, publicKeyOf, type SigningKey } from './p256.ts';

interface TokenKey {
  key: SigningKey;
  verifier: ReturnType<typeof publicKeyOf>;
  id: string;
  /** The first part of the tokens that it signs. */
  head: string;
}

const keys = new WeakMap<Random, TokenKey>();

export function tokenKey(random: Random): TokenKey {
  let found = keys.get(random);
  if (!found) {
    const key = keyOfSeed(random, 'service accounts');
    const verifier = publicKeyOf(key);
    const id = fingerprintOf(verifier);
    const head = Buffer.from(JSON.stringify({ alg: 'ES256', kid: id })).toString('base64url');
    found = { key, verifier, id, head };
    keys.set(random, found);
  }
  return found;
}
