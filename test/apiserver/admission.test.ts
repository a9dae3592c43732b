import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../src/machinery/object.ts';
import { MERGE, pod, type TestServer, testServer } from './harness.ts';

const NS = '/api/v1/namespaces/default';
const PODS = `${NS}/pods`;

const withResources = (name: string, resources: unknown): Record<string, unknown> =>
  pod(name, { containers: [{ name: 'c', image: 'nginx', resources }] });

describe('ServiceAccount', () => {
  test('mounts a token into every container', async () => {
    const { ok } = await testServer();
    const { spec } = (await ok('POST', PODS, pod('web', { initContainers: [{ name: 'i', image: 'busybox' }] }))) as KubeObject & {
      spec: {
        serviceAccountName: string;
        volumes: { name: string; projected: unknown }[];
        containers: { volumeMounts: unknown[] }[];
        initContainers: unknown[];
      };
    };
    const [volume] = spec.volumes;
    expect(volume?.name).toMatch(/^kube-api-access-[a-z0-9]{5}$/);
    expect(spec.serviceAccountName).toBe('default');
    const mount = { name: volume?.name, readOnly: true, mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' };
    expect(spec.containers[0]?.volumeMounts).toEqual([mount]);
    expect(spec.initContainers[0]).toMatchObject({ volumeMounts: [mount] });
    expect(volume?.projected).toEqual({
      defaultMode: 420,
      sources: [
        { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
        { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
        { downwardAPI: { items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }] } },
      ],
    });
  });

  test('leaves Pods alone that want no token', async () => {
    const { ok } = await testServer();
    const { spec } = await ok('POST', PODS, pod('web', { automountServiceAccountToken: false }));
    expect(spec).not.toHaveProperty('volumes');
  });

  test('refuses an account that is missing', async () => {
    const { refused } = await testServer();
    expect(await refused('POST', PODS, pod('web', { serviceAccountName: 'robot' }))).toBe(
      'pods "web" is forbidden: error looking up service account default/robot: serviceaccount "robot" not found',
    );
  });
});

test('DefaultTolerationSeconds and Priority fill in what a Pod leaves out', async () => {
  const { ok } = await testServer();
  const { spec } = await ok('POST', PODS, pod('web'));
  expect(spec).toMatchObject({
    priority: 0,
    preemptionPolicy: 'PreemptLowerPriority',
    tolerations: [
      { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
      { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
    ],
  });
});

test('Priority knows classes, and their default', async () => {
  const { ok, refused } = await testServer();
  expect(await refused('POST', PODS, pod('web', { priorityClassName: 'gold' }))).toBe(
    'pods "web" is forbidden: no PriorityClass with name gold was found',
  );
  const classes = '/apis/scheduling.k8s.io/v1/priorityclasses';
  await ok('POST', classes, { metadata: { name: 'gold' }, value: 1000, globalDefault: true });
  expect(await refused('POST', classes, { metadata: { name: 'silver' }, value: 10, globalDefault: true })).toBe(
    'priorityclasses.scheduling.k8s.io "silver" is forbidden: PriorityClass gold is already marked as default. Only one default can exist',
  );
  expect((await ok('POST', PODS, pod('web'))).spec).toMatchObject({ priority: 1000, priorityClassName: 'gold' });
});

test('a new Node is tainted until it is ready', async () => {
  const { ok } = await testServer();
  expect((await ok('POST', '/api/v1/nodes', { metadata: { name: 'n' } })).spec).toEqual({
    taints: [{ key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }],
  });
});

test('claims get the default class, and a finalizer', async () => {
  const { ok } = await testServer();
  for (const [name, isDefault] of [
    ['slow', 'false'],
    ['standard', 'true'],
  ]) {
    await ok('POST', '/apis/storage.k8s.io/v1/storageclasses', {
      metadata: { name, annotations: { 'storageclass.kubernetes.io/is-default-class': isDefault } },
      provisioner: 'x',
    });
  }
  const claim = (name: string, more = {}): unknown => ({
    metadata: { name },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...more },
  });
  expect(await ok('POST', `${NS}/persistentvolumeclaims`, claim('a'))).toMatchObject({
    metadata: { finalizers: ['kubernetes.io/pvc-protection'] },
    spec: { storageClassName: 'standard' },
  });
  expect((await ok('POST', `${NS}/persistentvolumeclaims`, claim('b', { storageClassName: '' }))).spec).toMatchObject({
    storageClassName: '',
  });
});

describe('LimitRanger', () => {
  const limits = {
    metadata: { name: 'lim' },
    spec: {
      limits: [
        { type: 'Container', max: { cpu: '500m' }, min: { cpu: '100m' }, default: { cpu: '200m' }, defaultRequest: { cpu: '150m' } },
        { type: 'PersistentVolumeClaim', max: { storage: '1Gi' } },
      ],
    },
  };
  const start = async (): Promise<TestServer> => {
    const server = await testServer();
    await server.ok('POST', `${NS}/limitranges`, limits);
    return server;
  };

  test.each([
    ['big', { limits: { cpu: '1' } }, 'pods "big" is forbidden: maximum cpu usage per Container is 500m, but limit is 1'],
    ['small', { requests: { cpu: '10m' } }, 'pods "small" is forbidden: minimum cpu usage per Container is 100m, but request is 10m'],
    [
      'both',
      { requests: { cpu: '10m' }, limits: { cpu: '2' } },
      'pods "both" is forbidden: [minimum cpu usage per Container is 100m, but request is 10m, maximum cpu usage per Container is 500m, but limit is 2]',
    ],
  ])('refuses the Pod %s', async (name, resources, message) => {
    const { refused } = await start();
    expect(await refused('POST', PODS, withResources(name, resources))).toBe(message);
  });

  test('refuses a claim that is too large', async () => {
    const { refused } = await start();
    const claim = { metadata: { name: 'pvc' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '5Gi' } } } };
    expect(await refused('POST', `${NS}/persistentvolumeclaims`, claim)).toBe(
      'persistentvolumeclaims "pvc" is forbidden: maximum storage usage per PersistentVolumeClaim is 1Gi, but request is 5Gi',
    );
  });

  test('gives defaults and says so', async () => {
    const { ok } = await start();
    const created = (await ok('POST', PODS, pod('d'))) as KubeObject & { spec: { containers: { resources: unknown }[] } };
    expect(created.spec.containers[0]?.resources).toEqual({ limits: { cpu: '200m' }, requests: { cpu: '150m' } });
    expect(created.metadata.annotations).toEqual({
      'kubernetes.io/limit-ranger': 'LimitRanger plugin set: cpu request for container d; cpu limit for container d'.replaceAll(
        'container d',
        'container c',
      ),
    });
    expect(created.status).toMatchObject({ qosClass: 'Burstable' });
  });
});

