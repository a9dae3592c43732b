import { beforeEach, describe, expect, test } from 'vitest';
import { Node } from '../../src/api/core/node.ts';
import { PersistentVolume } from '../../src/api/core/persistentvolume.ts';
import { PersistentVolumeClaim } from '../../src/api/core/persistentvolumeclaim.ts';
import { Pod } from '../../src/api/core/pod.ts';
import { StorageClass } from '../../src/api/storage/storageclass.ts';
import { controllers } from '../../src/controllers/index.ts';
import { createScheduler } from '../../src/scheduler/scheduler.ts';
import { FakeCluster } from './fake-cluster.ts';
import { draft, node, pod } from './objects.ts';

let cluster: FakeCluster;
const claim = (name: string, storage: string, spec: Record<string, unknown> = {}) =>
  cluster.create(PersistentVolumeClaim, {
    metadata: { name, namespace: 'default', finalizers: ['kubernetes.io/pvc-protection'] },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } }, storageClassName: '', volumeMode: 'Filesystem', ...spec },
    status: { phase: 'Pending' },
  });
const volume = (name: string, storage: string, spec: Record<string, unknown> = {}) =>
  cluster.create(PersistentVolume, {
    metadata: { name, finalizers: ['kubernetes.io/pv-protection'] },
    spec: {
      capacity: { storage },
      accessModes: ['ReadWriteOnce'],
      hostPath: { path: '/mnt/x' },
      persistentVolumeReclaimPolicy: 'Retain',
      volumeMode: 'Filesystem',
      ...spec,
    },
    status: { phase: 'Pending' },
  });
const claimNow = (name = 'data') => cluster.objects.get(`persistentvolumeclaims/default/${name}`) as PersistentVolumeClaim | undefined;
const volumeNow = (name: string) => cluster.objects.get(`persistentvolumes//${name}`) as PersistentVolume | undefined;
const using = (name: string) => draft(pod(name, { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }] }));
const message = () => (cluster.objects.get('pods/default/web') as Pod).status?.conditions?.[0]?.message;

beforeEach(() => {
  cluster = new FakeCluster();
  cluster.add(createScheduler(cluster.deps), ...controllers.map((controller) => controller.loop(cluster.deps)));
  cluster.create(Node, draft(node('node01')));
});

describe('a claim', () => {
  test('takes the smallest volume that is large enough', async () => {
    volume('small', '1Gi');
    volume('large', '10Gi');
    volume('medium', '5Gi');
    await cluster.drain();
    expect(volumeNow('small')?.status?.phase).toBe('Available');
    claim('data', '2Gi');
    await cluster.drain();
    expect(claimNow()).toMatchObject({ spec: { volumeName: 'medium' }, status: { phase: 'Bound', capacity: { storage: '5Gi' } } });
    expect(volumeNow('medium')).toMatchObject({ spec: { claimRef: { name: 'data' } }, status: { phase: 'Bound' } });
  });

  test.each([
    { given: 'another class', spec: { storageClassName: 'fast' } },
    { given: 'another access mode', spec: { accessModes: ['ReadOnlyMany'] } },
    { given: 'a reference to another claim', spec: { claimRef: { namespace: 'default', name: 'other' } } },
  ])('does not take a volume with $given', async ({ spec }) => {
    volume('v', '1Gi', spec);
    claim('data', '1Gi');
    await cluster.drain();
    expect(claimNow()?.status?.phase).toBe('Pending');
    expect(cluster.events).toContain(
      'Normal FailedBinding PersistentVolumeClaim/data: no persistent volumes available for this claim and no storage class is set',
    );
  });

  test.each([
    {
      given: 'too small',
      spec: { capacity: { storage: '1Mi' } },
      says: 'VolumeMismatch PersistentVolumeClaim/data: Cannot bind to requested volume "v": requested PV is too small',
    },
    {
      given: 'of another class',
      spec: { storageClassName: 'fast' },
      says: 'VolumeMismatch PersistentVolumeClaim/data: Cannot bind to requested volume "v": storageClassName does not match',
    },
    {
      given: 'of another mode',
      spec: { volumeMode: 'Block' },
      says: 'VolumeMismatch PersistentVolumeClaim/data: Cannot bind to requested volume "v": incompatible volumeMode',
    },
    {
      given: 'for readers only',
      spec: { accessModes: ['ReadOnlyMany'] },
      says: 'VolumeMismatch PersistentVolumeClaim/data: Cannot bind to requested volume "v": incompatible accessMode',
    },
    {
      given: 'of somebody else',
      spec: { claimRef: { namespace: 'default', name: 'other' } },
      says: 'FailedBinding PersistentVolumeClaim/data: volume "v" already bound to a different claim.',
    },
  ])('that asks by name for a volume that is $given waits and says why', async ({ spec, says }) => {
    volume('v', '1Gi', spec);
    claim('data', '1Gi', { volumeName: 'v' });
    await cluster.drain();
    expect(claimNow()?.status?.phase).toBe('Pending');
    expect(cluster.events).toContain(`Warning ${says}`);
  });

  test('gets the volume that it asks for by name, whatever its selector', async () => {
    volume('v', '1Gi');
    claim('data', '1Gi', { volumeName: 'v', selector: { matchLabels: { no: 'such' } } });
    await cluster.drain();
    expect(claimNow()?.status?.phase).toBe('Bound');
  });

  test('gets a volume that is kept for it, whatever its class', async () => {
    volume('v', '1Gi', { storageClassName: 'fast', claimRef: { namespace: 'default', name: 'data' } });
    claim('data', '1Gi');
    await cluster.drain();
    expect(claimNow()?.spec.volumeName).toBe('v');
  });

  test('gets a volume that comes later', async () => {
    claim('data', '1Gi');
    await cluster.drain();
    volume('late', '1Gi');
    await cluster.drain();
    expect(claimNow()?.status?.phase).toBe('Bound');
  });

  test('deleted, releases its volume', async () => {
    volume('v', '1Gi');
    claim('data', '1Gi');
    await cluster.drain();
    const bound = claimNow();
    if (bound) cluster.delete(PersistentVolumeClaim, bound);
    await cluster.drain();
    expect(claimNow()).toBeUndefined();
    expect(volumeNow('v')?.status?.phase).toBe('Released');
  });

  test('deleted while a pod uses it, stays until the pod is gone', async () => {
    volume('v', '1Gi');
    claim('data', '1Gi');
    cluster.create(Pod, using('web'));
    await cluster.drain();
    const bound = claimNow();
    if (bound) cluster.delete(PersistentVolumeClaim, bound);
    await cluster.drain();
    expect(claimNow()?.metadata.deletionTimestamp).toBeDefined();
    const user = cluster.objects.get('pods/default/web');
    if (user) cluster.delete(Pod, user);
    await cluster.drain();
    expect(claimNow()).toBeUndefined();
  });
});

