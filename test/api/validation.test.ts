import { expect, test } from 'vitest';
import { kindFor } from '../../src/api/index.ts';
import type { Kind } from '../../src/api/kind.ts';
import { jsonEqual } from '../../src/machinery/equal.ts';
import { deepFreeze, thaw } from '../../src/machinery/freeze.ts';
import type { KubeObject } from '../../src/machinery/object.ts';
import { keyedRandom } from '../../src/machinery/random.ts';
import { validateObjectMeta } from '../../src/machinery/validation/object-meta.ts';
import { NOW } from './objects.ts';

const kindOf = (apiVersion: string, name: string): Kind => {
  const [version = '', group = ''] = apiVersion.split('/').reverse();
  return kindFor(group, version, name) as Kind;
};

const context = { now: NOW, random: keyedRandom('s'), subresource: '' };

interface Manifest {
  apiVersion: string;
  kind: string;
  metadata?: object;
  [field: string]: unknown;
}

function prepared({ metadata, ...rest }: Manifest): KubeObject {
  const kind = kindOf(rest.apiVersion, rest.kind);
  const draft = thaw({ ...rest, metadata: { name: 'x', namespace: 'default', uid: 'U', ...metadata } }) as unknown as KubeObject;
  kind.strategy.setDefaults?.(draft);
  kind.strategy.prepareForCreate?.(draft, context);
  return draft;
}

const texts = (errors: readonly { field: string; message: string }[]): string[] =>
  errors.map(({ field, message }) => `${field}: ${message}`);

/** What the server has against creating the object. */
function refusals(manifest: Manifest): string[] {
  const kind = kindOf(manifest.apiVersion, manifest.kind);
  const draft = prepared(manifest);
  return texts([
    ...validateObjectMeta(draft.metadata, {
      namespaced: kind.names.namespaced || Boolean(draft.metadata.namespace),
      nameRule: kind.strategy.nameRule,
    }),
    ...(kind.strategy.validate?.(draft) ?? []),
  ]);
}

/** What the server has against changing `manifest` by `change`. */
function updateRefusals(manifest: Manifest, change: (draft: Record<string, never>) => void): string[] {
  const kind = kindOf(manifest.apiVersion, manifest.kind);
  const old = deepFreeze(prepared(manifest));
  const draft = thaw(old);
  change(draft as never);
  kind.strategy.prepareForUpdate?.(draft, old, context);
  expect(jsonEqual(draft, old)).toBe(false);
  return texts(kind.strategy.validateUpdate?.(draft, old, '') ?? []);
}

const pod = (spec: object, metadata: object = {}): Manifest => ({ apiVersion: 'v1', kind: 'Pod', metadata, spec });
const one = (container: object): Manifest => pod({ containers: [{ name: 'c', image: 'nginx', ...container }] });
const template = (labels: object, spec: object = {}): object => ({
  metadata: { labels },
  spec: { containers: [{ name: 'c', image: 'nginx' }], ...spec },
});
const workload = (kind: string, spec: object): Manifest => ({
  apiVersion: 'apps/v1',
  kind,
  spec: { selector: { matchLabels: { app: 'a' } }, template: template({ app: 'a' }), ...spec },
});
const core = (kind: string, fields: object): Manifest => ({ apiVersion: 'v1', kind, ...fields });
const inGroup = (apiVersion: string, kind: string, fields: object): Manifest => ({ apiVersion, kind, ...fields });

const SUBDOMAIN =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LABEL =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const NAME_PART =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const LABEL_VALUE =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

