// Claims that ask for more, and claims that a Pod brings along.
import { beforeEach, expect, test } from 'vitest';
import { PersistentVolume } from '../../src/api/core/persistentvolume.ts';
import { PersistentVolumeClaim } from '../../src/api/core/persistentvolumeclaim.ts';
import { Pod } from '../../src/api/core/pod.ts';
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
