// The key pair that signs tokens of service accounts: what sa.key and sa.pub are on a real control plane.
import type { Random } from '../../machinery/random.ts';
import { fingerprintOf, keyOfSeed, publicKeyOf, type SigningKey } from './p256.ts';

const keys = new WeakMap<Random, { key: SigningKey; id: string; verifier: ReturnType<typeof publicKeyOf> }>();

export function tokenKey(random: Random): { key: SigningKey; id: string; verifier: ReturnType<typeof publicKeyOf> } {
  let found = keys.get(random);
  if (!found) {
    const key = keyOfSeed(random, 'service accounts');
    const verifier = publicKeyOf(key);
    found = { key, id: fingerprintOf(verifier), verifier };
    keys.set(random, found);
  }
  return found;
}