test.each<{ given: string; manifest: Manifest; refused: string[] }>([
  {
    given: 'a Pod with a bad name, label and container name',
    manifest: pod({ containers: [{ name: 'bad name', image: 'nginx' }] }, { name: 'UPPER', labels: { 'a b': 'c' } }),
    refused: [
      `metadata.name: Invalid value: "UPPER": ${SUBDOMAIN}`,
      `metadata.labels: Invalid value: "a b": ${NAME_PART}`,
      `spec.containers[0].name: Invalid value: "bad name": ${LABEL}`,
    ],
  },
  {
    given: 'a ConfigMap with a bad label value',
    manifest: core('ConfigMap', { metadata: { labels: { app: 'not valid!' } } }),
    refused: [`metadata.labels: Invalid value: "not valid!": ${LABEL_VALUE}`],
  },
  {
    given: 'a ConfigMap with a name that is too long',
    manifest: core('ConfigMap', { metadata: { name: 'a'.repeat(264) } }),
    refused: [`metadata.name: Invalid value: "${'a'.repeat(264)}": must be no more than 253 bytes`],
  },
  {
    given: 'a Service whose name starts with a digit',
    manifest: core('Service', { metadata: { name: '9bad' }, spec: { ports: [{ port: 80 }] } }),
    refused: [
      `metadata.name: Invalid value: "9bad": a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')`,
    ],
  },
  { given: 'a Pod without an image', manifest: one({ image: undefined }), refused: ['spec.containers[0].image: Required value'] },
  { given: 'a Pod without containers', manifest: pod({ containers: [] }), refused: ['spec.containers: Required value'] },
  {
    given: 'a Pod with unknown policies',
    manifest: pod({ restartPolicy: 'Sometimes', dnsPolicy: 'Odd', containers: [{ name: 'c', image: 'nginx', imagePullPolicy: 'Maybe' }] }),
    refused: [
      'spec.containers[0].imagePullPolicy: Unsupported value: "Maybe": supported values: "Always", "IfNotPresent", "Never"',
      'spec.restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "OnFailure", "Never"',
      'spec.dnsPolicy: Unsupported value: "Odd": supported values: "ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"',
    ],
  },
  {
    given: 'a Pod with a mount of no volume and two containers of one name',
    manifest: pod({
      containers: [
        { name: 'c', image: 'nginx', volumeMounts: [{ name: 'nope', mountPath: '/x' }] },
        { name: 'c', image: 'nginx' },
      ],
    }),
    refused: ['spec.containers[0].volumeMounts[0].name: Not found: "nope"', 'spec.containers[1].name: Duplicate value: "c"'],
  },
  {
    given: 'a Pod that requests more than its limit',
    manifest: one({ resources: { requests: { cpu: '2', memory: '1Gi' }, limits: { cpu: '1' } } }),
    refused: ['spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1'],
  },
  {
    given: 'a Pod with a probe without a handler',
    manifest: one({ livenessProbe: { periodSeconds: 5 }, readinessProbe: { httpGet: { port: 99999 }, tcpSocket: { port: 80 } } }),
    refused: [
      'spec.containers[0].livenessProbe: Required value: must specify a handler type',
      'spec.containers[0].readinessProbe.tcpSocket: Forbidden: may not specify more than 1 handler type',
      'spec.containers[0].readinessProbe.httpGet.port: Invalid value: 99999: must be between 1 and 65535, inclusive',
    ],
  },
  {
    given: 'a Pod with a probe on an init container',
    manifest: pod({
      initContainers: [{ name: 'i', image: 'x', livenessProbe: { exec: { command: ['a'] } } }],
      containers: [{ name: 'c', image: 'x' }],
    }),
    refused: ['spec.initContainers[0].livenessProbe: Forbidden: may not be set for init containers without restartPolicy=Always'],
  },
  {
    given: 'a Pod with two containers on one host port',
    manifest: pod({ containers: ['a', 'b'].map((name) => ({ name, image: 'x', ports: [{ containerPort: 80, hostPort: 80 }] })) }),
    refused: ['spec.containers[1].ports[0].hostPort: Duplicate value: "TCP//80"'],
  },
  {
    given: 'a Pod with a mount of a volume that lacks its source',
    manifest: pod({
      volumes: [{ name: 'v', configMap: {} }],
      containers: [{ name: 'c', image: 'x', volumeMounts: [{ name: 'v', mountPath: '/x' }] }],
    }),
    refused: ['spec.volumes[0].configMap.name: Required value', 'spec.containers[0].volumeMounts[0].name: Not found: "v"'],
  },
  {
    given: 'a Pod with a volume of two types',
    manifest: pod({ volumes: [{ name: 'v', emptyDir: {}, hostPath: { path: '/x' } }], containers: [{ name: 'c', image: 'x' }] }),
    refused: ['spec.volumes[0].hostPath: Forbidden: may not specify more than 1 volume type'],
  },
  {
    given: 'a Pod with a toleration of everything by value',
    manifest: pod({ tolerations: [{ value: 'x' }], containers: [{ name: 'c', image: 'x' }] }),
    refused: [
      'spec.tolerations[0].operator: Invalid value: "": operator must be Exists when `key` is empty, which means "match all values and all keys"',
    ],
  },
  {
    given: 'a Deployment whose selector misses its template',
    manifest: workload('Deployment', { template: template({ app: 'b' }) }),
    refused: ['spec.template.metadata.labels: Invalid value: {"app":"b"}: `selector` does not match template `labels`'],
  },
  {
    given: 'a Deployment of minus one replicas',
    manifest: workload('Deployment', { replicas: -1 }),
    refused: ['spec.replicas: Invalid value: -1: must be greater than or equal to 0'],
  },
  {
    given: 'a Deployment without a selector',
    manifest: workload('Deployment', { selector: undefined }),
    refused: [
      'spec.selector: Required value',
      'spec.template.metadata.labels: Invalid value: {"app":"a"}: `selector` does not match template `labels`',
    ],
  },
  {
    given: 'a Deployment whose Pods would not be restarted',
    manifest: workload('Deployment', { template: template({ app: 'a' }, { restartPolicy: 'Never' }) }),
    refused: ['spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"'],
  },
  {
    given: 'a Service with wrong ports and type',
    manifest: core('Service', { spec: { type: 'Weird', ports: [{ port: 99999 }, { port: 80, protocol: 'ICMP' }] } }),
    refused: [
      'spec.ports[0].name: Required value',
      'spec.ports[0].port: Invalid value: 99999: must be between 1 and 65535, inclusive',
      'spec.ports[0].targetPort: Invalid value: 99999: must be between 1 and 65535, inclusive',
      'spec.ports[1].name: Required value',
      'spec.ports[1].protocol: Unsupported value: "ICMP": supported values: "SCTP", "TCP", "UDP"',
      'spec.type: Unsupported value: "Weird": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"',
    ],
  },
  { given: 'a Service without ports', manifest: core('Service', { spec: {} }), refused: ['spec.ports: Required value'] },
  {
    given: 'a Job whose Pods would be restarted for ever',
    manifest: inGroup('batch/v1', 'Job', { spec: { template: { spec: { containers: [{ name: 'c', image: 'busybox' }] } } } }),
    refused: ['spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"'],
  },
  {
    given: 'a CronJob without a schedule that a parser reads',
    manifest: inGroup('batch/v1', 'CronJob', {
      spec: {
        schedule: 'every day',
        jobTemplate: { spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'b' }] } } } },
      },
    }),
    refused: ['spec.schedule: Invalid value: "every day": expected exactly 5 fields, found 2: [every day]'],
  },
  {
    given: 'a Secret for TLS without data',
    manifest: core('Secret', { type: 'kubernetes.io/tls' }),
    refused: ['data[tls.crt]: Required value', 'data[tls.key]: Required value'],
  },
  {
    given: 'an SSH Secret without a key',
    manifest: core('Secret', { type: 'kubernetes.io/ssh-auth' }),
    refused: ['data[%s][ssh-privatekey]: Required value'],
  },
  {
    given: 'a ConfigMap with a bad key',
    manifest: core('ConfigMap', { data: { 'sp ace': '1' } }),
    refused: [
      `data[sp ace]: Invalid value: "sp ace": a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')`,
    ],
  },
  {
    given: 'a claim without a mode and a size',
    manifest: core('PersistentVolumeClaim', { spec: {} }),
    refused: ['spec.accessModes: Required value: at least 1 access mode is required', 'spec.resources[storage]: Required value'],
  },
  {
    given: 'a volume of no type',
    manifest: core('PersistentVolume', { spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'] } }),
    refused: ['spec: Required value: must specify a volume type'],
  },
  {
    given: 'an Ingress path without a type',
    manifest: inGroup('networking.k8s.io/v1', 'Ingress', {
      spec: { rules: [{ http: { paths: [{ path: '/', backend: { service: { name: 's' } } }] } }] },
    }),
    refused: [
      'spec.rules[0].http.paths[0].pathType: Required value: pathType must be specified',
      'spec.rules[0].http.paths[0].backend: Required value: port name or number is required',
    ],
  },
  {
    given: 'a NetworkPolicy with an empty peer',
    manifest: inGroup('networking.k8s.io/v1', 'NetworkPolicy', { spec: { podSelector: {}, ingress: [{ from: [{}] }] } }),
    refused: ['spec.ingress[0].from[0]: Required value: must specify a peer'],
  },
  {
    given: 'a Role with an empty rule',
    manifest: inGroup('rbac.authorization.k8s.io/v1', 'Role', { rules: [{}] }),
    refused: [
      'rules[0].verbs: Required value: verbs must contain at least one value',
      'rules[0].apiGroups: Required value: resource rules must supply at least one api group',
      'rules[0].resources: Required value: resource rules must supply at least one resource',
    ],
  },
  {
    given: 'an autoscaler with a maximum below its minimum',
    manifest: inGroup('autoscaling/v2', 'HorizontalPodAutoscaler', {
      spec: { minReplicas: 3, maxReplicas: 2, scaleTargetRef: { kind: 'Deployment', name: 'w' } },
    }),
    refused: ['spec.maxReplicas: Invalid value: 2: must be greater than or equal to `minReplicas`'],
  },
  {
    given: 'a PriorityClass above all that users may have',
    manifest: inGroup('scheduling.k8s.io/v1', 'PriorityClass', { value: 2_000_000_000 }),
    refused: ['value: Forbidden: maximum allowed value of a user defined priority is 1000000000'],
  },
  {
    given: 'a LimitRange with a minimum above its maximum',
    manifest: core('LimitRange', { spec: { limits: [{ type: 'Pod', min: { cpu: '2' }, max: { cpu: '1' } }] } }),
    refused: ['spec.limits[0].min[cpu]: Invalid value: "2": min value 2 is greater than max value 1'],
  },
  {
    given: 'a definition whose name is not made of plural and group',
    manifest: inGroup('apiextensions.k8s.io/v1', 'CustomResourceDefinition', {
      metadata: { name: 'x.g.io' },
      spec: {
        group: 'g.io',
        scope: 'Namespaced',
        names: { plural: 'xs', kind: 'X' },
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
      },
    }),
    refused: ['metadata.name: Invalid value: "x.g.io": must be spec.names.plural+"."+spec.group'],
  },
])('$given is refused', ({ manifest, refused }) => {
  expect(refusals(manifest)).toEqual(refused);
});

