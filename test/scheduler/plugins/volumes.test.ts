// Plugins that look at volumes: what nodes can reach, attach and share.
import { describe, expect, test } from 'vitest';
import { PersistentVolume } from '../../../src/api/core/persistentvolume.ts';
import { PersistentVolumeClaim } from '../../../src/api/core/persistentvolumeclaim.ts';
import type { Pod } from '../../../src/api/core/pod.ts';
import { ResourceClaim } from '../../../src/api/resource/resourceclaim.ts';
import { ResourceSlice } from '../../../src/api/resource/resourceslice.ts';
import { CSIDriver } from '../../../src/api/storage/csidriver.ts';
import { CSINode } from '../../../src/api/storage/csinode.ts';
import { CSIStorageCapacity } from '../../../src/api/storage/csistoragecapacity.ts';
import { StorageClass } from '../../../src/api/storage/storageclass.ts';
import { VolumeAttachment } from '../../../src/api/storage/volumeattachment.ts';
import { node, pod } from '../../controllers/objects.ts';
import { on, verdicts } from '../verdicts.ts';

const using = (name: string, ...claims: string[]): Pod =>
  pod(name, { volumes: claims.map((claimName) => ({ name: claimName, persistentVolumeClaim: { claimName } })) });
const claim = (name: string, spec: object = {}, bound = true) =>
  [
    PersistentVolumeClaim,
    {
      metadata: { name, namespace: 'default', ...(bound ? { annotations: { 'pv.kubernetes.io/bind-completed': 'yes' } } : {}) },
      spec: {
        accessModes: ['ReadWriteOnce'],
        resources: { requests: { storage: '1Gi' } },
        ...(bound ? { volumeName: `pv-${name}` } : {}),
        ...spec,
      },
    },
  ] as const;
const volume = (name: string, spec: object = {}, labels: Record<string, string> = {}) =>
  [
    PersistentVolume,
    {
      metadata: { name, labels },
      spec: { accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' }, csi: { driver: 'd', volumeHandle: name }, ...spec },
    },
  ] as const;
const storageClass = (more: object = {}) =>
  [StorageClass, { metadata: { name: 'late' }, provisioner: 'd', volumeBindingMode: 'WaitForFirstConsumer', ...more }] as const;
const local = (host: string) => ({
  nodeAffinity: {
    required: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [host] }] }] },
  },
});

describe('VolumeBinding', () => {
  const [a, b] = [node('a'), node('b')];
  const NO_VOLUME = "node(s) didn't find available persistent volumes to bind";
  const late = { storageClassName: 'late' };
  const noProvisioner = storageClass({ provisioner: 'kubernetes.io/no-provisioner' });

  test('a bound volume keeps the Pod on the nodes that reach it', async () => {
    expect(await verdicts(using('p', 'data'), { nodes: [a, b], more: [claim('data'), volume('pv-data', local('a'))] })).toEqual({
      a: 'ok',
      b: "node(s) didn't match PersistentVolume's node affinity",
    });
  });

  test('a claim that waits finds a free volume on the node, or none', async () => {
    const more = [claim('data', late, false), noProvisioner, volume('v', { ...late, ...local('b') })];
    expect(await verdicts(using('p', 'data'), { nodes: [a, b], more })).toEqual({ a: NO_VOLUME, b: 'ok' });
  });

  test('two claims need two volumes', async () => {
    const claims = [claim('one', late, false), claim('two', late, false), noProvisioner];
    const at = async (...names: string[]) =>
      (await verdicts(using('p', 'one', 'two'), { nodes: [a], more: [...claims, ...names.map((name) => volume(name, late))] })).a;
    expect(await at('v')).toBe(NO_VOLUME);
    expect(await at('v', 'w')).toBe('ok');
  });

  test('the smallest claim chooses first, so that the large volume is left for the large claim', async () => {
    const large = { ...late, resources: { requests: { storage: '5Gi' } } };
    const more = [
      claim('large', large, false),
      claim('small', late, false),
      noProvisioner,
      volume('v', late),
      volume('w', { ...late, capacity: { storage: '5Gi' } }),
    ];
    expect((await verdicts(using('p', 'large', 'small'), { nodes: [a], more })).a).toBe('ok');
  });

  test('a volume is made where the class allows it', async () => {
    const allowedTopologies = [{ matchLabelExpressions: [{ key: 'zone', values: ['z1'] }] }];
    const nodes = [node('in', {}, { zone: 'z1' }), node('out', {}, { zone: 'z2' })];
    expect(await verdicts(using('p', 'data'), { nodes, more: [claim('data', late, false), storageClass({ allowedTopologies })] })).toEqual({
      in: 'ok',
      out: NO_VOLUME,
    });
  });
});

