// Plays apiserver/pkg/authentication: who asks, from a client certificate, a bearer token, or nothing.
import type { Credentials } from '../machinery/http.ts';
import { unauthorized } from '../machinery/status.ts';
import { type Authorizer, denied } from './authorization/attributes.ts';

export interface User {
  name: string;
  uid?: string;
  groups: readonly string[];
  extra?: Readonly<Record<string, readonly string[]>>;
}

/** Knows bearer tokens; undefined for one that it does not accept. */
export type TokenAuthenticator = (token: string) => User | undefined;

const ANONYMOUS: User = { name: 'system:anonymous', groups: ['system:unauthenticated'] };

/** Users of certificates, by the certificate: the same object comes with every request of a client. */
const certificateUsers = new WeakMap<object, User>();

/** The authenticated user, before impersonation. */
export function authenticate(credentials: Credentials, tokens: TokenAuthenticator): User {
  const { certificate, token } = credentials;
  if (certificate) {
    let user = certificateUsers.get(certificate);
    if (!user) {
      const { commonName, organizations, fingerprint } = certificate;
      user = {
        name: commonName,
        groups: [...organizations, 'system:authenticated'],
        ...(fingerprint ? { extra: { 'authentication.kubernetes.io/credential-id': [`X509SHA256=${fingerprint}`] } } : {}),
      };
      certificateUsers.set(certificate, user);
    }
    return user;
  }
  if (token === undefined) return ANONYMOUS;
  const user = tokens(token);
  if (!user) throw unauthorized();
  const { name, uid, groups, extra } = user;
  return { name, ...(uid ? { uid } : {}), groups: [...groups, 'system:authenticated'], ...(extra ? { extra } : {}) };
}

/** The user that an authenticated one acts as; each attribute needs the permission to impersonate it. */
export function impersonated(user: User, credentials: Credentials, authorize: Authorizer): User {
  const wanted = credentials.impersonate;
  if (!wanted) return user;
  const account = serviceAccountOf(wanted.user);
  const check = (resource: string, name: string, { group = '', namespace = '', subresource = '' } = {}): void => {
    const attributes = { verb: 'impersonate', group, version: '', resource, subresource, namespace, name };
    const { allowed, reason } = authorize(user, attributes);
    if (!allowed) throw denied(user, attributes, reason);
  };
  if (account) check('serviceaccounts', account.name, { namespace: account.namespace });
  else check('users', wanted.user);
  for (const group of wanted.groups ?? []) check('groups', group);
  if (wanted.uid) check('uids', wanted.uid, { group: 'authentication.k8s.io' });
  for (const [key, values] of Object.entries(wanted.extra ?? {})) {
    for (const value of values) check('userextras', value, { group: 'authentication.k8s.io', subresource: key });
  }
  const groups = [...(wanted.groups ?? [])];
  if (account && groups.length === 0) groups.push('system:serviceaccounts', `system:serviceaccounts:${account.namespace}`);
  const status = wanted.user === ANONYMOUS.name ? 'system:unauthenticated' : 'system:authenticated';
  if (!groups.includes(status)) groups.push(status);
  return { name: wanted.user, groups, ...(wanted.uid ? { uid: wanted.uid } : {}), ...(wanted.extra ? { extra: wanted.extra } : {}) };
}

/** `system:serviceaccount:<namespace>:<name>` taken apart. */
export function serviceAccountOf(user: string): { namespace: string; name: string } | undefined {
  const prefix = 'system:serviceaccount:';
  if (!user.startsWith(prefix)) return undefined;
  const [namespace, name, ...more] = user.slice(prefix.length).split(':');
  return namespace && name && more.length === 0 ? { namespace, name } : undefined;
}
