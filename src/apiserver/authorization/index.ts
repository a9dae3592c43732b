// The authorization stage: system:masters, then each authorizer of `--authorization-mode=Node,RBAC` in turn.
import type { Etcd } from '../../etcd/etcd.ts';
import type { ApiServerOptions } from '../context.ts';
import type { Authorizer } from './attributes.ts';
import { authorizeNode } from './node.ts';
import { createRbac, type Rbac } from './rbac.ts';

export interface Authorization {
  authorize: Authorizer;
  rbac: Rbac;
}

export const SUPERUSERS = 'system:masters';

export function createAuthorization(etcd: Etcd, { authorizationMode = 'RBAC' }: ApiServerOptions): Authorization {
  const rbac = createRbac(etcd);
  const authorize: Authorizer = (user, attributes) => {
    if (user.groups.includes(SUPERUSERS)) return { allowed: true, reason: '' };
    if (authorizationMode !== 'RBAC') {
      return authorizationMode === 'AlwaysAllow' ? { allowed: true, reason: '' } : { allowed: false, reason: 'Everything is forbidden.' };
    }
    const asNode = authorizeNode(user, attributes);
    return asNode.allowed ? asNode : rbac.authorize(user, attributes);
  };
  return { authorize, rbac };
}
