// The priority levels and flow schemas that kube-apiserver makes for itself (API Priority and Fairness documentation, "Defaults"). They are
// objects like any other; requests are not queued by them, since one simulation answers all of them in turn.

export interface FlowControlObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; annotations: Record<string, string> };
  spec: object;
}

const API = 'flowcontrol.apiserver.k8s.io/v1';
const ANNOTATIONS = { 'apf.kubernetes.io/autoupdate-spec': 'true' };
const QUEUE_LENGTH = 50;

/** name: shares, percent that may be lent, queues, hand size; without queues requests are rejected. */
const LEVELS: Readonly<Record<string, readonly [shares: number, lendable: number, queues?: number, handSize?: number]>> = {
  'catch-all': [5, 0],
  'global-default': [20, 50, 128, 6],
  'leader-election': [10, 0, 16, 4],
  'node-high': [40, 25, 64, 6],
  system: [30, 33, 64, 6],
  'workload-high': [40, 50, 128, 6],
  'workload-low': [100, 90, 128, 6],
};

type Subject = { kind: string; [kind: string]: unknown };

const group = (name: string): Subject => ({ group: { name }, kind: 'Group' });
const user = (name: string): Subject => ({ kind: 'User', user: { name } });
const account = (namespace: string, name: string): Subject => ({ kind: 'ServiceAccount', serviceAccount: { name, namespace } });
const SYSTEM_ACCOUNTS = account('kube-system', '*');

const resources = (
  verbs: string[],
  apiGroups: string[],
  names: string[],
  where: { namespaces?: string[]; clusterScope?: boolean },
): object => ({
  apiGroups,
  ...(where.clusterScope ? { clusterScope: true } : {}),
  ...(where.namespaces ? { namespaces: where.namespaces } : {}),
  resources: names,
  verbs,
});
const paths = (verbs: string[], nonResourceURLs: string[]): object => ({ nonResourceURLs, verbs });

/** Everything, by these. */
const anything = (...subjects: Subject[]): object => ({
  nonResourceRules: [paths(['*'], ['*'])],
  resourceRules: [resources(['*'], ['*'], ['*'], { clusterScope: true, namespaces: ['*'] })],
  subjects,
});

const WRITE = ['get', 'create', 'update'];
const leases = (namespaces: string[]): object => resources(WRITE, ['coordination.k8s.io'], ['leases'], { namespaces });

/** name, level, precedence, how flows are told apart, rules */
const SCHEMAS: readonly (readonly [name: string, level: string, precedence: number, flows: string, rule: object])[] = [
  ['catch-all', 'catch-all', 10_000, 'ByUser', anything(group('system:unauthenticated'), group('system:authenticated'))],
  [
    'endpoint-controller',
    'workload-high',
    150,
    'ByUser',
    {
      resourceRules: [resources(WRITE, [''], ['endpoints'], { namespaces: ['*'] })],
      subjects: [
        user('system:kube-controller-manager'),
        account('kube-system', 'endpoint-controller'),
        account('kube-system', 'endpointslicemirroring-controller'),
      ],
    },
  ],
  ['exempt', 'exempt', 1, '', anything(group('system:masters'))],
  ['global-default', 'global-default', 9900, 'ByUser', anything(group('system:unauthenticated'), group('system:authenticated'))],
  ['kube-controller-manager', 'workload-high', 800, 'ByNamespace', anything(user('system:kube-controller-manager'))],
  ['kube-scheduler', 'workload-high', 800, 'ByNamespace', anything(user('system:kube-scheduler'))],
  ['kube-system-service-accounts', 'workload-high', 900, 'ByNamespace', anything(SYSTEM_ACCOUNTS)],
  [
    'probes',
    'exempt',
    2,
    '',
    {
      nonResourceRules: [paths(['get'], ['/healthz', '/readyz', '/livez'])],
      subjects: [group('system:unauthenticated'), group('system:authenticated')],
    },
  ],
  ['service-accounts', 'workload-low', 9000, 'ByUser', anything(group('system:serviceaccounts'))],
  [
    'system-leader-election',
    'leader-election',
    100,
    'ByUser',
    {
      resourceRules: [leases(['*'])],
      subjects: [user('system:kube-controller-manager'), user('system:kube-scheduler'), SYSTEM_ACCOUNTS],
    },
  ],
  [
    'system-node-high',
    'node-high',
    400,
    'ByUser',
    {
      resourceRules: [
        resources(['*'], [''], ['nodes', 'nodes/status'], { clusterScope: true, namespaces: ['*'] }),
        resources(['*'], ['coordination.k8s.io'], ['leases'], { namespaces: ['*'] }),
      ],
      subjects: [group('system:nodes')],
    },
  ],
  ['system-nodes', 'system', 500, 'ByUser', anything(group('system:nodes'))],
  ['workload-leader-election', 'leader-election', 200, 'ByUser', { resourceRules: [leases(['*'])], subjects: [SYSTEM_ACCOUNTS] }],
];

export function flowControlObjects(): FlowControlObject[] {
  const object = (kind: string, name: string, spec: object): FlowControlObject => ({
    apiVersion: API,
    kind,
    metadata: { name, annotations: ANNOTATIONS },
    spec,
  });
  return [
    object('PriorityLevelConfiguration', 'exempt', { exempt: { lendablePercent: 0, nominalConcurrencyShares: 0 }, type: 'Exempt' }),
    ...Object.entries(LEVELS).map(([name, [nominalConcurrencyShares, lendablePercent, queues, handSize]]) =>
      object('PriorityLevelConfiguration', name, {
        limited: {
          lendablePercent,
          limitResponse: queues ? { queuing: { handSize, queueLengthLimit: QUEUE_LENGTH, queues }, type: 'Queue' } : { type: 'Reject' },
          nominalConcurrencyShares,
        },
        type: 'Limited',
      }),
    ),
    ...SCHEMAS.map(([name, level, matchingPrecedence, flows, rule]) =>
      object('FlowSchema', name, {
        ...(flows ? { distinguisherMethod: { type: flows } } : {}),
        matchingPrecedence,
        priorityLevelConfiguration: { name: level },
        rules: [rule],
      }),
    ),
  ];
}
