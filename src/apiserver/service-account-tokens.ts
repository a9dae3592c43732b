// Signs and reads the bearer tokens of service accounts (bound tokens, KEP-1205): JWTs with issuer, audience, expiry and the object they are
// bound to, signed (ES256) by a key pair drawn from the cluster's seed. `keys/issuer.ts` publishes the public half.
import { type Instant, seconds } from '../machinery/clock.ts';
import type { Random } from '../machinery/random.ts';
import type { User } from './authentication.ts';
import { verify } from './keys/p256.ts';
import { tokenKey } from './keys/token-key.ts';
import { tokenSignature } from './keys/token-signature.ts';

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

/** A JWT that expires `lifetime` seconds after `now`. */
export function signToken(random: Random, ...claims: ClaimsOf): string {
  const text = unsignedToken(random, ...claims);
  return text + tokenSignature(random, text);
}

type ClaimsOf = [bound: BoundTo, audiences: readonly string[], lifetime: number, now: Instant];

/** The same without its signature, which somebody adds who needs it: `keys/token-signature.ts`. */
export function unsignedToken(random: Random, bound: BoundTo, audiences: readonly string[], lifetime: number, now: Instant): string {
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
  return `${tokenKey(random).head}.${encode(claims)}`;
}

/** The issuer of tokens in Secrets, from before there was discovery. */
const LEGACY_ISSUER = 'kubernetes/serviceaccount';

/** A token for a Secret of type kubernetes.io/service-account-token: it lasts as long as the Secret. */
export function signSecretToken(
  random: Random,
  { namespace, secret, account }: { namespace: string; secret: string; account: { name: string; uid: string } },
): string {
  const claims = {
    iss: LEGACY_ISSUER,
    [`${LEGACY_CLAIM}namespace`]: namespace,
    [`${LEGACY_CLAIM}secret.name`]: secret,
    [`${LEGACY_CLAIM}service-account.name`]: account.name,
    [`${LEGACY_CLAIM}service-account.uid`]: account.uid,
    sub: `system:serviceaccount:${namespace}:${account.name}`,
  };
  const text = `${tokenKey(random).head}.${encode(claims)}`;
  return text + tokenSignature(random, text);
}

const LEGACY_CLAIM = 'kubernetes.io/serviceaccount/';

/** The Secret must be there and hold this token still. */
function readSecretToken(
  claims: Readonly<Record<string, string>>,
  token: string,
  isAlive: IsAlive,
  audiences: readonly string[],
): TokenUser | undefined {
  const of = (name: string): string => claims[`${LEGACY_CLAIM}${name}`] ?? '';
  const [namespace, uid] = [of('namespace'), of('service-account.uid')];
  if (!audiences.includes(ISSUER) || !isAlive('serviceaccounts', namespace, of('service-account.name'), { uid })) return undefined;
  if (!isAlive('secrets', namespace, of('secret.name'), { token })) return undefined;
  return {
    name: claims.sub ?? '',
    uid,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`],
    audiences: [ISSUER],
  };
}

/** Whether an object is still the one that a token is bound to: the one with that uid, or the Secret with that token. */
export type IsAlive = (
  resource: 'serviceaccounts' | 'pods' | 'secrets' | 'nodes',
  namespace: string,
  name: string,
  is: { uid?: string; token?: string },
) => boolean;

/**
 * The user a token stands for; undefined when it was not signed here, has expired, is for another audience, or what it is bound to is gone.
 * @param audiences the token must be for one of these
 */
export function readToken(
  random: Random,
  token: string,
  now: Instant,
  isAlive: IsAlive,
  audiences: readonly string[] = [ISSUER],
): TokenUser | undefined {
  const [head = '', body = '', signature = '', ...more] = token.split('.');
  if (more.length > 0 || !verify(tokenKey(random).verifier, `${head}.${body}`, Buffer.from(signature, 'base64url'))) return undefined;
  const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as Claims;
  if (claims.iss === LEGACY_ISSUER) return readSecretToken(claims as unknown as Record<string, string>, token, isAlive, audiences);
  const shared = audiences.filter((audience) => claims.aud.includes(audience));
  if (now >= seconds(claims.exp) || now < seconds(claims.nbf) || shared.length === 0) return undefined;
  const { namespace, serviceaccount, pod, secret, node } = claims['kubernetes.io'];
  if (!isAlive('serviceaccounts', namespace, serviceaccount.name, { uid: serviceaccount.uid })) return undefined;
  if (pod && !isAlive('pods', namespace, pod.name, { uid: pod.uid })) return undefined;
  if (secret && !isAlive('secrets', namespace, secret.name, { uid: secret.uid })) return undefined;
  if (node && !pod && !isAlive('nodes', '', node.name, { uid: node.uid })) return undefined;
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
