// Semantic validation of the kinds that few people write by hand.
import { expect, test } from 'vitest';
import { pathForManifest } from '../../src/cluster/manifest-path.ts';
import { testServer } from './harness.ts';

type Manifest = { apiVersion: string; kind: string; metadata: { name: string; namespace?: string }; [field: string]: unknown };
const of = (apiVersion: string, kind: string, rest: object, name = 'a', namespace?: string): Manifest => ({
  apiVersion,
  kind,
  metadata: { name, ...(namespace ? { namespace } : {}) },
  ...rest,
});
const slice = (rest: object): Manifest => of('discovery.k8s.io/v1', 'EndpointSlice', { addressType: 'IPv4', ...rest }, 'a', 'default');

test.each<[Manifest, ...string[]]>([
  [
    slice({ endpoints: [{ addresses: ['foo', '127.0.0.1'] }, {}] }),
    'endpoints[0].addresses[0]: Invalid value: "foo": must be a valid IPv4 address',
    'endpoints[0].addresses[1]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)',
    'endpoints[1].addresses: Required value: must contain at least 1 address',
  ],
  [
    slice({ endpoints: [], ports: [{ name: 'a', protocol: 'X', port: 70_000 }, { name: 'a' }] }),
    'ports[0].protocol: Unsupported value: "X": supported values: "SCTP", "TCP", "UDP"',
    'ports[0].port: Invalid value: 70000: must be between 1 and 65535, inclusive',
    'ports[1].name: Duplicate value: "a"',
  ],
  [slice({ addressType: 'Foo', endpoints: [] }), 'addressType: Unsupported value: "Foo": supported values: "FQDN", "IPv4", "IPv6"'],
  [of('node.k8s.io/v1', 'RuntimeClass', { handler: 'A_b' }), 'handler: Invalid value: "A_b": a lowercase RFC 1123 label must consist of'],
  [
    of('coordination.k8s.io/v1', 'Lease', { spec: { leaseDurationSeconds: 0, leaseTransitions: -1 } }, 'a', 'default'),
    'spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0',
    'spec.leaseTransitions: Invalid value: -1: must be greater than or equal to 0',
  ],
  [
    of('rbac.authorization.k8s.io/v1', 'ClusterRole', { aggregationRule: { clusterRoleSelectors: [] } }),
    'aggregationRule.clusterRoleSelectors: Required value: at least one clusterRoleSelector required if aggregationRule is non-nil',
  ],
  [
    of('networking.k8s.io/v1', 'IngressClass', { spec: { controller: 'nginx', parameters: { kind: 'X', scope: 'Namespace' } } }),
    'spec.controller: Invalid value: "nginx": must be a domain-prefixed path (such as "acme.io/foo")',
    'spec.parameters.name: Required value: name is required',
    "spec.parameters.namespace: Required value: `parameters.scope` is set to 'Namespace'",
  ],
  [
    of('storage.k8s.io/v1', 'CSINode', {
      spec: {
        drivers: [
          { name: 'a', nodeID: '' },
          { name: 'a', nodeID: 'b' },
        ],
      },
    }),
    'spec.drivers[0].nodeID: Required value',
    'spec.drivers[1].name: Duplicate value: "a"',
  ],
  [
    of('storage.k8s.io/v1', 'CSIStorageCapacity', { storageClassName: 'fast', capacity: '-1' }, 'a', 'default'),
    'capacity: Invalid value: "-1": must be greater than or equal to 0',
  ],
  [
    of('storage.k8s.io/v1', 'VolumeAttributesClass', {}),
    'driverName: Required value',
    'parameters: Required value: must contain at least one key/value pair',
  ],
  [
    of('storage.k8s.io/v1', 'StorageClass', { provisioner: 'x/y', allowedTopologies: [{ matchLabelExpressions: [{ key: 'zone' }] }] }),
    'allowedTopologies[0].matchLabelExpressions[0].values: Required value',
  ],
  [
    of('policy/v1', 'PodDisruptionBudget', { spec: { minAvailable: '120%', unhealthyPodEvictionPolicy: 'Foo' } }, 'a', 'default'),
    'spec.minAvailable: Invalid value: "120%": must not be greater than 100%',
    'spec.unhealthyPodEvictionPolicy: Unsupported value: "Foo": supported values: "AlwaysAllow", "IfHealthyBudget"',
  ],
  [
    of('apiregistration.k8s.io/v1', 'APIService', { spec: { group: 'bar', version: 'v1', versionPriority: 2000 } }, 'v1.foo'),
    'metadata.name: Invalid value: "v1.foo": must be `spec.version+"."+spec.group`: "v1.bar"',
    'spec.groupPriorityMinimum: Invalid value: 0: must be positive and less than 20000',
    'spec.versionPriority: Invalid value: 2000: must be positive and less than 1000',
  ],
  [
    of('flowcontrol.apiserver.k8s.io/v1', 'FlowSchema', {
      spec: { matchingPrecedence: 20_000, priorityLevelConfiguration: { name: 'x' }, rules: [{ subjects: [{ kind: 'User' }] }] },
    }),
    'spec.matchingPrecedence: Invalid value: 20000: must not be greater than 10000',
    "spec.rules[0].subjects[0].user: Required value: user is required when subject kind is 'User'",
    'spec.rules[0]: Required value: at least one of resourceRules and nonResourceRules has to be non-empty',
  ],
  [
    of('flowcontrol.apiserver.k8s.io/v1', 'PriorityLevelConfiguration', { spec: { type: 'Limited' } }),
    'spec.limited: Required value: must not be empty when type is Limited',
  ],
  [
    of('certificates.k8s.io/v1', 'CertificateSigningRequest', {
      spec: { request: '', signerName: 'a.b/c', usages: ['foo', 'any', 'any'] },
    }),
    'spec.usages[0]: Unsupported value: "foo": supported values: "any", "cert sign",',
    'spec.usages[2]: Duplicate value: "any"',
  ],
])('%j', async (manifest, ...messages) => {
  const { refused } = await testServer();
  const text = await refused('POST', pathForManifest(manifest), manifest);
  for (const message of messages) expect(text).toContain(message);
});
