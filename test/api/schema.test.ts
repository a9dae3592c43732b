import { expect, test } from 'vitest';
import { kindFor } from '../../src/api/index.ts';
import type { Kind } from '../../src/api/kind.ts';
import { cannotBeHandled, checkSchema, strictDecodingError } from '../../src/api/validation/schema.ts';

const kind = (group: string, name: string): Kind => kindFor(group, 'v1', name) as Kind;
const pod = kind('', 'Pod');
const withSpec = (spec: unknown) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec });

test('all unknown fields are named in the order of a decoder', async () => {
  const body = { ...withSpec({ containers: [{ name: 'c', image: 'nginx', imag: 'x' }], foo: 'bar' }), speck: {} };
  const { unknown } = await checkSchema(pod, body);
  expect(unknown).toEqual(['spec.containers[0].imag', 'spec.foo', 'speck']);
  expect(strictDecodingError(unknown.slice(0, 2))).toBe(
    'strict decoding error: unknown field "spec.containers[0].imag", unknown field "spec.foo"',
  );
});

test('unknown fields are found in metadata and in the templates of workloads', async () => {
  const template = { metadata: { label: {} }, spec: { container: [] } };
  const { unknown } = await checkSchema(kind('apps', 'Deployment'), {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { nam: 'x' },
    spec: { template },
  });
  expect(unknown).toEqual(['metadata.nam', 'spec.template.metadata.label', 'spec.template.spec.container']);
});

test.each([
  [
    'a number for text',
    withSpec({ containers: [{ name: 'c', image: 5 }] }),
    'json: cannot unmarshal number into Go struct field Container.spec.containers.image of type string',
  ],
  [
    'text for a list',
    withSpec({ containers: 'x' }),
    'json: cannot unmarshal string into Go struct field PodSpec.spec.containers of type []v1.Container',
  ],
  [
    'text for an item',
    withSpec({ containers: ['x'] }),
    'json: cannot unmarshal string into Go struct field PodSpec.spec.containers of type v1.Container',
  ],
  ['text for an object', withSpec('x'), 'json: cannot unmarshal string into Go struct field Pod.spec of type v1.PodSpec'],
  [
    'text for a boolean',
    withSpec({ hostNetwork: 'yes' }),
    'json: cannot unmarshal string into Go struct field PodSpec.spec.hostNetwork of type bool',
  ],
  [
    'a list for a policy',
    withSpec({ restartPolicy: [] }),
    'json: cannot unmarshal array into Go struct field PodSpec.spec.restartPolicy of type v1.RestartPolicy',
  ],
  ['a fraction', withSpec({ priority: 1.5 }), 'json: cannot unmarshal number 1.5 into Go struct field PodSpec.spec.priority of type int32'],
  [
    'a number among labels',
    { ...withSpec({}), metadata: { labels: { a: 1 } } },
    'json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string',
  ],
  [
    'no quantity',
    withSpec({ containers: [{ resources: { requests: { cpu: '1core' } } }] }),
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
  ],
  [
    'an object for a port',
    withSpec({ containers: [{ livenessProbe: { tcpSocket: { port: {} } } }] }),
    'json: cannot unmarshal object into Go value of type int32',
  ],
  [
    'no time',
    { ...withSpec({}), metadata: { creationTimestamp: 'yesterday' } },
    'parsing time "yesterday" as "2006-01-02T15:04:05Z07:00": cannot parse "yesterday" as "2006"',
  ],
])('a Pod with %s cannot be decoded', async (_, body, typeError) => {
  expect((await checkSchema(pod, body)).typeError).toBe(typeError);
});

test.each([
  [
    'apps',
    'Deployment',
    { spec: { replicas: 'three' } },
    'json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32',
  ],
  ['', 'ConfigMap', { data: { port: 80 } }, 'json: cannot unmarshal number into Go struct field ConfigMap.data of type string'],
  ['', 'Secret', { data: { a: 'not base64!' } }, 'illegal base64 data at input byte 3'],
])('%s %s is refused in the words of Go', async (group, name, fields, typeError) => {
  const found = kind(group, name);
  const result = await checkSchema(found, { apiVersion: group ? `${group}/v1` : 'v1', kind: name, metadata: { name: 'x' }, ...fields });
  expect(result.typeError).toBe(typeError);
  expect(cannotBeHandled(found, typeError).message).toBe(`${name} in version "v1" cannot be handled as a ${name}: ${typeError}`);
});

