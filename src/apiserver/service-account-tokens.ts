// Signs and reads the bearer tokens of service accounts (bound tokens, KEP-1205): JWTs with issuer, audience, expiry and the object they are
// bound to. Signed with HMAC by a key drawn from the cluster's seed: the RSA key pair under /etc/kubernetes/pki is left out yet.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { type Instant, seconds } from '../machinery/clock.ts';
import type { Random } from '../machinery/random.ts';
import type { User } from './authentication.ts';

export const ISSUER = 'https://kubernetes.default.svc.cluster.local';

export interface BoundTo {
  namespace: string;
  serviceAccount: { name: string; uid: string };
  pod?: { name: string; uid: string };
  secret?: { name: string; uid: string };
  node?: { name: string; uid: string };
}

interface Claims {
  aud: readonly string[];
  exp: number;
  iat: number;
  iss: string;
  jti: string;
  'kubernetes.io': {
    namespace: string;
    node?: { name: string; uid: string };
    pod?: { name: string; uid: string };
    secret?: { name: string; uid: string };
    serviceaccount: { name: string; uid: string };
  };
  nbf: number;
  sub: string;
}

/** @returns a JWT that expires `lifetime` seconds after `now` */
export function signToken(random: Random, bound: BoundTo, audiences: readonly string[], lifetime: number, now: Instant): string {
  const iat = Math.floor(now / 1000);
  const { namespace, serviceAccount, pod, secret, node } = bound;
  const claims: Claims = {
    aud: audiences,
    exp: iat + lifetime,
    iat,
    iss: ISSUER,
    jti: random.uuid('token', `${serviceAccount.uid}/${pod?.uid ?? ''}/${audiences.join(',')}`, iat),
    'kubernetes.io': {
      namespace,
      ...(node ? { node } : {}),
      ...(pod ? { pod } : {}),
      ...(secret ? { secret } : {}),
      serviceaccount: serviceAccount,
    },
    nbf: iat,
    sub: `system:serviceaccount:${namespace}:${serviceAccount.name}`,
  };
  const head = encode({ alg: 'HS256', kid: keyId(random) });
  const body = encode(claims);
  return `${head}.${body}.${signature(random, `${head}.${body}`).toString('base64url')}`;
}

/**
 * The user a token stands for; undefined when it was not signed here, has expired, is for another audience, or what it is bound to is gone.
 * @param isAlive asks whether a bound object with this uid still exists
 */
export function readToken(
  random: Random,
  token: string,
  now: Instant,
  isAlive: (resource: 'serviceaccounts' | 'pods' | 'secrets', namespace: string, name: string, uid: string) => boolean,
  audience: string = ISSUER,
): User | undefined {
  const [head = '', body = '', sign = '', ...more] = token.split('.');
  if (more.length > 0 || !matches(Buffer.from(sign, 'base64url'), signature(random, `${head}.${body}`))) return undefined;
  const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as Claims;
  if (now >= seconds(claims.exp) || now < seconds(claims.nbf) || !claims.aud.includes(audience)) return undefined;
  const { namespace, serviceaccount, pod, secret } = claims['kubernetes.io'];
  if (!isAlive('serviceaccounts', namespace, serviceaccount.name, serviceaccount.uid)) return undefined;
  if (pod && !isAlive('pods', namespace, pod.name, pod.uid)) return undefined;
  if (secret && !isAlive('secrets', namespace, secret.name, secret.uid)) return undefined;
  return {
    name: claims.sub,
    uid: serviceaccount.uid,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`],
    extra: {
      'authentication.kubernetes.io/credential-id': [`JTI=${claims.jti}`],
      ...(pod ? { 'authentication.kubernetes.io/pod-name': [pod.name], 'authentication.kubernetes.io/pod-uid': [pod.uid] } : {}),
    },
  };
}

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const keyId = (random: Random): string => Buffer.from(random.hex('service-account-key-id', 'sa', 0, 64), 'hex').toString('base64url');
const signature = (random: Random, text: string): Buffer =>
  createHmac('sha256', Buffer.from(random.hex('service-account-key', 'sa', 0, 64), 'hex'))
    .update(text)
    .digest();
const matches = (given: Buffer, expected: Buffer): boolean => given.length === expected.length && timingSafeEqual(given, expected);