test.each<[string, Manifest]>([
  [
    'Pod',
    one({
      ports: [{ containerPort: 80, name: 'http' }],
      env: [{ name: 'A', value: '1' }],
      resources: { limits: { cpu: '1', 'example.com/gpu': '1' } },
    }),
  ],
  ['Deployment', workload('Deployment', {})],
  ['StatefulSet', workload('StatefulSet', { serviceName: 's' })],
  [
    'StatefulSet that mounts what it claims',
    workload('StatefulSet', {
      template: template({ app: 'a' }, { containers: [{ name: 'c', image: 'x', volumeMounts: [{ name: 'data', mountPath: '/d' }] }] }),
      volumeClaimTemplates: [
        { metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } },
      ],
    }),
  ],
  ['DaemonSet', workload('DaemonSet', {})],
  ['Service', core('Service', { spec: { ports: [{ port: 80, targetPort: 'http' }] } })],
  ['ConfigMap', core('ConfigMap', { data: { 'a.b': 'c' } })],
  [
    'ResourceQuota',
    core('ResourceQuota', { spec: { hard: { pods: '4', 'requests.cpu': '1', 'count/deployments.apps': '2', 'services.nodeports': '0' } } }),
  ],
  [
    'CronJob',
    inGroup('batch/v1', 'CronJob', {
      spec: { schedule: '*/5 0-6 1,15 jan-mar MON', jobTemplate: { spec: { template: template({}, { restartPolicy: 'OnFailure' }) } } },
    }),
  ],
])('a sound %s is accepted', (_, manifest) => {
  expect(refusals(manifest)).toEqual([]);
});

