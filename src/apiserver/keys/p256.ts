// ECDSA on P-256 as the cluster signs: keys are drawn from the seed and signatures follow RFC 6979, so that the same cluster signs
// the same things with the same bytes. What a signature needs of the curve is done by the computer's own crypto library.
import type { KeyObject } from 'node:crypto';
import * as modules from 'node:module';
import type { Random } from '../../machinery/random.ts';

/** The computer's library, loaded with the first key: whoever only might sign does not pay for it. */
const crypto = (): typeof import('node:crypto') => modules.createRequire(import.meta.url)('node:crypto') as typeof import('node:crypto');

const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

export interface SigningKey {
  /** The private number, big-endian. */
  readonly d: Buffer;
  readonly x: Buffer;
  readonly y: Buffer;
}

/** @param name which key of the cluster */
export function keyOfSeed(random: Random, name: string): SigningKey {
  const drawn = BigInt(`0x${random.hex(`key of ${name}`, 'p256', 0, 96)}`);
  const d = bytes32((drawn % (ORDER - 1n)) + 1n);
  const point = publicPoint(d);
  return { d, x: point.subarray(1, 33), y: point.subarray(33) };
}

function publicPoint(d: Buffer): Buffer {
  const curve = crypto().createECDH('prime256v1');
  curve.setPrivateKey(d);
  return curve.getPublicKey();
}

/** r and s, 32 bytes each, over SHA-256. */
export function sign({ d }: SigningKey, message: string | Uint8Array): Buffer {
  const digest = crypto().createHash('sha256').update(message).digest();
  for (const k of nonces(d, digest)) {
    const r = numberOf(publicPoint(k).subarray(1, 33)) % ORDER;
    const s = (inverse(numberOf(k)) * (numberOf(digest) + r * numberOf(d))) % ORDER;
    if (r !== 0n && s !== 0n) return Buffer.concat([bytes32(r), bytes32(s)]);
  }
  throw new Error('there is no signature'); // nonces never end
}

export function verify(key: KeyObject, message: string, signature: Uint8Array): boolean {
  return signature.length === 64 && crypto().verify('sha256', Buffer.from(message), { key, dsaEncoding: 'ieee-p1363' }, signature);
}

export const publicKeyOf = ({ x, y }: SigningKey): KeyObject =>
  crypto().createPublicKey({ key: { kty: 'EC', crv: 'P-256', x: x.toString('base64url'), y: y.toString('base64url') }, format: 'jwk' });

/** SHA-256 of the public key, in base64url. */
export const fingerprintOf = (key: KeyObject): string =>
  crypto()
    .createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('base64url');

/** RFC 6979, 3.2. */
function* nonces(d: Buffer, digest: Buffer): Generator<Buffer> {
  const reduced = bytes32(numberOf(digest) % ORDER);
  const mac = (key: Buffer, ...parts: Uint8Array[]): Buffer => crypto().createHmac('sha256', key).update(Buffer.concat(parts)).digest();
  let value: Buffer = Buffer.alloc(32, 1);
  let key: Buffer = Buffer.alloc(32, 0);
  for (const round of [0, 1]) {
    key = mac(key, value, Buffer.from([round]), d, reduced);
    value = mac(key, value);
  }
  for (;;) {
    value = mac(key, value);
    const k = numberOf(value);
    if (k > 0n && k < ORDER) yield value;
    key = mac(key, value, Buffer.from([0]));
    value = mac(key, value);
  }
}

const numberOf = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
const bytes32 = (n: bigint): Buffer => Buffer.from(n.toString(16).padStart(64, '0'), 'hex');

/** By the extended Euclidean algorithm. */
function inverse(n: bigint): bigint {
  let [a, b, x, y] = [n % ORDER, ORDER, 1n, 0n];
  while (a > 1n) {
    const quotient = b / a;
    [a, b] = [b - quotient * a, a];
    [x, y] = [y - quotient * x, x];
  }
  return ((x % ORDER) + ORDER) % ORDER;
}