describe('VolumeBinding of drivers that publish their capacity', () => {
  const driver = [CSIDriver, { metadata: { name: 'd' }, spec: { storageCapacity: true } }] as const;
  const room = (zone: string, capacity: string, more: object = {}) =>
    [
      CSIStorageCapacity,
      { metadata: { name: zone, namespace: 'x' }, storageClassName: 'late', capacity, nodeTopology: { matchLabels: { zone } }, ...more },
    ] as const;
  const nodes = [node('a', {}, { zone: 'z1' }), node('b', {}, { zone: 'z2' })];
  const FULL = 'node(s) did not have enough free storage';
  test.each<{ given: string; more: readonly (readonly [unknown, unknown])[]; told: object }>([
    { given: 'room in one zone', more: [driver, room('z1', '1Gi'), room('z2', '1Mi')], told: { a: 'ok', b: FULL } },
    { given: 'nothing published', more: [driver], told: { a: FULL, b: FULL } },
    { given: 'room for small volumes only', more: [driver, room('z1', '9Gi', { maximumVolumeSize: '1Mi' })], told: { a: FULL, b: FULL } },
    { given: 'room for another class', more: [driver, room('z1', '9Gi', { storageClassName: 'other' })], told: { a: FULL, b: FULL } },
    { given: 'a driver that publishes none', more: [room('z1', '1Mi')], told: { a: 'ok', b: 'ok' } },
  ])('$given', async ({ more, told }) => {
    const claims = [claim('data', { storageClassName: 'late' }, false), storageClass()];
    expect(await verdicts(using('p', 'data'), { nodes, more: [...claims, ...more] as never })).toEqual(told);
  });
});

describe('VolumeZone', () => {
  const ZONE = 'topology.kubernetes.io/zone';
  const OLD_ZONE = 'failure-domain.beta.kubernetes.io/zone';
  const NO_ZONE = 'node(s) had no available volume zone';
  test.each([
    { given: 'no labels', volumeLabels: {}, nodeLabels: { [ZONE]: 'z1' }, verdict: 'ok' },
    { given: 'the same zone', volumeLabels: { [ZONE]: 'z1' }, nodeLabels: { [ZONE]: 'z1' }, verdict: 'ok' },
    { given: 'another zone', volumeLabels: { [ZONE]: 'z2' }, nodeLabels: { [ZONE]: 'z1' }, verdict: NO_ZONE },
    { given: 'several zones', volumeLabels: { [ZONE]: 'z2__z1' }, nodeLabels: { [ZONE]: 'z1' }, verdict: 'ok' },
    { given: 'the former label', volumeLabels: { [OLD_ZONE]: 'z1' }, nodeLabels: { [ZONE]: 'z1' }, verdict: 'ok' },
    { given: 'the former label of another zone', volumeLabels: { [OLD_ZONE]: 'z2' }, nodeLabels: { [ZONE]: 'z1' }, verdict: NO_ZONE },
    {
      given: 'a zone, on a node that knows regions only',
      volumeLabels: { [ZONE]: 'z1' },
      nodeLabels: { 'topology.kubernetes.io/region': 'r' },
      verdict: NO_ZONE,
    },
    { given: 'a zone, in a cluster without zones', volumeLabels: { [ZONE]: 'z1' }, nodeLabels: {}, verdict: 'ok' },
  ])('a volume with $given: $verdict', async ({ volumeLabels, nodeLabels, verdict }) => {
    const more = [claim('data'), volume('pv-data', {}, volumeLabels)];
    expect(await verdicts(using('p', 'data'), { nodes: [node('n', {}, nodeLabels)], more })).toEqual({ n: verdict });
  });
});

describe('VolumeRestrictions', () => {
  const disk = (source: object) => pod('p', { volumes: [{ name: 'v', ...source }] });
  const gce = (pdName: string, readOnly = false) => disk({ gcePersistentDisk: { pdName, readOnly } });
  const rbd = (monitors: string[], readOnly = false) => disk({ rbd: { monitors, image: 'i', pool: 'p', readOnly } });
  const ebs = (volumeID: string) => disk({ awsElasticBlockStore: { volumeID, readOnly: true } });
  const iscsi = (iqn: string) => disk({ iscsi: { iqn, targetPortal: 't', lun: 0 } });
  test.each([
    { given: 'another disk', incoming: gce('a'), there: gce('b'), fits: true },
    { given: 'the same disk', incoming: gce('a'), there: gce('a'), fits: false },
    { given: 'the same disk, both reading', incoming: gce('a', true), there: gce('a', true), fits: true },
    { given: 'the same disk, one reading', incoming: gce('a', true), there: gce('a'), fits: false },
    { given: 'the same EBS volume, even to read', incoming: ebs('a'), there: ebs('a'), fits: false },
    { given: 'the same iSCSI target', incoming: iscsi('a'), there: iscsi('a'), fits: false },
    { given: 'an image with one monitor in common', incoming: rbd(['a', 'b']), there: rbd(['b', 'c']), fits: false },
    { given: 'an image of other monitors', incoming: rbd(['a']), there: rbd(['b']), fits: true },
  ])('$given: fits $fits', async ({ incoming, there, fits }) => {
    const other = { ...on('n', there), metadata: { ...there.metadata, name: 'o', uid: 'uid-o' } };
    expect(await verdicts(incoming, { nodes: [node('n')], pods: [other] })).toEqual({ n: fits ? 'ok' : 'node(s) had no available disk' });
  });

  test('a claim for one Pod is in use where another Pod has it', async () => {
    const more = [claim('data', { accessModes: ['ReadWriteOncePod'] }), volume('pv-data')];
    expect(await verdicts(using('p', 'data'), { nodes: [node('a'), node('b')], pods: [on('a', using('o', 'data'))], more })).toEqual({
      a: 'node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode',
      b: 'ok',
    });
  });
});

