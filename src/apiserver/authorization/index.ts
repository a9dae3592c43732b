// The authorization stage: system:masters, then each authorizer of `--authorization-mode` in turn, `Node,RBAC` unless it says otherwise.
import type { Etcd } from '../../etcd/etcd.ts';
import type { Store } from '../../machinery/store.ts';
import type { ApiServerOptions } from '../context.ts';
import type { Authorizer } from './attributes.ts';
import { createNodeAuthorizer } from './node.ts';
import { createRbac, type Rbac } from './rbac.ts';

export interface Authorization {
  authorize: Authorizer;
  rbac: Rbac;
}

export const SUPERUSERS = 'system:masters';
export const AUTHORIZATION_MODES = ['AlwaysAllow', 'AlwaysDeny', 'Node', 'RBAC'] as const;
export type AuthorizationMode = (typeof AUTHORIZATION_MODES)[number];

const DEFAULT: readonly AuthorizationMode[] = ['Node', 'RBAC'];

export function createAuthorization(etcd: Etcd, store: Store, { authorizationModes = DEFAULT }: ApiServerOptions): Authorization {
  const rbac = createRbac(etcd);
  const authorizers: Record<AuthorizationMode, Authorizer> = {
    AlwaysAllow: () => ({ allowed: true, reason: '' }),
    AlwaysDeny: () => ({ allowed: false, reason: 'Everything is forbidden.' }),
    Node: createNodeAuthorizer(etcd, store),
    RBAC: rbac.authorize,
  };
  const inTurn = authorizationModes.map((mode) => authorizers[mode]);
  const authorize: Authorizer = (user, attributes) => {
    if (user.groups.includes(SUPERUSERS)) return { allowed: true, reason: '' };
    const reasons: string[] = [];
    for (const one of inTurn) {
      const decision = one(user, attributes);
      if (decision.allowed) return decision;
      if (decision.reason) reasons.push(decision.reason);
    }
    return { allowed: false, reason: reasons.join('\n') };
  };
  return { authorize, rbac };
}
