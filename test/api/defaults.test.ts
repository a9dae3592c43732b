import { expect, test } from 'vitest';
import { kindFor } from '../../src/api/index.ts';
import type { Kind } from '../../src/api/kind.ts';
import type { KubeObject } from '../../src/machinery/object.ts';
import { keyedRandom } from '../../src/machinery/random.ts';
import { NOW } from './objects.ts';

/** The object as the server would store it, metadata apart. */
function created(apiVersion: string, kindName: string, fields: object, metadata: object = {}): KubeObject {
  const [version = '', group = ''] = apiVersion.split('/').reverse();
  const kind = kindFor(group, version, kindName) as Kind;
  const draft = {
    apiVersion,
    kind: kindName,
    metadata: { name: 'x', uid: 'U', ...metadata },
    ...structuredClone(fields),
  } as unknown as KubeObject;
  kind.strategy.setDefaults?.(draft);
  kind.strategy.prepareForCreate?.(draft, { now: NOW, random: keyedRandom('s'), subresource: '' });
  return JSON.parse(JSON.stringify(draft)) as KubeObject;
}

const container = { name: 'c', image: 'nginx:1.25' };
const filled = {
  name: 'c',
  image: 'nginx:1.25',
  imagePullPolicy: 'IfNotPresent',
  resources: {},
  terminationMessagePath: '/dev/termination-log',
  terminationMessagePolicy: 'File',
};
const podSpec = {
  dnsPolicy: 'ClusterFirst',
  restartPolicy: 'Always',
  schedulerName: 'default-scheduler',
  securityContext: {},
  terminationGracePeriodSeconds: 30,
};

test('a Pod gets the defaults of a real server', () => {
  expect(created('v1', 'Pod', { spec: { containers: [container] } })).toMatchObject({
    spec: { ...podSpec, enableServiceLinks: true, containers: [filled] },
    status: { phase: 'Pending', qosClass: 'BestEffort' },
  });
});

test.each([
  ['nginx', 'Always'],
  ['nginx:latest', 'Always'],
  ['nginx:1.25', 'IfNotPresent'],
  ['registry.example.com:5000/nginx', 'Always'],
  ['nginx@sha256:abc', 'IfNotPresent'],
  ['nginx:latest@sha256:abc', 'Always'],
])('the image %s is pulled %s', (image, policy) => {
  const pod = created('v1', 'Pod', { spec: { containers: [{ name: 'c', image }] } });
  expect(pod).toMatchObject({ spec: { containers: [{ imagePullPolicy: policy }] } });
});

test.each([
  { given: 'nothing', resources: {}, qos: 'BestEffort' },
  { given: 'limits for both', resources: { limits: { cpu: '1', memory: '1Gi' } }, qos: 'Guaranteed' },
  {
    given: 'equal requests and limits in other units',
    resources: { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '1000m' } },
    qos: 'Guaranteed',
  },
  { given: 'a CPU limit alone', resources: { limits: { cpu: '1' } }, qos: 'Burstable' },
  { given: 'a request', resources: { requests: { memory: '1Mi' } }, qos: 'Burstable' },
])('a Pod whose container has $given is $qos', ({ resources, qos }) => {
  expect(created('v1', 'Pod', { spec: { containers: [{ ...container, resources }] } })).toMatchObject({ status: { qosClass: qos } });
});

test('requests of a Pod default to its limits, those of a template do not', () => {
  const resources = { limits: { cpu: '100m' } };
  const spec = { containers: [{ ...container, resources }] };
  expect(created('v1', 'Pod', { spec })).toMatchObject({
    spec: { containers: [{ resources: { ...resources, requests: { cpu: '100m' } } }] },
  });
  const deployment = created('apps/v1', 'Deployment', { spec: { template: { spec } } });
  expect(deployment).toHaveProperty('spec.template.spec.containers.0.resources', resources);
});

