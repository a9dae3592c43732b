// Plays the ClusterRole aggregation controller: a role with an aggregationRule has the rules of the roles that it selects.

import type { V1PolicyRule } from '../api/generated/types.ts';
import { ClusterRole } from '../api/rbac/clusterrole.ts';
import { jsonEqual } from '../machinery/equal.ts';
import { selects } from '../machinery/label-selector.ts';
import { defineController, watch } from './define.ts';

/** Any role may be one that others select. */
const ALL = '~all';

export const clusterRoleAggregationController = defineController({
  name: 'clusterrole-aggregation-controller',
  for: ClusterRole,
  relevant: ({ object }) => (object as ClusterRole).aggregationRule !== undefined,
  watches: [watch(ClusterRole, ({ object }) => (object.metadata.labels ? [ALL] : []))],
  async reconcile(key, { client }) {
    const roles = await client.list(ClusterRole);
    for (const role of roles) {
      if (!role.aggregationRule || (key.name !== ALL && key.name !== role.metadata.name)) continue;
      const rules = aggregate(role, roles);
      if (!jsonEqual(rules, role.rules ?? [])) await client.update(ClusterRole, { ...role, rules });
    }
    return undefined;
  },
});

/** In order of the roles' names, each rule once. */
export function aggregate(role: ClusterRole, roles: readonly ClusterRole[]): V1PolicyRule[] {
  const rules: V1PolicyRule[] = [];
  for (const selector of role.aggregationRule?.clusterRoleSelectors ?? []) {
    for (const other of roles) {
      if (other.metadata.name === role.metadata.name || !selects(selector, other.metadata.labels)) continue;
      for (const rule of other.rules ?? []) if (!rules.some((each) => jsonEqual(each, rule))) rules.push(rule);
    }
  }
  return rules;
}
