// Plays the RBAC authorizer: roles and bindings as stored, collected once per user until one of them changes. An aggregated
// ClusterRole is read as the sum of the roles that it selects, whether or not its controller has written the sum down.
import type { V1ClusterRole, V1PolicyRule, V1RoleBinding } from '../../api/generated/types.ts';
import type { Etcd } from '../../etcd/etcd.ts';
import { selects } from '../../machinery/label-selector.ts';
import type { KubeObject } from '../../machinery/object.ts';
import { serviceAccountOf, type User } from '../authentication.ts';
import type { Authorizer } from './attributes.ts';
import { covers } from './rules.ts';

const ROLES = '/registry/roles/';
const CLUSTER_ROLES = '/registry/clusterroles/';
const ROLE_BINDINGS = '/registry/rolebindings/';
const CLUSTER_ROLE_BINDINGS = '/registry/clusterrolebindings/';
const PREFIXES = [ROLES, CLUSTER_ROLES, ROLE_BINDINGS, CLUSTER_ROLE_BINDINGS];

/** Rules that a user has through one binding. */
export interface Grant {
  /** Empty: everywhere. */
  namespace: string;
  rules: readonly V1PolicyRule[];
  /** As SubjectAccessReview reports it. */
  reason: string;
  /** The role is missing. */
  problem?: string;
}

export interface Rbac {
  authorize: Authorizer;
  /** Everything that bindings give the user, for SelfSubjectRulesReview and escalation checks. */
  grants(user: User): readonly Grant[];
}

export function createRbac(etcd: Etcd): Rbac {
  let known = new Map<string, readonly Grant[]>();
  etcd.watch(({ key }) => {
    if (PREFIXES.some((prefix) => key.startsWith(prefix))) known = new Map();
  });
  const grants = (user: User): readonly Grant[] => {
    const id = [user.name, ...user.groups].join('\0');
    let found = known.get(id);
    if (!found) {
      found = collect(etcd, user);
      known.set(id, found);
    }
    return found;
  };
  return {
    grants,
    authorize(user, attributes) {
      let problems: string[] | undefined;
      for (const { namespace, rules, reason, problem } of grants(user)) {
        if (namespace && (attributes.path !== undefined || namespace !== attributes.namespace)) continue;
        if (problem) problems = [...(problems ?? []), problem];
        for (const rule of rules) if (covers(rule, attributes)) return { allowed: true, reason };
      }
      return { allowed: false, reason: problems ? `RBAC: ${problems.length === 1 ? problems[0] : `[${problems.join(', ')}]`}` : '' };
    },
  };
}

function collect(etcd: Etcd, user: User): readonly Grant[] {
  const grants: Grant[] = [];
  for (const { value } of etcd.range<KubeObject>(CLUSTER_ROLE_BINDINGS)) {
    const grant = grantOf(etcd, value, user, '');
    if (grant) grants.push(grant);
  }
  for (const { value } of etcd.range<KubeObject>(ROLE_BINDINGS)) {
    const grant = grantOf(etcd, value, user, value.metadata.namespace ?? '');
    if (grant) grants.push(grant);
  }
  return grants;
}

function grantOf(etcd: Etcd, binding: KubeObject, user: User, namespace: string): Grant | undefined {
  const { subjects = [], roleRef } = binding as unknown as V1RoleBinding;
  const subject = subjects.find((candidate) => isSubject(candidate, user, namespace));
  if (!subject) return undefined;
  const role = etcd.get<KubeObject>(
    roleRef.kind === 'ClusterRole' ? CLUSTER_ROLES + roleRef.name : `${ROLES}${namespace}/${roleRef.name}`,
  )?.value;
  const who = subject.kind === 'ServiceAccount' ? `${subject.name}/${subject.namespace ?? namespace}` : subject.name;
  const of = namespace ? `RoleBinding "${binding.metadata.name}/${namespace}"` : `ClusterRoleBinding "${binding.metadata.name}"`;
  const reason = `RBAC: allowed by ${of} of ${roleRef.kind} "${roleRef.name}" to ${subject.kind} "${who}"`;
  if (!role) {
    return { namespace, rules: [], reason, problem: `${roleRef.kind.toLowerCase()}.rbac.authorization.k8s.io "${roleRef.name}" not found` };
  }
  return { namespace, rules: rulesOf(etcd, role), reason };
}

function isSubject(subject: { kind: string; name: string; namespace?: string | undefined }, user: User, bindingNamespace: string): boolean {
  if (subject.kind === 'User') return subject.name === user.name || subject.name === '*';
  if (subject.kind === 'Group') return user.groups.includes(subject.name);
  const account = serviceAccountOf(user.name);
  return account !== undefined && account.name === subject.name && account.namespace === (subject.namespace || bindingNamespace);
}

export function rulesOf(etcd: Etcd, role: KubeObject, depth = 0): readonly V1PolicyRule[] {
  const { rules, aggregationRule } = role as unknown as V1ClusterRole;
  const selectors = aggregationRule?.clusterRoleSelectors;
  if (!selectors || depth > 8) return rules ?? [];
  const summed: V1PolicyRule[] = [];
  for (const { value } of etcd.range<KubeObject>(CLUSTER_ROLES)) {
    if (value.metadata.name === role.metadata.name) continue;
    if (selectors.some((selector) => selects(selector, value.metadata.labels))) summed.push(...rulesOf(etcd, value, depth + 1));
  }
  return summed;
}