test('probes, volumes and references to fields are filled in', () => {
  const pod = created('v1', 'Pod', {
    spec: {
      containers: [
        {
          ...container,
          livenessProbe: { httpGet: { port: 80 } },
          ports: [{ containerPort: 80 }],
          env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
        },
      ],
      volumes: [
        { name: 'a' },
        { name: 'b', configMap: { name: 'x' } },
        { name: 'c', hostPath: { path: '/x' } },
        { name: 'd', projected: { sources: [{ serviceAccountToken: { path: 't' } }] } },
      ],
    },
  });
  expect(pod).toMatchObject({
    spec: {
      containers: [
        {
          livenessProbe: {
            failureThreshold: 3,
            periodSeconds: 10,
            successThreshold: 1,
            timeoutSeconds: 1,
            httpGet: { path: '/', scheme: 'HTTP' },
          },
          ports: [{ protocol: 'TCP' }],
          env: [{ valueFrom: { fieldRef: { apiVersion: 'v1' } } }],
        },
      ],
      volumes: [
        { emptyDir: {} },
        { configMap: { defaultMode: 420 } },
        { hostPath: { type: '' } },
        { projected: { defaultMode: 420, sources: [{ serviceAccountToken: { expirationSeconds: 3600 } }] } },
      ],
    },
  });
});