describe('ResourceQuota', () => {
  const start = async (): Promise<TestServer> => {
    const server = await testServer();
    await server.ok('POST', `${NS}/resourcequotas`, {
      metadata: { name: 'small' },
      spec: { hard: { pods: '1', 'requests.cpu': '200m', configmaps: '3', 'services.nodeports': '0' } },
    });
    return server;
  };

  test.each([
    [
      'big',
      '300m',
      'pods "big" is forbidden: exceeded quota: small, requested: requests.cpu=300m, used: requests.cpu=0, limited: requests.cpu=200m',
    ],
    ['second', '50m', 'pods "second" is forbidden: exceeded quota: small, requested: pods=1, used: pods=1, limited: pods=1'],
  ])('refuses the Pod %s', async (name, cpu, message) => {
    const { ok, refused } = await start();
    if (name === 'second') await ok('POST', PODS, withResources('ok', { requests: { cpu: '50m' } }));
    expect(await refused('POST', PODS, withResources(name, { requests: { cpu } }))).toBe(message);
  });

  test('requires what it limits', async () => {
    const { refused } = await start();
    expect(await refused('POST', PODS, pod('nocpu'))).toBe('pods "nocpu" is forbidden: failed quota: small: must specify requests.cpu');
  });

  test('counts node ports', async () => {
    const { refused } = await start();
    expect(await refused('POST', `${NS}/services`, { metadata: { name: 'np' }, spec: { type: 'NodePort', ports: [{ port: 80 }] } })).toBe(
      'services "np" is forbidden: exceeded quota: small, requested: services.nodeports=1, used: services.nodeports=0, limited: services.nodeports=0',
    );
  });
});

