import { beforeEach, describe, expect, test } from 'vitest';
import { Deployment } from '../../src/api/apps/deployment.ts';
import { ReplicaSet } from '../../src/api/apps/replicaset.ts';
import { StatefulSet } from '../../src/api/apps/statefulset.ts';
import { PersistentVolumeClaim } from '../../src/api/core/persistentvolumeclaim.ts';
import { Pod } from '../../src/api/core/pod.ts';
import { controllers } from '../../src/controllers/index.ts';
import { forbidden } from '../../src/machinery/status.ts';
import { FakeCluster } from './fake-cluster.ts';
import { deployment, draft, pod, replicaSet, runPods } from './objects.ts';

let cluster: FakeCluster;
const key = (name: string) => ({ namespace: 'default', name });
const deploymentNow = async () => await cluster.client.get(Deployment, key('web'));
const sets = () => cluster.list(ReplicaSet) as ReplicaSet[];
const pods = () => cluster.list(Pod) as Pod[];
const settle = async () => {
  for (let i = 0; i < 30; i++) {
    await cluster.drain();
    const before = cluster.revision;
    runPods(cluster);
    await cluster.drain();
    if (cluster.revision === before) return;
  }
};

beforeEach(() => {
  cluster = new FakeCluster();
  for (const controller of controllers) cluster.add(controller.loop(cluster.deps));
});

