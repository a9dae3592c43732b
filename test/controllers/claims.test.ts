// Claims that ask for more, and claims that a Pod brings along.
import { beforeEach, describe, expect, test } from 'vitest';
import { kindFor } from '../../src/api/builtin.ts';
import { PersistentVolume } from '../../src/api/core/persistentvolume.ts';
import { PersistentVolumeClaim } from '../../src/api/core/persistentvolumeclaim.ts';
import { Pod } from '../../src/api/core/pod.ts';
import type { Kind } from '../../src/api/kind.ts';
import { ResourceClaim } from '../../src/api/resource/resourceclaim.ts';
import { resourceClaimController } from '../../src/controllers/resourceclaim.ts';
import { ephemeralVolumeController } from '../../src/controllers/volumes/ephemeral.ts';
import { volumeExpanderController } from '../../src/controllers/volumes/expand.ts';
import { externalResizerController } from '../../src/controllers/volumes/external-resizer.ts';
import { FakeCluster } from './fake-cluster.ts';
import { draft, pod } from './objects.ts';

let cluster: FakeCluster;
const key = { namespace: 'default', name: 'data' };
const claims = (): PersistentVolumeClaim[] => cluster.list(PersistentVolumeClaim) as PersistentVolumeClaim[];

beforeEach(() => {
  cluster = new FakeCluster();
  const loops = [volumeExpanderController, externalResizerController, ephemeralVolumeController];
  cluster.add(...loops.map((controller) => controller.loop(cluster.deps)));
});

async function grow(source: object): Promise<void> {
  cluster.create(PersistentVolume, { metadata: { name: 'pv' }, spec: { capacity: { storage: '1Gi' }, ...source } });
  const spec = { volumeName: 'pv', resources: { requests: { storage: '1Gi' } } };
  cluster.create(PersistentVolumeClaim, { metadata: { ...key }, spec, status: { phase: 'Bound', capacity: { storage: '1Gi' } } });
  await cluster.drain();
  expect(cluster.events).toEqual([]);
  cluster.change(PersistentVolumeClaim, key, { spec: { resources: { requests: { storage: '2Gi' } } } });
  await cluster.advance(10_000);
}

test('a claim of a CSI volume that asks for more gets it', async () => {
  await grow({ csi: { driver: 'd', volumeHandle: 'h' } });
  expect(claims()[0]?.status).toEqual({ phase: 'Bound', capacity: { storage: '2Gi' }, allocatedResources: { storage: '2Gi' } });
  expect((cluster.list(PersistentVolume)[0] as PersistentVolume).spec.capacity).toEqual({ storage: '2Gi' });
  expect(cluster.events).toEqual([
    'Normal ExternalExpanding PersistentVolumeClaim/data: waiting for an external controller to expand this PVC',
    'Normal Resizing PersistentVolumeClaim/data: External resizer is resizing volume pv',
    'Normal VolumeResizeSuccessful PersistentVolumeClaim/data: Resize volume succeeded',
  ]);
});

test('a directory on a node is nothing that somebody grows', async () => {
  await grow({ hostPath: { path: '/mnt' } });
  expect(claims()[0]?.status?.capacity).toEqual({ storage: '1Gi' });
  expect(cluster.events).toEqual([
    'Normal ExternalExpanding PersistentVolumeClaim/data: waiting for an external controller to expand this PVC',
  ]);
});

const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
const scratch = { volumes: [{ name: 'scratch', ephemeral: { volumeClaimTemplate: { metadata: { labels: { a: 'b' } }, spec } } }] };

test('a generic ephemeral volume is a claim that its Pod owns; deleted, it comes again', async () => {
  const web = cluster.create(Pod, draft(pod('web', scratch)));
  await cluster.drain();
  const made = {
    metadata: { name: 'web-scratch', labels: { a: 'b' }, ownerReferences: [{ kind: 'Pod', uid: web.metadata.uid, controller: true }] },
    spec,
  };
  expect(claims()).toMatchObject([made]);
  cluster.delete(PersistentVolumeClaim, claims()[0] as PersistentVolumeClaim);
  await cluster.drain();
  expect(claims()).toMatchObject([made]);
});

test('a claim of that name that somebody else made is not taken', async () => {
  cluster.create(PersistentVolumeClaim, { metadata: { name: 'web-scratch', namespace: 'default' }, spec });
  cluster.create(Pod, draft(pod('web', scratch)));
  await cluster.drain();
  expect(claims()[0]?.metadata.ownerReferences).toBeUndefined();
  expect(cluster.events).toEqual([
    'Warning FailedBinding Pod/web: ephemeral volume scratch: PVC default/web-scratch was not created for pod default/web (pod is not owner)',
  ]);
});

describe('a Pod with a resource claim template', () => {
  const template = kindFor('resource.k8s.io', 'v1', 'ResourceClaimTemplate') as Kind;
  const devices = { requests: [{ name: 'gpu', exactly: { deviceClassName: 'gpu.example.com' } }] };
  const made = () => cluster.list(ResourceClaim);
  const web = () => cluster.objects.get('pods/default/web') as Pod;
  beforeEach(() => {
    cluster.add(resourceClaimController.loop(cluster.deps));
    cluster.create(Pod, draft(pod('web', { resourceClaims: [{ name: 'gpu', resourceClaimTemplateName: 'one-gpu' }] })));
  });
  const provide = () =>
    cluster.create(template, {
      metadata: { name: 'one-gpu', namespace: 'default' },
      spec: { metadata: { labels: { a: 'b' } }, spec: { devices } },
    });

  test('gets a claim of its own, named in its status; finished, it needs none', async () => {
    provide();
    await cluster.drain();
    expect(made()).toMatchObject([
      {
        metadata: { generateName: 'web-gpu-', labels: { a: 'b' }, annotations: { 'resource.kubernetes.io/pod-claim-name': 'gpu' } },
        spec: { devices },
      },
    ]);
    expect(web().status?.resourceClaimStatuses).toEqual([{ name: 'gpu', resourceClaimName: made()[0]?.metadata.name }]);
    cluster.change(Pod, { namespace: 'default', name: 'web' }, { status: { phase: 'Succeeded' } });
    await cluster.drain();
    expect(made()).toEqual([]);
  });

  test('waits for the template, and says so', async () => {
    await cluster.drain();
    expect(cluster.events).toEqual([
      'Warning FailedResourceClaimCreation Pod/web: PodResourceClaim gpu: resourceclaimtemplates.resource.k8s.io "one-gpu" not found',
    ]);
    provide();
    await cluster.advance(5000);
    expect(made()).toHaveLength(1);
  });
});