describe('a pod', () => {
  test.each([
    { given: 'a claim that does not exist', prepare: () => {}, says: 'persistentvolumeclaim "data" not found' },
    {
      given: 'an unbound claim',
      prepare: () => claim('data', '1Gi', { storageClassName: 'none' }),
      says: 'pod has unbound immediate PersistentVolumeClaims',
    },
  ])('with $given waits', async ({ prepare, says }) => {
    prepare();
    cluster.create(Pod, using('web'));
    await cluster.drain();
    expect(message()).toBe(
      `0/1 nodes are available: ${says}. no new claims to deallocate, preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.`,
    );
  });

  test('waits for a node that its volume is on', async () => {
    const required = { nodeSelectorTerms: [{ matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: ['node09'] }] }] };
    volume('v', '1Gi', { nodeAffinity: { required } });
    claim('data', '1Gi');
    cluster.create(Pod, using('web'));
    await cluster.drain();
    expect(message()).toContain("0/1 nodes are available: 1 node(s) didn't match PersistentVolume's node affinity.");
    cluster.create(Node, draft(node('node09')));
    await cluster.advance(1000);
    expect((cluster.objects.get('pods/default/web') as Pod).spec.nodeName).toBe('node09');
  });
});

describe('a class that waits for the first consumer', () => {
  beforeEach(async () => {
    cluster.create(StorageClass, {
      metadata: { name: 'local-path' },
      provisioner: 'rancher.io/local-path',
      reclaimPolicy: 'Delete',
      volumeBindingMode: 'WaitForFirstConsumer',
    });
    cluster.create(Pod, {
      ...draft(pod('provisioner', { nodeName: 'node01' })),
      metadata: { name: 'provisioner', namespace: 'local-path-storage', labels: { app: 'local-path-provisioner' } },
      status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
    });
    claim('data', '1Gi', { storageClassName: 'local-path' });
    await cluster.drain();
  });

  test('leaves the claim pending without a pod', () => {
    expect(claimNow()?.status?.phase).toBe('Pending');
    expect(cluster.events).toContain(
      'Normal WaitForFirstConsumer PersistentVolumeClaim/data: waiting for first consumer to be created before binding',
    );
  });

  test('makes a volume on the node that the pod gets, and removes it with the claim', async () => {
    cluster.create(Pod, using('web'));
    await cluster.drain();
    expect((cluster.objects.get('pods/default/web') as Pod).spec.nodeName).toBe('node01');
    const name = `pvc-${claimNow()?.metadata.uid}`;
    expect(claimNow()).toMatchObject({ spec: { volumeName: name }, status: { phase: 'Bound' } });
    expect(
      cluster.events
        .filter((line) => line.includes('PersistentVolumeClaim/data'))
        .map((line) => line.split(' ')[1])
        .slice(-3),
    ).toEqual(expect.arrayContaining(['ExternalProvisioning', 'Provisioning', 'ProvisioningSucceeded']));
    for (const [kind, object] of [[Pod, cluster.objects.get('pods/default/web')] as const, [PersistentVolumeClaim, claimNow()] as const]) {
      if (object) cluster.delete(kind, object);
    }
    await cluster.drain();
    expect([claimNow(), volumeNow(name)]).toEqual([undefined, undefined]);
  });
});