describe('a ReplicaSet', () => {
  test('creates what is missing and says so', async () => {
    cluster.create(ReplicaSet, draft(replicaSet('web', 3)));
    await cluster.drain();
    expect(pods()).toHaveLength(3);
    expect(pods()[0]?.metadata).toMatchObject({
      generateName: 'web-',
      labels: { app: 'web' },
      ownerReferences: [{ kind: 'ReplicaSet', name: 'web', controller: true }],
    });
    expect(cluster.events.sort()).toEqual(
      pods().map(({ metadata }) => `Normal SuccessfulCreate ReplicaSet/web: Created pod: ${metadata.name}`),
    );
    expect((await cluster.client.get(ReplicaSet, key('web')))?.status).toMatchObject({
      replicas: 3,
      fullyLabeledReplicas: 3,
      observedGeneration: 1,
    });
  });

  test('replaces a deleted pod', async () => {
    cluster.create(ReplicaSet, draft(replicaSet('web', 2)));
    await cluster.drain();
    const [victim] = pods();
    if (victim) cluster.delete(Pod, victim);
    await cluster.drain();
    expect(pods()).toHaveLength(2);
    expect(pods()).not.toContainEqual(victim);
  });

  test('adopts a pod that its selector matches, and deletes it when that is one too many', async () => {
    cluster.create(ReplicaSet, draft(replicaSet('web', 1)));
    await settle();
    cluster.create(Pod, draft(pod('stray', {}, { labels: { app: 'web' } })));
    await cluster.drain();
    expect(pods().map(({ metadata }) => metadata.name)).not.toContain('stray');
    expect(cluster.events).toContain('Normal SuccessfulDelete ReplicaSet/web: Deleted pod: stray');
  });

  test('releases a pod whose labels no longer match, and replaces it', async () => {
    cluster.create(ReplicaSet, draft(replicaSet('web', 1)));
    await settle();
    const [first] = pods();
    cluster.change(Pod, key(first?.metadata.name ?? ''), { metadata: { labels: { app: 'debug' } } });
    await cluster.drain();
    expect(pods()).toHaveLength(2);
    expect(pods().find(({ metadata }) => metadata.name === first?.metadata.name)?.metadata.ownerReferences).toBeUndefined();
  });

  test('stops at the first refusal, tells why, and goes on later', async () => {
    const refusal = forbidden({ group: '', resource: 'pods' }, 'web-x', 'exceeded quota: q');
    cluster.refuse = (verb, resource) => {
      if (verb === 'create' && resource === 'pods') throw refusal;
    };
    cluster.create(ReplicaSet, draft(replicaSet('web', 5)));
    await cluster.drain();
    expect(new Set(cluster.events)).toEqual(
      new Set(['Warning FailedCreate ReplicaSet/web: Error creating: pods "web-x" is forbidden: exceeded quota: q']),
    );
    expect((await cluster.client.get(ReplicaSet, key('web')))?.status?.conditions).toMatchObject([
      { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate' },
    ]);
    cluster.refuse = () => {};
    await cluster.advance(60_000);
    expect(pods()).toHaveLength(5);
    expect((await cluster.client.get(ReplicaSet, key('web')))?.status?.conditions).toBeUndefined();
  });
});

describe('a Deployment', () => {
  test('makes a ReplicaSet named after its template and becomes available', async () => {
    cluster.create(Deployment, draft(deployment('web', 3)));
    await settle();
    const [rs] = sets();
    expect(rs?.metadata.name).toMatch(/^web-[bcdfghjklmnpqrstvwxz2456789]{6,10}$/);
    expect(rs?.metadata.annotations).toEqual({
      'deployment.kubernetes.io/desired-replicas': '3',
      'deployment.kubernetes.io/max-replicas': '4',
      'deployment.kubernetes.io/revision': '1',
    });
    expect(rs?.spec.selector?.matchLabels).toEqual({ app: 'web', 'pod-template-hash': rs?.metadata.name.slice(4) });
    expect(cluster.events).toContain(`Normal ScalingReplicaSet Deployment/web: Scaled up replica set ${rs?.metadata.name} from 0 to 3`);
    const { status, metadata } = (await deploymentNow()) ?? {};
    expect(metadata?.annotations).toEqual({ 'deployment.kubernetes.io/revision': '1' });
    expect(status).toMatchObject({ replicas: 3, updatedReplicas: 3, readyReplicas: 3, availableReplicas: 3, observedGeneration: 1 });
    expect(status?.conditions?.map(({ type, status, reason, message }) => [type, status, reason, message])).toEqual([
      ['Available', 'True', 'MinimumReplicasAvailable', 'Deployment has minimum availability.'],
      ['Progressing', 'True', 'NewReplicaSetAvailable', `ReplicaSet "${rs?.metadata.name}" has successfully progressed.`],
    ]);
  });

  test('rolls to a new template without falling below its availability', async () => {
    cluster.create(Deployment, draft(deployment('web', 4)));
    await settle();
    const [first] = sets();
    cluster.events.length = 0;
    cluster.now += 1000;
    cluster.change(Deployment, key('web'), { spec: { template: { spec: { containers: [{ name: 'c', image: 'nginx:2' }] } } } });
    await settle();
    const second = sets().find(({ metadata }) => metadata.name !== first?.metadata.name);
    expect([second?.spec.replicas, sets().find(({ metadata }) => metadata.name === first?.metadata.name)?.spec.replicas]).toEqual([4, 0]);
    expect(second?.metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('2');
    const scalings = cluster.events
      .filter((line) => line.includes('ScalingReplicaSet'))
      .map((line) => line.replace(/.*Scaled (\w+) replica set web-\w+/, '$1'));
    expect(scalings.slice(0, 3)).toEqual(['up from 0 to 1', 'down from 4 to 3', 'up from 1 to 2']);
    expect((await deploymentNow())?.status).toMatchObject({ replicas: 4, updatedReplicas: 4, availableReplicas: 4 });
  });

  test('going back reuses the old ReplicaSet under a new revision', async () => {
    cluster.create(Deployment, draft(deployment('web', 1)));
    await settle();
    cluster.now += 1000;
    cluster.change(Deployment, key('web'), { spec: { template: { spec: { containers: [{ name: 'c', image: 'nginx:2' }] } } } });
    await settle();
    cluster.change(Deployment, key('web'), { spec: { template: { spec: { containers: [{ name: 'c', image: 'nginx' }] } } } });
    await settle();
    expect(sets()).toHaveLength(2);
    const current = sets().find(({ spec }) => spec.replicas === 1);
    expect(current?.metadata.annotations).toMatchObject({
      'deployment.kubernetes.io/revision': '3',
      'deployment.kubernetes.io/revision-history': '1',
    });
    expect((await deploymentNow())?.metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('3');
  });

  test('Recreate deletes every old pod before the first new one', async () => {
    cluster.create(Deployment, draft(deployment('web', 2, { strategy: { type: 'Recreate' } })));
    await settle();
    cluster.events.length = 0;
    cluster.change(Deployment, key('web'), { spec: { template: { spec: { containers: [{ name: 'c', image: 'nginx:2' }] } } } });
    await settle();
    const order = cluster.events.filter((line) => /Created|Deleted/.test(line)).map((line) => (line.includes('Created') ? '+' : '-'));
    expect(order.join('')).toBe('--++');
  });

  test('scales while paused, but does not roll', async () => {
    cluster.create(Deployment, draft(deployment('web', 2)));
    await settle();
    cluster.change(Deployment, key('web'), {
      spec: { paused: true, replicas: 3, template: { spec: { containers: [{ name: 'c', image: 'nginx:2' }] } } },
    });
    await settle();
    expect(sets()).toHaveLength(1);
    expect(sets()[0]?.spec.replicas).toBe(3);
    expect((await deploymentNow())?.status?.conditions).toContainEqual(
      expect.objectContaining({ type: 'Progressing', status: 'Unknown', reason: 'DeploymentPaused' }),
    );
    cluster.change(Deployment, key('web'), { spec: { paused: false } });
    await settle();
    expect(sets()).toHaveLength(2);
  });

  test('keeps no more old ReplicaSets than its history limit', async () => {
    cluster.create(Deployment, draft(deployment('web', 1, { revisionHistoryLimit: 1 })));
    await settle();
    for (const image of ['nginx:2', 'nginx:3', 'nginx:4']) {
      cluster.now += 1000;
      cluster.change(Deployment, key('web'), { spec: { template: { spec: { containers: [{ name: 'c', image }] } } } });
      await settle();
    }
    expect(
      sets()
        .map(({ metadata }) => metadata.annotations?.['deployment.kubernetes.io/revision'])
        .sort(),
    ).toEqual(['3', '4']);
  });

  test('says that it is stuck when the progress deadline passes', async () => {
    cluster.create(Deployment, draft(deployment('web', 1)));
    await cluster.drain();
    await cluster.advance(602_000);
    const [rs] = sets();
    expect((await deploymentNow())?.status?.conditions).toContainEqual(
      expect.objectContaining({
        type: 'Progressing',
        status: 'False',
        reason: 'ProgressDeadlineExceeded',
        message: `ReplicaSet "${rs?.metadata.name}" has timed out progressing.`,
      }),
    );
  });
});

describe('a StatefulSet', () => {
  const set = (replicas: number, spec: Record<string, unknown> = {}) => ({
    metadata: { name: 'db', namespace: 'default' },
    spec: {
      replicas,
      serviceName: 'db',
      podManagementPolicy: 'OrderedReady',
      selector: { matchLabels: { app: 'db' } },
      template: { metadata: { labels: { app: 'db' } }, spec: { containers: [{ name: 'c', image: 'postgres:1' }] } },
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
      volumeClaimTemplates: [
        { metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } },
      ],
      ...spec,
    },
  });
  const names = () => pods().map(({ metadata }) => metadata.name);
  const images = () => pods().map(({ spec }) => spec.containers[0]?.image);
  const statefulSet = async () => cluster.client.get(StatefulSet, key('db'));

  test('starts one pod after the other, each with its name and its claim', async () => {
    cluster.create(StatefulSet, set(3));
    await cluster.drain();
    expect(names()).toEqual(['db-0']);
    runPods(cluster);
    await cluster.drain();
    expect(names()).toEqual(['db-0', 'db-1']);
    await settle();
    expect(names()).toEqual(['db-0', 'db-1', 'db-2']);
    expect(cluster.list(PersistentVolumeClaim).map(({ metadata }) => metadata.name)).toEqual(['data-db-0', 'data-db-1', 'data-db-2']);
    expect(pods()[1]?.spec).toMatchObject({
      hostname: 'db-1',
      subdomain: 'db',
      volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data-db-1' } }],
    });
    expect(cluster.events.slice(0, 2)).toEqual([
      'Normal SuccessfulCreate StatefulSet/db: create Claim data-db-0 Pod db-0 in StatefulSet db success',
      'Normal SuccessfulCreate StatefulSet/db: create Pod db-0 in StatefulSet db successful',
    ]);
    expect((await statefulSet())?.status).toMatchObject({
      replicas: 3,
      readyReplicas: 3,
      currentReplicas: 3,
      updatedReplicas: 3,
      availableReplicas: 3,
    });
  });

  test('Parallel starts all at once', async () => {
    cluster.create(StatefulSet, set(3, { podManagementPolicy: 'Parallel' }));
    await cluster.drain();
    expect(names()).toEqual(['db-0', 'db-1', 'db-2']);
  });

  test('scales down from the highest number and keeps the claims', async () => {
    cluster.create(StatefulSet, set(3));
    await settle();
    cluster.change(StatefulSet, key('db'), { spec: { replicas: 1 } });
    await settle();
    expect(names()).toEqual(['db-0']);
    expect(cluster.events.slice(-2)).toEqual([
      'Normal SuccessfulDelete StatefulSet/db: delete Pod db-2 in StatefulSet db successful',
      'Normal SuccessfulDelete StatefulSet/db: delete Pod db-1 in StatefulSet db successful',
    ]);
    expect(cluster.list(PersistentVolumeClaim)).toHaveLength(3);
  });

  test('updates from the highest number down, as far as the partition', async () => {
    cluster.create(StatefulSet, set(3, { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 1 } } }));
    await settle();
    cluster.events.length = 0;
    cluster.change(StatefulSet, key('db'), { spec: { template: { spec: { containers: [{ name: 'c', image: 'postgres:2' }] } } } });
    await settle();
    expect(images()).toEqual(['postgres:1', 'postgres:2', 'postgres:2']);
    expect(cluster.events.filter((line) => line.includes('Delete')).map((line) => /Pod (\S+)/.exec(line)?.[1])).toEqual(['db-2', 'db-1']);
    cluster.change(StatefulSet, key('db'), { spec: { updateStrategy: { rollingUpdate: { partition: 0 } } } });
    await settle();
    expect(images()).toEqual(['postgres:2', 'postgres:2', 'postgres:2']);
    const { status } = (await statefulSet()) ?? {};
    expect(status?.currentRevision).toBe(status?.updateRevision);
  });

  test('OnDelete waits for somebody to delete', async () => {
    cluster.create(StatefulSet, set(1, { updateStrategy: { type: 'OnDelete' } }));
    await settle();
    cluster.change(StatefulSet, key('db'), { spec: { template: { spec: { containers: [{ name: 'c', image: 'postgres:2' }] } } } });
    await settle();
    expect(images()).toEqual(['postgres:1']);
    const [only] = pods();
    if (only) cluster.delete(Pod, only);
    await settle();
    expect(images()).toEqual(['postgres:2']);
  });

  const retention = (whenDeleted: string, whenScaled: string) => ({ persistentVolumeClaimRetentionPolicy: { whenDeleted, whenScaled } });
  const claimOwners = () =>
    Object.fromEntries(
      cluster
        .list(PersistentVolumeClaim)
        .map(({ metadata }) => [metadata.name, metadata.ownerReferences?.map(({ kind, name }) => `${kind}/${name}`).join() ?? '']),
    );
  test.each([
    { policy: retention('Retain', 'Retain'), kept: '', gone: '' },
    { policy: retention('Delete', 'Retain'), kept: 'StatefulSet/db', gone: 'StatefulSet/db' },
    { policy: retention('Retain', 'Delete'), kept: '', gone: undefined },
    { policy: retention('Delete', 'Delete'), kept: 'StatefulSet/db', gone: undefined },
  ])(
    'scaled down, with $policy, claims of Pods that stay are owned by "$kept", of those that go by "$gone" (or go too)',
    async ({ policy, kept, gone }) => {
      cluster.create(StatefulSet, set(2, policy));
      await settle();
      cluster.change(StatefulSet, key('db'), { spec: { replicas: 1 } });
      await settle();
      expect(claimOwners()).toEqual({ 'data-db-0': kept, ...(gone === undefined ? {} : { 'data-db-1': gone }) });
      cluster.change(StatefulSet, key('db'), { spec: retention('Retain', 'Retain') });
      await settle();
      expect(claimOwners()['data-db-0']).toBe('');
    },
  );

  test.each([
    { maxUnavailable: 2, management: 'Parallel', first: ['db-4', 'db-3'] },
    { maxUnavailable: '50%', management: 'Parallel', first: ['db-4', 'db-3'] },
    { maxUnavailable: '10%', management: 'Parallel', first: ['db-4'] },
    { maxUnavailable: 9, management: 'Parallel', first: ['db-4', 'db-3', 'db-2'] },
  ])('updates $maxUnavailable Pods at a time, above the partition', async ({ maxUnavailable, management, first }) => {
    const updateStrategy = { type: 'RollingUpdate', rollingUpdate: { partition: 2, maxUnavailable } };
    cluster.create(StatefulSet, set(5, { podManagementPolicy: management, updateStrategy }));
    await settle();
    cluster.events.length = 0;
    cluster.change(StatefulSet, key('db'), { spec: { template: { spec: { containers: [{ name: 'c', image: 'postgres:2' }] } } } });
    await cluster.drain();
    const deleted = () => cluster.events.filter((line) => line.includes('Delete')).map((line) => /Pod (\S+)/.exec(line)?.[1]);
    expect(deleted()).toEqual(first);
    await settle();
    expect(deleted()).toEqual(['db-4', 'db-3', 'db-2']);
  });

  test.each([
    { phase: 'Failed', says: 'Warning RecreatingFailedPod StatefulSet/db: StatefulSet default/db is recreating failed Pod db-0' },
    { phase: 'Succeeded', says: 'Normal RecreatingTerminatedPod StatefulSet/db: StatefulSet default/db is recreating terminated Pod db-0' },
  ])('makes a $phase Pod anew and says so', async ({ phase, says }) => {
    cluster.create(StatefulSet, set(1));
    await settle();
    const before = pods()[0]?.metadata.uid;
    cluster.change(Pod, key('db-0'), { status: { phase } });
    await settle();
    expect(cluster.events).toContain(says);
    expect(pods().map(({ metadata }) => [metadata.name, metadata.uid !== before])).toEqual([['db-0', true]]);
  });
});