describe('NamespaceLifecycle', () => {
  test('lets nothing into a namespace that is going', async () => {
    const { ok, refused } = await testServer();
    await ok('POST', '/api/v1/namespaces', { metadata: { name: 'z' } });
    await ok('POST', '/api/v1/namespaces/z/configmaps', { metadata: { name: 'hold' } });
    expect(await ok('DELETE', '/api/v1/namespaces/z')).toMatchObject({ status: { phase: 'Terminating' } });
    expect(await refused('POST', '/api/v1/namespaces/z/configmaps', { metadata: { name: 'b' } })).toBe(
      'configmaps "b" is forbidden: unable to create new content in namespace z because it is being terminated',
    );
    await ok('PATCH', '/api/v1/namespaces/z/configmaps/hold', { data: { a: 'b' } }, MERGE);
    await ok('PUT', '/api/v1/namespaces/z/finalize', { metadata: { name: 'z' }, spec: { finalizers: [] } });
    expect(await refused('GET', '/api/v1/namespaces/z')).toBe('namespaces "z" not found');
  });
});

describe('PodSecurity', () => {
  const start = async (labels: Record<string, string>): Promise<TestServer> => {
    const server = await testServer();
    await server.ok('PATCH', '/api/v1/namespaces/default', { metadata: { labels } }, MERGE);
    return server;
  };

  test('restricted says everything that is missing', async () => {
    const { refused } = await start({ 'pod-security.kubernetes.io/enforce': 'restricted' });
    expect(await refused('POST', PODS, pod('web'))).toBe(
      'pods "web" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false (container "c" must set securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container "c" must set securityContext.capabilities.drop=["ALL"]), runAsNonRoot != true (pod or container "c" must set securityContext.runAsNonRoot=true), seccompProfile (pod or container "c" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
    );
  });

  test('baseline refuses what reaches the host', async () => {
    const { refused, ok } = await start({ 'pod-security.kubernetes.io/enforce': 'baseline' });
    const spec = {
      hostNetwork: true,
      containers: [{ name: 'c', image: 'nginx', securityContext: { privileged: true, capabilities: { add: ['NET_ADMIN'] } } }],
      volumes: [{ name: 'v', hostPath: { path: '/' } }],
    };
    expect(await refused('POST', PODS, pod('web', spec))).toBe(
      'pods "web" is forbidden: violates PodSecurity "baseline:latest": non-default capabilities (container "c" must not include "NET_ADMIN" in securityContext.capabilities.add), host namespaces (hostNetwork=true), hostPath volumes (volume "v"), privileged (container "c" must not set securityContext.privileged=true)',
    );
    await ok('POST', PODS, pod('plain'));
  });

  test('warns about workloads, and about Pods that are there already', async () => {
    const server = await start({ 'pod-security.kubernetes.io/warn': 'baseline' });
    await server.ok('POST', PODS, pod('web'));
    const template = { metadata: { labels: { app: 'web' } }, spec: { hostPID: true, containers: [{ name: 'c', image: 'nginx' }] } };
    const response = await server.request('POST', '/apis/apps/v1/namespaces/default/deployments', {
      metadata: { name: 'web' },
      spec: { selector: { matchLabels: { app: 'web' } }, template },
    });
    expect(response.warnings).toEqual(['would violate PodSecurity "baseline:latest": host namespaces (hostPID=true)']);
    const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
    const labelled = await server.request('PATCH', '/api/v1/namespaces/default', { metadata: { labels } }, MERGE);
    expect(labelled.warnings).toEqual([
      'existing pods in namespace "default" violate the new PodSecurity enforce level "restricted:latest"',
      'web: allowPrivilegeEscalation != false, unrestricted capabilities, runAsNonRoot != true, seccompProfile',
    ]);
  });
});

describe('PersistentVolumeClaimResize', () => {
  test.each([
    {
      given: 'of a class that does not allow it',
      expandable: false,
      says: 'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize',
    },
    { given: 'of a class that allows it', expandable: true, says: undefined },
  ])('a bound claim $given asks for more: $says', async ({ expandable, says }) => {
    const server = await testServer();
    const path = '/api/v1/namespaces/default/persistentvolumeclaims';
    await server.ok('POST', '/apis/storage.k8s.io/v1/storageclasses', {
      metadata: { name: 'c' },
      provisioner: 'd',
      allowVolumeExpansion: expandable,
    });
    const spec = { accessModes: ['ReadWriteOnce'], storageClassName: 'c', resources: { requests: { storage: '1Gi' } } };
    const made = await server.ok('POST', path, { metadata: { name: 'data' }, spec });
    const claim = await server.ok('PUT', `${path}/data/status`, { ...made, status: { phase: 'Bound' } });
    const more = { ...claim, spec: { ...(claim.spec as object), resources: { requests: { storage: '2Gi' } } } };
    if (says === undefined) await server.ok('PUT', `${path}/data`, more);
    else expect(await server.refused('PUT', `${path}/data`, more)).toContain(says);
  });
});
