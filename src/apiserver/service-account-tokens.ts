// Signs and reads the bearer tokens of service accounts (bound tokens, KEP-1205): JWTs with issuer, audience, expiry and the object they are
// bound to, signed (ES256) by a key pair drawn from the cluster's seed. `keys/issuer.ts` publishes the public half.
import { type Instant, seconds } from '../machinery/clock.ts';
import type { Random } from '../machinery/random.ts';
import type { User } from './authentication.ts';
import { sign, verify } from './keys/p256.ts';
import { tokenKey } from './keys/token-key.ts';

export const ISSUER = 'https://kubernetes.default.svc.cluster.local';

/** Somebody with a token, and which of the wanted audiences it is for. */
export type TokenUser = User & { audiences: readonly string[] };

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
  const { key, id } = tokenKey(random);
  const text = `${encode({ alg: 'ES256', kid: id })}.${encode(claims)}`;
  return `${text}.${sign(key, text).toString('base64url')}`;
}

/**
 * The user a token stands for; undefined when it was not signed here, has expired, is for another audience, or what it is bound to is gone.
 * @param isAlive asks whether a bound object with this uid still exists
 * @param audiences the token must be for one of these
 */
export function readToken(
  random: Random,
  token: string,
  now: Instant,
  isAlive: (resource: 'serviceaccounts' | 'pods' | 'secrets' | 'nodes', namespace: string, name: string, uid: string) => boolean,
  audiences: readonly string[] = [ISSUER],
): TokenUser | undefined {
  const [head = '', body = '', signature = '', ...more] = token.split('.');
  if (more.length > 0 || !verify(tokenKey(random).verifier, `${head}.${body}`, Buffer.from(signature, 'base64url'))) return undefined;
  const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as Claims;
  const shared = audiences.filter((audience) => claims.aud.includes(audience));
  if (now >= seconds(claims.exp) || now < seconds(claims.nbf) || shared.length === 0) return undefined;
  const { namespace, serviceaccount, pod, secret, node } = claims['kubernetes.io'];
  if (!isAlive('serviceaccounts', namespace, serviceaccount.name, serviceaccount.uid)) return undefined;
  if (pod && !isAlive('pods', namespace, pod.name, pod.uid)) return undefined;
  if (secret && !isAlive('secrets', namespace, secret.name, secret.uid)) return undefined;
  if (node && !pod && !isAlive('nodes', '', node.name, node.uid)) return undefined;
  return {
    name: claims.sub,
    uid: serviceaccount.uid,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`],
    extra: {
      'authentication.kubernetes.io/credential-id': [`JTI=${claims.jti}`],
      ...(pod ? { 'authentication.kubernetes.io/pod-name': [pod.name], 'authentication.kubernetes.io/pod-uid': [pod.uid] } : {}),
      ...(node ? { 'authentication.kubernetes.io/node-name': [node.name], 'authentication.kubernetes.io/node-uid': [node.uid] } : {}),
    },
    audiences: shared,
  };
}

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
