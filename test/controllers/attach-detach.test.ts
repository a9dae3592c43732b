import { beforeEach, describe, expect, test } from 'vitest';
import { Node } from '../../src/api/core/node.ts';
import { PersistentVolume } from '../../src/api/core/persistentvolume.ts';
import { PersistentVolumeClaim } from '../../src/api/core/persistentvolumeclaim.ts';
import { Pod } from '../../src/api/core/pod.ts';
import { CSIDriver } from '../../src/api/storage/csidriver.ts';
import { VolumeAttachment } from '../../src/api/storage/volumeattachment.ts';
import { attachDetachController } from '../../src/controllers/volumes/attach-detach.ts';
import { externalAttacherController } from '../../src/controllers/volumes/external-attacher.ts';
import { FakeCluster } from './fake-cluster.ts';
import { draft, node, pod } from './objects.ts';

let cluster: FakeCluster;
const seconds = 1000;
const minutes = 60 * seconds;

const attachments = (): [string, boolean][] =>
  (cluster.list(VolumeAttachment) as VolumeAttachment[]).map(({ spec, status }) => [spec.nodeName, status?.attached ?? false]);
const attachedTo = (name: string) => (cluster.objects.get(`nodes//${name}`) as Node | undefined)?.status?.volumesAttached;
const run = (name: string, nodeName: string) =>
  cluster.create(Pod, draft(pod(name, { nodeName, volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }] })));
const end = (name: string) => cluster.delete(Pod, cluster.objects.get(`pods/default/${name}`) as Pod);
const health = (name: string, status: string) => cluster.change(Node, { name }, { status: { conditions: [{ type: 'Ready', status }] } });

function volume(accessModes: string[]): void {
  cluster.create(PersistentVolumeClaim, {
    metadata: { name: 'data', namespace: 'default' },
    spec: { accessModes, volumeName: 'pv' },
    status: {},
  });
  const claimRef = { namespace: 'default', name: 'data' };
  cluster.create(PersistentVolume, {
    metadata: { name: 'pv' },
    spec: { accessModes, claimRef, csi: { driver: 'ebs.csi.aws.com', volumeHandle: 'vol-1' } },
  });
}

beforeEach(() => {
  cluster = new FakeCluster();
  cluster.add(attachDetachController.loop(cluster.deps), externalAttacherController.loop(cluster.deps));
  for (const name of ['node01', 'node02']) {
    cluster.create(Node, draft(node(name)));
    health(name, 'True');
  }
});

test('a CSI volume is attached to the node of its Pod, which is told, and detached when the Pod is gone', async () => {
  volume(['ReadWriteOnce']);
  run('web', 'node01');
  await cluster.drain();
  expect(cluster.list(VolumeAttachment)).toMatchObject([
    {
      metadata: { name: expect.stringMatching(/^csi-[0-9a-f]{64}$/) },
      spec: { attacher: 'ebs.csi.aws.com', nodeName: 'node01', source: { persistentVolumeName: 'pv' } },
    },
  ]);
  expect(attachedTo('node01')).toBeUndefined();
  await cluster.advance(5 * seconds);
  expect(attachments()).toEqual([['node01', true]]);
  expect(attachedTo('node01')).toEqual([{ name: 'kubernetes.io/csi/ebs.csi.aws.com^vol-1', devicePath: '' }]);
  expect(cluster.events).toEqual(['Normal SuccessfulAttachVolume Pod/web: AttachVolume.Attach succeeded for volume "pv" ']);
  end('web');
  await cluster.drain();
  expect(attachments()).toEqual([]);
  expect(attachedTo('node01')).toBeUndefined();
});

test('a second Pod on the same node shares the attachment without an event of its own', async () => {
  volume(['ReadWriteOnce']);
  run('web', 'node01');
  await cluster.advance(5 * seconds);
  run('also', 'node01');
  await cluster.advance(5 * seconds);
  expect(attachments()).toEqual([['node01', true]]);
  expect(cluster.events).toHaveLength(1);
  end('web');
  await cluster.drain();
  expect(attachments()).toEqual([['node01', true]]);
});

test('a volume for one node is refused to a second one, said once, and moves when it is free', async () => {
  volume(['ReadWriteOnce']);
  run('old', 'node01');
  await cluster.advance(5 * seconds);
  run('new', 'node02');
  await cluster.advance(5 * minutes);
  expect(attachments()).toEqual([['node01', true]]);
  expect(cluster.events.slice(1)).toEqual([
    'Warning FailedAttachVolume Pod/new: Multi-Attach error for volume "pv" Volume is already used by pod(s) old',
  ]);
  end('old');
  await cluster.advance(5 * seconds);
  expect(attachments()).toEqual([['node02', true]]);
  expect(cluster.events.at(-1)).toBe('Normal SuccessfulAttachVolume Pod/new: AttachVolume.Attach succeeded for volume "pv" ');
});

test('a volume for many nodes is attached to each', async () => {
  volume(['ReadWriteMany']);
  run('a', 'node01');
  run('b', 'node02');
  await cluster.advance(5 * seconds);
  expect(attachments().sort()).toEqual([
    ['node01', true],
    ['node02', true],
  ]);
});

describe('a node that does not answer', () => {
  beforeEach(async () => {
    volume(['ReadWriteOnce']);
    run('old', 'node01');
    await cluster.advance(5 * seconds);
    health('node01', 'Unknown');
    end('old'); // somebody forced it
    run('new', 'node02');
  });

  test('keeps its volume for six minutes', async () => {
    await cluster.advance(5.9 * minutes);
    expect(attachments()).toEqual([['node01', true]]);
    expect(cluster.events.at(-1)).toBe(
      `Warning FailedAttachVolume Pod/new: Multi-Attach error for volume "pv" Volume is already exclusively attached to one node and can't be attached to another`,
    );
    await cluster.advance(0.2 * minutes);
    expect(attachments()).toEqual([['node02', true]]);
  });

  test.each([
    {
      given: 'is out of service',
      act: () =>
        cluster.change(Node, { name: 'node01' }, { spec: { taints: [{ key: 'node.kubernetes.io/out-of-service', effect: 'NoExecute' }] } }),
    },
    { given: 'comes back', act: () => health('node01', 'True') },
    { given: 'is deleted', act: () => cluster.delete(Node, cluster.objects.get('nodes//node01') as Node) },
  ])('gives it up when it $given', async ({ act }) => {
    await cluster.advance(10 * seconds);
    act();
    await cluster.advance(10 * seconds);
    expect(attachments()).toEqual([['node02', true]]);
  });
});

test('a driver that needs no attaching gets none', async () => {
  cluster.create(CSIDriver, { metadata: { name: 'ebs.csi.aws.com' }, spec: { attachRequired: false } });
  volume(['ReadWriteOnce']);
  run('web', 'node01');
  await cluster.advance(5 * seconds);
  expect(attachments()).toEqual([]);
});
