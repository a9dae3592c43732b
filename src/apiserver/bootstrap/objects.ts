// What kube-apiserver creates by itself when it first starts: system namespaces, priority classes, RBAC defaults, the `kubernetes` Service,
// priority levels and flow schemas, the range of Service addresses.
import { flowControlObjects } from './flow-control.ts';
import { type BindingFacts, clusterRoleBindings, clusterRoles, type RoleFacts, roleBindings, roles } from './roles.ts';

export interface BootstrapObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; [field: string]: unknown };
  [field: string]: unknown;
}

const RBAC = 'rbac.authorization.k8s.io/v1';
const LISTS: Record<string, string[]> = {
  ro: ['get', 'list', 'watch'],
  rw: ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'],
};

/**
 * @param serviceIP address of the `kubernetes` Service: the first of the service range
 * @param serviceCIDR the service range
 * @param endpoint the API server's advertised address
 */
export function bootstrapObjects(serviceIP: string, serviceCIDR: string, endpoint: string): BootstrapObject[] {
  return [
    ...['default', 'kube-node-lease', 'kube-public', 'kube-system'].map((name) => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name },
    })),
    priorityClass(
      'system-cluster-critical',
      2_000_000_000,
      'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.',
    ),
    priorityClass('system-node-critical', 2_000_001_000, 'Used for system critical pods that must not be moved from their current node.'),
    ...clusterRoles.map(clusterRole),
    ...roles.map(role),
    ...clusterRoleBindings.map((facts) => binding('ClusterRoleBinding', 'ClusterRole', facts)),
    ...roleBindings.map((facts) => binding('RoleBinding', 'Role', facts)),
    ...flowControlObjects().map((object) => ({ ...object })),
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'ServiceCIDR',
      metadata: { name: 'kubernetes', finalizers: ['networking.k8s.io/service-cidr-finalizer'] },
      spec: { cidrs: [serviceCIDR] },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'kubernetes', namespace: 'default', labels: { component: 'apiserver', provider: 'kubernetes' } },
      spec: {
        type: 'ClusterIP',
        clusterIP: serviceIP,
        clusterIPs: [serviceIP],
        ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: 6443 }],
        sessionAffinity: 'None',
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Endpoints',
      metadata: { name: 'kubernetes', namespace: 'default', labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } },
      subsets: [{ addresses: [{ ip: endpoint }], ports: [{ name: 'https', port: 6443, protocol: 'TCP' }] }],
    },
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: 'kubernetes', namespace: 'default', labels: { 'kubernetes.io/service-name': 'kubernetes' } },
      addressType: 'IPv4',
      endpoints: [{ addresses: [endpoint], conditions: { ready: true } }],
      ports: [{ name: 'https', port: 6443, protocol: 'TCP' }],
    },
  ];
}

const defaults = { 'kubernetes.io/bootstrapping': 'rbac-defaults' };
const autoupdate = { 'rbac.authorization.kubernetes.io/autoupdate': 'true' };

function priorityClass(name: string, value: number, description: string): BootstrapObject {
  return {
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name },
    value,
    description,
    preemptionPolicy: 'PreemptLowerPriority',
  };
}

function clusterRole(facts: RoleFacts): BootstrapObject {
  const aggregate = (name: string): string => `rbac.authorization.k8s.io/aggregate-to-${name}`;
  return {
    apiVersion: RBAC,
    kind: 'ClusterRole',
    metadata: {
      name: facts.name,
      labels: { ...defaults, ...(facts.aggregateTo ? { [aggregate(facts.aggregateTo)]: 'true' } : {}) },
      annotations: autoupdate,
    },
    ...(facts.aggregates
      ? { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [aggregate(facts.aggregates)]: 'true' } }] } }
      : {}),
    rules: facts.aggregates ? summedRules(facts.aggregates) : facts.rules.map(policyRule),
  };
}

/** What the aggregation controller would find: rules of all roles that are summed up into `name`, transitively. */
function summedRules(name: string): object[] {
  return clusterRoles
    .filter((facts) => facts.aggregateTo === name)
    .flatMap((facts) => (facts.aggregates ? summedRules(facts.aggregates) : facts.rules.map(policyRule)));
}

function role(facts: RoleFacts): BootstrapObject {
  return {
    apiVersion: RBAC,
    kind: 'Role',
    metadata: { name: facts.name, namespace: facts.namespace ?? '', labels: defaults, annotations: autoupdate },
    rules: facts.rules.map(policyRule),
  };
}

function policyRule(notation: string): object {
  const [verbs = '', groups = '', resources = '', names] = notation.split('|');
  const verbList = LISTS[verbs] ?? verbs.split(',');
  if (groups === 'url') return { nonResourceURLs: resources.split(','), verbs: verbList };
  return {
    apiGroups: groups.split(','),
    ...(names ? { resourceNames: names.split(',') } : {}),
    resources: resources.split(','),
    verbs: verbList,
  };
}

function binding(kind: string, roleKind: string, facts: BindingFacts): BootstrapObject {
  return {
    apiVersion: RBAC,
    kind,
    metadata: { name: facts.name, ...(facts.namespace ? { namespace: facts.namespace } : {}), labels: defaults, annotations: autoupdate },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: roleKind, name: facts.role },
    ...(facts.subjects.length > 0 ? { subjects: facts.subjects.map(subject) } : {}),
  };
}

function subject(notation: string): object {
  const kind = notation.slice(0, notation.indexOf(':'));
  const name = notation.slice(kind.length + 1);
  if (kind === 'sa') {
    const [namespace, account] = name.split('/');
    return { kind: 'ServiceAccount', name: account, namespace };
  }
  return { apiGroup: 'rbac.authorization.k8s.io', kind: kind === 'group' ? 'Group' : 'User', name };
}