test('the selector of a Deployment is immutable', () => {
  const refused = updateRefusals(workload('Deployment', {}), (draft: Record<string, never>) => {
    (draft as unknown as { spec: { selector: object } }).spec.selector = { matchLabels: { app: 'x' } };
  });
  expect(refused).toEqual([
    'spec.template.metadata.labels: Invalid value: {"app":"a"}: `selector` does not match template `labels`',
    'spec.selector: Invalid value: {"matchLabels":{"app":"x"}}: field is immutable',
  ]);
});

test.each<{ given: string; manifest: Manifest; change: object; refused: string }>([
  {
    given: 'data of an immutable ConfigMap',
    manifest: core('ConfigMap', { immutable: true, data: { a: '1' } }),
    change: { data: { a: '2' } },
    refused: 'data: Forbidden: field is immutable when `immutable` is set',
  },
  {
    given: 'the roleRef of a binding',
    manifest: inGroup('rbac.authorization.k8s.io/v1', 'RoleBinding', { roleRef: { kind: 'Role', name: 'r' } }),
    change: { roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'zzz' } },
    refused: 'roleRef: Invalid value: {"APIGroup":"rbac.authorization.k8s.io","Kind":"Role","Name":"zzz"}: cannot change roleRef',
  },
  {
    given: 'the address of a Service',
    manifest: core('Service', { spec: { clusterIP: '10.96.0.5', ports: [{ port: 80 }] } }),
    change: {
      spec: {
        type: 'ClusterIP',
        sessionAffinity: 'None',
        clusterIP: '10.96.200.200',
        clusterIPs: ['10.96.0.5'],
        ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }],
      },
    },
    refused: 'spec.clusterIPs[0]: Invalid value: ["10.96.200.200"]: may not change once set',
  },
])('a change of $given is refused', ({ manifest, change, refused }) => {
  expect(updateRefusals(manifest, (draft) => Object.assign(draft, change))).toEqual([refused]);
});

test('a Pod may get another image, and nothing else', () => {
  const manifest = one({});
  const container = (draft: unknown) => (draft as { spec: { containers: Record<string, unknown>[] } }).spec.containers[0] ?? {};
  expect(updateRefusals(manifest, (draft) => Object.assign(container(draft), { image: 'nginx:2' }))).toEqual([]);
  const [refused] = updateRefusals(manifest, (draft) => Object.assign(container(draft), { env: [{ name: 'A', value: 'b' }] }));
  expect(refused).toContain('spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,');
  expect(refused).toContain('+          "name": "A"');
});

test('a Service keeps what was allocated when a writer leaves it out', () => {
  const kind = kindOf('v1', 'Service');
  const old = deepFreeze(
    prepared(core('Service', { spec: { type: 'NodePort', clusterIP: '10.96.0.5', ports: [{ port: 80, nodePort: 30080 }] } })),
  );
  const draft = prepared(core('Service', { spec: { type: 'NodePort', ports: [{ port: 80 }] } }));
  kind.strategy.prepareForUpdate?.(draft, old, context);
  expect(draft.spec).toMatchObject({ clusterIP: '10.96.0.5', clusterIPs: ['10.96.0.5'], ports: [{ nodePort: 30080 }] });
});
