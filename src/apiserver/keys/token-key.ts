// The key pair that signs tokens of service accounts: what sa.key and sa.pub are on a real control plane.
import { createHash } from 'node:crypto';
import type { Random } from '../../machinery/random.ts';
import { keyOfSeed, publicKeyOf, type SigningKey } from './p256.ts';

const keys = new WeakMap<Random, { key: SigningKey; id: string; verifier: ReturnType<typeof publicKeyOf> }>();

export function tokenKey(random: Random): { key: SigningKey; id: string; verifier: ReturnType<typeof publicKeyOf> } {
  let found = keys.get(random);
  if (!found) {
    const key = keyOfSeed(random, 'service accounts');
    const verifier = publicKeyOf(key);
    const id = createHash('sha256')
      .update(verifier.export({ type: 'spki', format: 'der' }))
      .digest('base64url');
    found = { key, id, verifier };
    keys.set(random, found);
  }
  return found;
}