describe('NodeVolumeLimits', () => {
  const FULL = 'node(s) exceed max volume count';
  const limit = (count: number | undefined, driver = 'd') =>
    [
      CSINode,
      {
        metadata: { name: 'n' },
        spec: { drivers: [{ name: driver, nodeID: 'n', ...(count === undefined ? {} : { allocatable: { count } }) }] },
      },
    ] as const;
  const bound = (...names: string[]) => names.flatMap((name) => [claim(name), volume(`pv-${name}`)]);
  const attached = (name: string) =>
    [
      VolumeAttachment,
      { metadata: { name: `at-${name}` }, spec: { attacher: 'd', nodeName: 'n', source: { persistentVolumeName: name } } },
    ] as const;
  test.each<{ given: string; incoming: Pod; pods?: Pod[]; more: readonly (readonly [unknown, unknown])[]; verdict: string }>([
    { given: 'no limit', incoming: using('p', 'x', 'y'), more: [limit(undefined), ...bound('x', 'y')], verdict: 'ok' },
    { given: 'room for all', incoming: using('p', 'x', 'y'), more: [limit(2), ...bound('x', 'y')], verdict: 'ok' },
    { given: 'room for one of two', incoming: using('p', 'x', 'y'), more: [limit(1), ...bound('x', 'y')], verdict: FULL },
    { given: 'a limit of another driver', incoming: using('p', 'x', 'y'), more: [limit(1, 'e'), ...bound('x', 'y')], verdict: 'ok' },
    {
      given: 'a volume that is there already',
      incoming: using('p', 'x'),
      pods: [on('n', using('o', 'x'))],
      more: [limit(1), ...bound('x')],
      verdict: 'ok',
    },
    {
      given: 'others that use it up',
      incoming: using('p', 'x'),
      pods: [on('n', using('o', 'y'))],
      more: [limit(1), ...bound('x', 'y')],
      verdict: FULL,
    },
    {
      given: 'an attachment whose Pod has gone',
      incoming: using('p', 'x'),
      more: [limit(1), ...bound('x'), attached('pv-y')],
      verdict: FULL,
    },
    {
      given: 'a volume that is yet to be made',
      incoming: using('p', 'x'),
      pods: [on('n', using('o', 'y'))],
      more: [limit(1), claim('x', { storageClassName: 'late' }, false), storageClass(), ...bound('y')],
      verdict: FULL,
    },
    {
      given: 'a Pod without volumes',
      incoming: pod('p'),
      pods: [on('n', using('o', 'y'))],
      more: [limit(1), ...bound('y')],
      verdict: 'ok',
    },
  ])('$given: $verdict', async ({ incoming, pods = [], more, verdict }) => {
    expect(await verdicts(incoming, { nodes: [node('n')], pods, more: more as never })).toEqual({ n: verdict });
  });
});

describe('DynamicResources', () => {
  const wanting = pod('p', { resourceClaims: [{ name: 'gpu', resourceClaimName: 'gpu' }] });
  const resourceClaim = (status: object) => [ResourceClaim, { metadata: { name: 'gpu', namespace: 'default' }, spec: {}, status }] as const;
  const nodeSelector = { nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['a'] }] }] };
  const nodes = [node('a'), node('b')];
  test('a claim that is not there', async () => {
    expect((await verdicts(wanting, { nodes })).a).toBe('resourceclaim "gpu" not found');
  });
  test('a claim that nothing can fulfil', async () => {
    expect((await verdicts(wanting, { nodes, more: [resourceClaim({})] })).a).toBe('cannot allocate all claims');
  });
  test('a claim that devices could fulfil says by name what is left out', async () => {
    const slice = [
      ResourceSlice,
      { metadata: { name: 's' }, spec: { driver: 'd', nodeName: 'a', pool: { name: 'a', generation: 1, resourceSliceCount: 1 } } },
    ] as const;
    expect((await verdicts(wanting, { nodes, more: [resourceClaim({}), slice] })).a).toBe(
      'cannot allocate all claims (kubemu does not allocate the devices of ResourceSlices)',
    );
  });
  test('a claim that was allocated is used where it can be reached', async () => {
    expect(await verdicts(wanting, { nodes, more: [resourceClaim({ allocation: { nodeSelector } })] })).toEqual({
      a: 'ok',
      b: 'resourceclaim not available on the node',
    });
  });
});