test('a gated Pod says so in its PodScheduled condition', () => {
  const pod = created('v1', 'Pod', { spec: { schedulingGates: [{ name: 'a' }], containers: [container] } });
  expect(pod).toMatchObject({ status: { conditions: [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' }] } });
});

const template = { metadata: { labels: { app: 'w' } }, spec: { containers: [container] } };
const filledTemplate = { metadata: { labels: { app: 'w' } }, spec: { ...podSpec, containers: [filled] } };
const selector = { matchLabels: { app: 'w' } };

test.each([
  {
    kind: 'Deployment',
    fields: { spec: { selector, template } },
    becomes: {
      spec: {
        progressDeadlineSeconds: 600,
        replicas: 1,
        revisionHistoryLimit: 10,
        selector,
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
        template: filledTemplate,
      },
      status: {},
    },
  },
  {
    kind: 'Deployment',
    fields: { spec: { replicas: 0, strategy: { type: 'Recreate' }, selector, template } },
    becomes: {
      spec: {
        progressDeadlineSeconds: 600,
        replicas: 0,
        revisionHistoryLimit: 10,
        selector,
        strategy: { type: 'Recreate' },
        template: filledTemplate,
      },
      status: {},
    },
  },
  {
    kind: 'StatefulSet',
    fields: {
      spec: {
        selector,
        template,
        serviceName: 's',
        volumeClaimTemplates: [{ metadata: { name: 'd' }, spec: { accessModes: ['ReadWriteOnce'] } }],
      },
    },
    becomes: {
      spec: {
        persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
        podManagementPolicy: 'OrderedReady',
        replicas: 1,
        revisionHistoryLimit: 10,
        selector,
        serviceName: 's',
        template: filledTemplate,
        updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
        volumeClaimTemplates: [
          {
            apiVersion: 'v1',
            kind: 'PersistentVolumeClaim',
            metadata: { name: 'd' },
            spec: { accessModes: ['ReadWriteOnce'], volumeMode: 'Filesystem', resources: {} },
            status: { phase: 'Pending' },
          },
        ],
      },
      status: { availableReplicas: 0, replicas: 0 },
    },
  },
  {
    kind: 'DaemonSet',
    fields: { spec: { selector, template } },
    becomes: {
      spec: {
        revisionHistoryLimit: 10,
        selector,
        template: filledTemplate,
        updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } },
      },
      status: { currentNumberScheduled: 0, desiredNumberScheduled: 0, numberMisscheduled: 0, numberReady: 0 },
    },
  },
])('a $kind gets the defaults of a real server', ({ kind, fields, becomes }) => {
  const { apiVersion: _, kind: __, metadata: ___, ...rest } = created('apps/v1', kind, fields);
  expect(rest).toEqual(becomes);
});

test('a Job is selected by its uid and shows the labels of its template', () => {
  const labels = { 'batch.kubernetes.io/controller-uid': 'U', 'batch.kubernetes.io/job-name': 'x', 'controller-uid': 'U', 'job-name': 'x' };
  expect(created('batch/v1', 'Job', { spec: { template: { spec: { restartPolicy: 'Never', containers: [container] } } } })).toMatchObject({
    metadata: { labels },
    spec: {
      backoffLimit: 6,
      completionMode: 'NonIndexed',
      completions: 1,
      parallelism: 1,
      podReplacementPolicy: 'TerminatingOrFailed',
      suspend: false,
      selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': 'U' } },
      template: { metadata: { labels } },
    },
    status: {},
  });
});

test('the template of a CronJob gets no defaults of a Job', () => {
  const cronJob = created('batch/v1', 'CronJob', {
    spec: { schedule: '* * * * *', jobTemplate: { spec: { template: { spec: { containers: [container] } } } } },
  });
  expect(cronJob).toMatchObject({
    spec: { concurrencyPolicy: 'Allow', suspend: false, successfulJobsHistoryLimit: 3, failedJobsHistoryLimit: 1 },
  });
  expect(cronJob).toHaveProperty('spec.jobTemplate.spec', { template: { metadata: {}, spec: { ...podSpec, containers: [filled] } } });
});

test.each([
  {
    kind: 'Service',
    given: 'without a type',
    fields: { spec: { ports: [{ port: 80 }] } },
    becomes: {
      spec: {
        type: 'ClusterIP',
        sessionAffinity: 'None',
        internalTrafficPolicy: 'Cluster',
        ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }],
      },
      status: { loadBalancer: {} },
    },
  },
  {
    kind: 'Service',
    given: 'of type NodePort',
    fields: { spec: { type: 'NodePort' } },
    becomes: { spec: { externalTrafficPolicy: 'Cluster' } },
  },
  { kind: 'Secret', given: 'with plain text', fields: { stringData: { a: 'b' } }, becomes: { type: 'Opaque', data: { a: 'Yg==' } } },
  {
    kind: 'Namespace',
    given: 'of any name',
    fields: {},
    becomes: {
      metadata: { labels: { 'kubernetes.io/metadata.name': 'x' } },
      spec: { finalizers: ['kubernetes'] },
      status: { phase: 'Active' },
    },
  },
  {
    kind: 'LimitRange',
    given: 'for containers',
    fields: {
      spec: {
        limits: [{ type: 'Container', max: { cpu: '2' }, default: { memory: '1Gi' }, min: { cpu: '1', 'ephemeral-storage': '1Gi' } }],
      },
    },
    becomes: {
      spec: { limits: [{ default: { cpu: '2', memory: '1Gi' }, defaultRequest: { cpu: '2', memory: '1Gi', 'ephemeral-storage': '1Gi' } }] },
    },
  },
  {
    kind: 'PersistentVolumeClaim',
    given: 'without a mode',
    fields: { spec: {} },
    becomes: { spec: { volumeMode: 'Filesystem', resources: {} }, status: { phase: 'Pending' } },
  },
  {
    kind: 'PersistentVolume',
    given: 'on a host path',
    fields: { spec: { hostPath: { path: '/x' } } },
    becomes: {
      spec: { persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Filesystem', hostPath: { type: '' } },
      status: { phase: 'Pending' },
    },
  },
])('a $kind $given gets the defaults of a real server', ({ kind, fields, becomes }) => {
  expect(created('v1', kind, fields)).toMatchObject(becomes);
});

test.each([
  { given: 'ingress alone', spec: { podSelector: {} }, types: ['Ingress'] },
  { given: 'an egress rule', spec: { podSelector: {}, egress: [{}] }, types: ['Ingress', 'Egress'] },
])('a NetworkPolicy with $given covers $types', ({ spec, types }) => {
  expect(created('networking.k8s.io/v1', 'NetworkPolicy', { spec })).toHaveProperty('spec.policyTypes', types);
});

test('subjects and roleRef of a binding belong to the RBAC group', () => {
  const binding = created('rbac.authorization.k8s.io/v1', 'RoleBinding', {
    roleRef: { kind: 'Role', name: 'r' },
    subjects: [
      { kind: 'User', name: 'u' },
      { kind: 'ServiceAccount', name: 's', namespace: 'n' },
    ],
  });
  expect(binding).toMatchObject({
    roleRef: { apiGroup: 'rbac.authorization.k8s.io' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io' }, { kind: 'ServiceAccount' }],
  });
  expect(binding).not.toHaveProperty('subjects.1.apiGroup');
});
