// Plays pkg/registry/rbac's policy-based storage: nobody grants what they do not have, unless they may `escalate` or `bind`.
import type { V1ClusterRole, V1PolicyRule, V1RoleBinding } from '../../api/generated/types.ts';
import type { KubeObject } from '../../machinery/object.ts';
import { forbidden } from '../../machinery/status.ts';
import type { User } from '../authentication.ts';
import type { Resource } from '../resource.ts';
import type { Server } from '../server.ts';
import { SUPERUSERS } from './index.ts';
import { rulesOf } from './rbac.ts';
import { covers } from './rules.ts';

const GROUP = 'rbac.authorization.k8s.io';

/** Refuses a role or binding that would give its writer's friends more than the writer has. */
export function checkEscalation(server: Server, user: User, resource: Resource, draft: KubeObject, old: KubeObject | undefined): void {
  if (resource.gr.group !== GROUP || user.groups.includes(SUPERUSERS)) return;
  const namespace = draft.metadata.namespace ?? '';
  const { plural } = resource.kind.names;
  const name = draft.metadata.name ?? '';
  const may = (verb: string, of: string, called: string): boolean => {
    const attributes = { verb, group: GROUP, version: 'v1', resource: of, subresource: '', namespace, name: called };
    return server.authorization.authorize(user, attributes).allowed;
  };
  let rules: readonly V1PolicyRule[];
  if (plural === 'roles' || plural === 'clusterroles') {
    const role = draft as unknown as V1ClusterRole;
    if (may('escalate', plural, name) || (old && role.rules === (old as unknown as V1ClusterRole).rules)) return;
    // Whoever sums up roles could have any of them.
    rules = role.aggregationRule ? [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }] : (role.rules ?? []);
  } else {
    const { roleRef } = draft as unknown as V1RoleBinding;
    const roles = roleRef?.kind === 'ClusterRole' ? 'clusterroles' : 'roles';
    if (!roleRef || may('bind', roles, roleRef.name)) return;
    const kind = server.resources.find(GROUP, 'v1', roles);
    const role = kind && server.entry(kind, roles === 'roles' ? namespace : '', roleRef.name).value;
    rules = role ? rulesOf(server.deps.etcd, role) : [];
  }
  const missing = notHeld(server, user, namespace, rules);
  if (missing.length === 0) return;
  const groups = user.groups.map((group) => JSON.stringify(group)).join(' ');
  const why = `user ${JSON.stringify(user.name)} (groups=[${groups}]) is attempting to grant RBAC permissions not currently held:`;
  throw forbidden(resource.gr, name, `${why}\n${missing.join('\n')}`);
}

/** What of the rules the user lacks, one line for each resource. */
function notHeld(server: Server, user: User, namespace: string, rules: readonly V1PolicyRule[]): string[] {
  const own = server.authorization.rbac.grants(user).filter((grant) => !grant.namespace || grant.namespace === namespace);
  const holds = (verb: string, path: string | undefined, group: string, wanted: string, name: string): boolean => {
    const slash = wanted.indexOf('/');
    const [resource, subresource] = slash < 0 ? [wanted, ''] : [wanted.slice(0, slash), wanted.slice(slash + 1)];
    const attributes = { verb, ...(path === undefined ? {} : { path }), group, version: '', resource, subresource, namespace, name };
    return own.some((grant) => grant.rules.some((rule) => covers(rule, attributes)));
  };
  const lines: string[] = [];
  for (const { verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } of rules) {
    for (const group of apiGroups) {
      for (const resource of resources) {
        for (const name of resourceNames.length ? resourceNames : ['']) {
          const lacking = verbs.filter((verb) => !holds(verb, undefined, group, resource, name));
          const named = name ? `, ResourceNames:["${name}"]` : '';
          if (lacking.length) lines.push(`{APIGroups:["${group}"], Resources:["${resource}"]${named}, Verbs:[${quoted(lacking)}]}`);
        }
      }
    }
    for (const url of nonResourceURLs) {
      const lacking = verbs.filter((verb) => !holds(verb, url, '', '', ''));
      if (lacking.length) lines.push(`{NonResourceURLs:["${url}"], Verbs:[${quoted(lacking)}]}`);
    }
  }
  return lines;
}

const quoted = (list: readonly string[]): string => list.map((one) => JSON.stringify(one)).join(' ');
