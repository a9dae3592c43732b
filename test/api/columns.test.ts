import { expect, test } from 'vitest';
import { builtinKinds, kindFor } from '../../src/api/index.ts';
import type { StoredMeta } from '../../src/machinery/object.ts';
import { ago, stored } from './objects.ts';
import { row } from './row.ts';

const template = {
  spec: {
    containers: [
      { name: 'a', image: 'nginx' },
      { name: 'b', image: 'redis:7' },
    ],
  },
};
const selector = { matchLabels: { app: 'web' } };

interface Case {
  kind: string;
  given: string;
  fields: object;
  metadata?: Partial<StoredMeta>;
  shows: Record<string, unknown>;
}

const kindNamed = (name: string) => {
  const kind = builtinKinds().find(({ names }) => names.kind === name);
  if (!kind) throw new Error(name);
  return kind;
};

test.each<Case>([
  {
    kind: 'Deployment',
    given: 'without a status yet',
    fields: { spec: { replicas: 3, template, selector } },
    shows: { READY: '0/3', 'UP-TO-DATE': 0, AVAILABLE: 0, CONTAINERS: 'a,b', IMAGES: 'nginx,redis:7', SELECTOR: 'app=web' },
  },
  {
    kind: 'ReplicaSet',
    given: 'with a selector by expression',
    fields: {
      spec: {
        replicas: 1,
        template,
        selector: {
          matchExpressions: [
            { key: 'c', operator: 'In', values: ['e', 'd'] },
            { key: 'f', operator: 'DoesNotExist' },
          ],
        },
      },
    },
    shows: { DESIRED: 1, CURRENT: 0, SELECTOR: 'c in (d,e),!f' },
  },
  {
    kind: 'StatefulSet',
    given: 'half ready',
    fields: { spec: { replicas: 2, template }, status: { readyReplicas: 1 } },
    shows: { READY: '1/2' },
  },
  {
    kind: 'Node',
    given: 'cordoned, with two roles',
    fields: {
      spec: { unschedulable: true },
      status: {
        conditions: [{ type: 'Ready', status: 'Unknown' }],
        addresses: [{ type: 'InternalIP', address: '10.0.0.1' }],
        nodeInfo: {
          kubeletVersion: 'v1.36.0',
          kernelVersion: '6.8.0',
          architecture: 'amd64',
          osImage: 'Ubuntu',
          containerRuntimeVersion: '',
        },
      },
    },
    metadata: { labels: { 'node-role.kubernetes.io/worker': '', 'node-role.kubernetes.io/control-plane': '' } },
    shows: {
      STATUS: 'NotReady,SchedulingDisabled',
      ROLES: 'control-plane,worker',
      VERSION: 'v1.36.0',
      'INTERNAL-IP': '10.0.0.1',
      'EXTERNAL-IP': '<none>',
      'KERNEL-VERSION': '6.8.0 (amd64)',
      'CONTAINER-RUNTIME': '<unknown>',
    },
  },
  { kind: 'Node', given: 'without conditions', fields: { spec: {} }, shows: { STATUS: 'Unknown', ROLES: '<none>' } },
  {
    kind: 'Service',
    given: 'of type NodePort',
    fields: {
      spec: {
        type: 'NodePort',
        clusterIPs: ['10.96.0.9'],
        ports: [
          { port: 80, nodePort: 30080, protocol: 'TCP' },
          { port: 53, protocol: 'UDP' },
        ],
        selector: { b: '2', a: '1' },
      },
    },
    shows: { 'CLUSTER-IP': '10.96.0.9', 'EXTERNAL-IP': '<none>', 'PORT(S)': '80:30080/TCP,53/UDP', SELECTOR: 'a=1,b=2' },
  },
  {
    kind: 'Service',
    given: 'of type ExternalName',
    fields: { spec: { type: 'ExternalName', externalName: 'db.example.com' } },
    shows: { 'CLUSTER-IP': '<none>', 'EXTERNAL-IP': 'db.example.com', 'PORT(S)': '<none>', SELECTOR: '<none>' },
  },
  {
    kind: 'Service',
    given: 'that waits for its load balancer',
    fields: { spec: { type: 'LoadBalancer' } },
    shows: { 'EXTERNAL-IP': '<pending>' },
  },
  {
    kind: 'Service',
    given: 'with a load balancer',
    fields: {
      spec: { type: 'LoadBalancer', externalIPs: ['9.9.9.9'] },
      status: { loadBalancer: { ingress: [{ ip: '2.2.2.2' }, { ip: '1.1.1.1' }, { ip: '2.2.2.2' }] } },
    },
    shows: { 'EXTERNAL-IP': '1.1.1.1,2.2.2.2,9.9.9.9' },
  },
  {
    kind: 'Endpoints',
    given: 'with four addresses',
    fields: { subsets: [{ addresses: ['1', '2', '3', '4'].map((n) => ({ ip: `10.0.0.${n}` })), ports: [{ port: 80 }] }] },
    shows: { ENDPOINTS: '10.0.0.1:80,10.0.0.2:80,10.0.0.3:80 + 1 more...' },
  },
  { kind: 'Endpoints', given: 'without subsets', fields: {}, shows: { ENDPOINTS: '<none>' } },
  {
    kind: 'PersistentVolumeClaim',
    given: 'that waits',
    fields: { spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'local' }, status: { phase: 'Pending' } },
    shows: {
      STATUS: 'Pending',
      VOLUME: '',
      CAPACITY: '',
      'ACCESS MODES': '',
      STORAGECLASS: 'local',
      VOLUMEATTRIBUTESCLASS: '<unset>',
      VOLUMEMODE: '<unset>',
    },
  },
  {
    kind: 'PersistentVolume',
    given: 'bound',
    fields: {
      spec: {
        capacity: { storage: '1Gi' },
        accessModes: ['ReadWriteMany', 'ReadWriteOnce'],
        persistentVolumeReclaimPolicy: 'Retain',
        claimRef: { namespace: 'n', name: 'c' },
        volumeMode: 'Filesystem',
      },
      status: { phase: 'Bound' },
    },
    shows: {
      CAPACITY: '1Gi',
      'ACCESS MODES': 'RWO,RWX',
      'RECLAIM POLICY': 'Retain',
      STATUS: 'Bound',
      CLAIM: 'n/c',
      REASON: '',
      VOLUMEMODE: 'Filesystem',
    },
  },
  {
    kind: 'ResourceQuota',
    given: 'on requests and limits',
    fields: { status: { hard: { pods: '4', 'limits.cpu': '2', 'requests.cpu': '1' }, used: { pods: '1' } } },
    shows: { REQUEST: 'pods: 1/4, requests.cpu: 0/1', LIMIT: 'limits.cpu: 0/2' },
  },
  {
    kind: 'ConfigMap',
    given: 'with both kinds of data',
    fields: { data: { a: '1' }, binaryData: { b: '' } },
    shows: { DATA: '2', AGE: '5m' },
  },
  { kind: 'Secret', given: 'without data', fields: { type: 'Opaque' }, shows: { TYPE: 'Opaque', DATA: 0 } },
  { kind: 'Role', given: 'of any kind', fields: {}, shows: { 'CREATED AT': '2026-11-20T11:55:00Z' } },
  {
    kind: 'RoleBinding',
    given: 'with subjects of each kind',
    fields: {
      roleRef: { kind: 'Role', name: 'r' },
      subjects: [
        { kind: 'User', name: 'u' },
        { kind: 'User', name: 'v' },
        { kind: 'ServiceAccount', namespace: 'n', name: 's' },
      ],
    },
    shows: { ROLE: 'Role/r', USERS: 'u, v', GROUPS: '', SERVICEACCOUNTS: 'n/s' },
  },
  {
    kind: 'Job',
    given: 'that runs for half a minute',
    fields: { spec: { completions: 3, parallelism: 1, template, selector }, status: { startTime: ago(30), succeeded: 1 } },
    shows: { STATUS: 'Running', COMPLETIONS: '1/3', DURATION: '30s' },
  },
  {
    kind: 'Job',
    given: 'that is complete',
    fields: {
      spec: { completions: 1, template },
      status: { startTime: ago(30), completionTime: ago(20), succeeded: 1, conditions: [{ type: 'Complete', status: 'True' }] },
    },
    shows: { STATUS: 'Complete', COMPLETIONS: '1/1', DURATION: '10s' },
  },
  {
    kind: 'Job',
    given: 'that is a work queue',
    fields: { spec: { parallelism: 4, template } },
    shows: { COMPLETIONS: '0/1 of 4', DURATION: '' },
  },
  {
    kind: 'CronJob',
    given: 'that never fired',
    fields: { spec: { schedule: '* * * * *', suspend: false, jobTemplate: { spec: { template } } } },
    shows: { TIMEZONE: '<none>', SUSPEND: 'False', ACTIVE: 0, 'LAST SCHEDULE': '<none>', SELECTOR: '<none>' },
  },
  {
    kind: 'HorizontalPodAutoscaler',
    given: 'on CPU without measurements',
    fields: {
      spec: {
        scaleTargetRef: { kind: 'Deployment', name: 'web' },
        maxReplicas: 5,
        metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } }],
      },
    },
    shows: { REFERENCE: 'Deployment/web', TARGETS: 'cpu: <unknown>/80%', MINPODS: '<unset>', MAXPODS: 5, REPLICAS: 0 },
  },
  {
    kind: 'Ingress',
    given: 'with four hosts and TLS',
    fields: { spec: { ingressClassName: 'nginx', rules: ['a', 'b', 'c', 'd'].map((host) => ({ host })), tls: [{}] } },
    shows: { CLASS: 'nginx', HOSTS: 'a,b,c + 1 more...', ADDRESS: '', PORTS: '80, 443' },
  },
  { kind: 'Ingress', given: 'without hosts', fields: { spec: { rules: [{}] } }, shows: { CLASS: '<none>', HOSTS: '*', PORTS: '80' } },
  { kind: 'NetworkPolicy', given: 'for every Pod', fields: { spec: { podSelector: {} } }, shows: { 'POD-SELECTOR': '<none>' } },
  {
    kind: 'EndpointSlice',
    given: 'with a port by name',
    fields: { addressType: 'IPv4', ports: [{ port: 80 }, { name: 'x' }, {}], endpoints: [{ addresses: ['10.0.0.1'] }] },
    shows: { PORTS: '80,x,*', ENDPOINTS: '10.0.0.1' },
  },
  { kind: 'EndpointSlice', given: 'that is empty', fields: { addressType: 'IPv4' }, shows: { PORTS: '<unset>', ENDPOINTS: '<unset>' } },
  {
    kind: 'StorageClass',
    given: 'that is the default',
    fields: { provisioner: 'p' },
    metadata: { annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
    shows: { NAME: 'x (default)', RECLAIMPOLICY: 'Delete', VOLUMEBINDINGMODE: 'Immediate', ALLOWVOLUMEEXPANSION: false },
  },
  {
    kind: 'CertificateSigningRequest',
    given: 'approved and issued',
    fields: {
      spec: { signerName: 's', username: 'jane', expirationSeconds: 86400 },
      status: { conditions: [{ type: 'Approved', status: 'True' }], certificate: 'x' },
    },
    shows: { CONDITION: 'Approved,Issued', REQUESTEDDURATION: '24h', REQUESTOR: 'jane' },
  },
  {
    kind: 'ControllerRevision',
    given: 'of a StatefulSet',
    fields: { revision: 2 },
    metadata: { ownerReferences: [{ apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'web', uid: 'u', controller: true }] },
    shows: { CONTROLLER: 'statefulset.apps/web', REVISION: 2 },
  },
  {
    kind: 'IPAddress',
    given: 'of a Service',
    fields: { spec: { parentRef: { resource: 'services', namespace: 'default', name: 'x' } } },
    shows: { PARENTREF: 'services/default/x' },
  },
  {
    kind: 'PodDisruptionBudget',
    given: 'by percentage',
    fields: { spec: { minAvailable: '50%' } },
    shows: { 'MIN AVAILABLE': '50%', 'MAX UNAVAILABLE': 'N/A', 'ALLOWED DISRUPTIONS': 0 },
  },
])('the row of a $kind $given', ({ kind, fields, metadata, shows }) => {
  const found = kindNamed(kind);
  expect(row(found, stored('v1', kind, fields, metadata))).toMatchObject(shows);
});

test('an Event shows when it was last and first seen, and what it is about', () => {
  const event = stored('v1', 'Event', {
    involvedObject: { kind: 'Pod', name: 'web', fieldPath: 'spec.containers{nginx}' },
    type: 'Warning',
    reason: 'BackOff',
    message: 'Back-off restarting failed container\n',
    source: { component: 'kubelet', host: 'node01' },
    count: 3,
    firstTimestamp: ago(600),
    lastTimestamp: ago(10),
  });
  const kind = kindFor('', 'v1', 'Event');
  expect(kind && row(kind, event as never)).toEqual({
    'LAST SEEN': '10s',
    TYPE: 'Warning',
    REASON: 'BackOff',
    OBJECT: 'pod/web',
    SUBOBJECT: 'spec.containers{nginx}',
    SOURCE: 'kubelet, node01',
    MESSAGE: 'Back-off restarting failed container',
    'FIRST SEEN': '10m',
    COUNT: 3,
    NAME: 'x',
  });
});