test('the first mistyped field in order is the one that is told', async () => {
  const { typeError } = await checkSchema(pod, withSpec({ priority: 'high', containers: [{ image: 1 }] }));
  expect(typeError).toContain('spec.containers.image');
});

test('a missing required field is no matter of the schema', async () => {
  const result = await checkSchema(pod, withSpec({ containers: [{}] }));
  expect(result).toMatchObject({ unknown: [] });
  expect(result.typeError).toBeUndefined();
});

test('an object comes back as Go would write it', async () => {
  const { object } = await checkSchema(
    pod,
    withSpec({
      extra: 1,
      hostNetwork: false,
      nodeSelector: {},
      serviceAccountName: '',
      terminationGracePeriodSeconds: 0,
      containers: [
        {
          name: 'c',
          image: 'nginx',
          command: [],
          env: null,
          resources: { limits: { cpu: '1000m', memory: 1073741824 }, requests: {} },
          ports: [{ containerPort: 80, hostPort: 0 }],
        },
      ],
      volumes: [
        { name: 'v', emptyDir: { sizeLimit: '1024Mi' } },
        { name: 'w', hostPath: { path: '/x', type: '' } },
      ],
    }),
  );
  expect(object.spec).toEqual({
    terminationGracePeriodSeconds: 0,
    containers: [{ name: 'c', image: 'nginx', resources: { limits: { cpu: '1', memory: '1073741824' } }, ports: [{ containerPort: 80 }] }],
    volumes: [
      { name: 'v', emptyDir: { sizeLimit: '1Gi' } },
      { name: 'w', hostPath: { path: '/x', type: '' } },
    ],
  });
});

test('an object in Go’s form is returned as it is, not copied', async () => {
  const body = withSpec({ containers: [{ name: 'c', image: 'nginx', resources: { limits: { cpu: '1' } } }] });
  expect((await checkSchema(pod, body)).object).toBe(body);
});

test('recursive schemas of custom resources pass', async () => {
  const schema = {
    openAPIV3Schema: { type: 'object', properties: { a: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' } } },
  };
  const spec = {
    group: 'g.io',
    scope: 'Namespaced',
    names: { plural: 'xs', kind: 'X' },
    versions: [{ name: 'v1', served: true, storage: true, schema }],
  };
  const result = await checkSchema(kind('apiextensions.k8s.io', 'CustomResourceDefinition'), {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'xs.g.io' },
    spec,
  });
  expect(result).toMatchObject({ unknown: [], object: { spec } });
});

test.each([
  ['', 'Event', { involvedObject: {}, count: 0, source: {}, eventTime: null }, { involvedObject: {}, source: {}, eventTime: null }],
  [
    'rbac.authorization.k8s.io',
    'RoleBinding',
    { roleRef: { name: 'r' }, subjects: [{ kind: 'ServiceAccount', apiGroup: '', name: 's' }] },
    { roleRef: { name: 'r' }, subjects: [{ kind: 'ServiceAccount', name: 's' }] },
  ],
  ['', 'PersistentVolumeClaim', { spec: { storageClassName: '', volumeName: '' } }, { spec: { storageClassName: '' } }],
  ['apps', 'Deployment', { status: { replicas: 0, observedGeneration: 1 } }, { status: { observedGeneration: 1 } }],
  ['apps', 'ReplicaSet', { status: { replicas: 0, readyReplicas: 0 } }, { status: { replicas: 0 } }],
])('empty fields of a %s %s vanish where Go omits them', async (group, name, fields, kept) => {
  const { object } = await checkSchema(kind(group, name), {
    apiVersion: group ? `${group}/v1` : 'v1',
    kind: name,
    metadata: { name: 'x' },
    ...fields,
  });
  expect(object).toEqual({ apiVersion: group ? `${group}/v1` : 'v1', kind: name, metadata: { name: 'x' }, ...kept });
});
