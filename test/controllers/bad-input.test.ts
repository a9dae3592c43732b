// What nobody should ask for, in a whole cluster: it converges or says why not, and nothing loops for ever.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Deployment } from '../../src/api/apps/deployment.ts';
import { ReplicaSet } from '../../src/api/apps/replicaset.ts';
import { CronJob } from '../../src/api/batch/cronjob.ts';
import { Job } from '../../src/api/batch/job.ts';
import { ConfigMap } from '../../src/api/core/configmap.ts';
import { Namespace } from '../../src/api/core/namespace.ts';
import { Node } from '../../src/api/core/node.ts';
import { Pod } from '../../src/api/core/pod.ts';
import { hours, minutes } from '../../src/machinery/clock.ts';
import type { KubeObject } from '../../src/machinery/object.ts';
import { type Whole, wholeCluster } from './whole-cluster.ts';

let whole: Whole;
const here = { namespace: 'default' };
const pass = (time: number) => whole.cluster.advance(whole.cluster.clock.now() + time);
const workload = (app: string, replicas: number, more: object = {}) => ({
  replicas,
  selector: { matchLabels: { app } },
  template: { metadata: { labels: { app } }, spec: { containers: [{ name: 'c', image: 'nginx' }] } },
  ...more,
});

beforeEach(async () => {
  whole = await wholeCluster();
}, 60_000);
afterEach(() => expect(whole.problems).toEqual([]));

describe('objects that own each other', () => {
  const owner = ({ metadata: { name, uid } }: KubeObject) => ({ apiVersion: 'v1', kind: 'ConfigMap', name, uid, blockOwnerDeletion: true });
  test.each(['Background', 'Foreground'] as const)('go together, deleted in the %s', async (propagationPolicy) => {
    const { admin, cluster } = whole;
    const [a, b] = [
      await admin.create(ConfigMap, { metadata: { ...here, name: 'a' } }),
      await admin.create(ConfigMap, { metadata: { ...here, name: 'b' } }),
    ];
    await admin.patch(ConfigMap, a.metadata, 'merge', { metadata: { ownerReferences: [owner(b)] } });
    await admin.patch(ConfigMap, b.metadata, 'merge', { metadata: { ownerReferences: [owner(a)] } });
    await cluster.settle();
    await admin.delete(ConfigMap, a.metadata, { propagationPolicy });
    await cluster.settle();
    expect((await admin.list(ConfigMap, here)).map(({ metadata }) => metadata.name)).toEqual(['kube-root-ca.crt']);
  });
});

test('a finalizer that nobody removes holds its namespace, and costs nothing while it does', async () => {
  const { admin, cluster, keyspace } = whole;
  await admin.create(Namespace, { metadata: { name: 'stuck' }, spec: {} });
  await admin.create(ConfigMap, { metadata: { namespace: 'stuck', name: 'held', finalizers: ['example.com/keep'] } });
  await admin.delete(Namespace, { name: 'stuck' });
  await cluster.settle();
  await pass(hours(2));
  const before = keyspace.revision;
  await pass(hours(24));
  expect(keyspace.revision).toBe(before);
  expect((await admin.get(Namespace, { name: 'stuck' }))?.status?.phase).toBe('Terminating');
});

test.each([
  { kind: ReplicaSet, what: 'ReplicaSets' },
  { kind: Deployment, what: 'Deployments' },
])('two $what with one selector keep to their own Pods', async ({ kind }) => {
  const { admin, cluster, keyspace } = whole;
  for (const [name, replicas] of [
    ['one', 2],
    ['two', 3],
  ] as const) {
    await admin.create(kind as typeof ReplicaSet, { metadata: { ...here, name }, spec: workload('same', replicas) });
  }
  await cluster.settle();
  expect(await admin.list(Pod, { ...here, labelSelector: 'app=same' })).toHaveLength(5);
  await pass(hours(2)); // events expire
  const before = keyspace.revision;
  await pass(hours(1));
  expect(keyspace.revision).toBe(before);
});

test('a namespace deleted in the middle of a rollout goes, and nothing comes back', async () => {
  const { admin, cluster } = whole;
  await admin.create(Namespace, { metadata: { name: 'roll' }, spec: {} });
  const made = await admin.create(Deployment, { metadata: { namespace: 'roll', name: 'web' }, spec: workload('web', 5) });
  await pass(2000);
  await admin.patch(Deployment, made.metadata, 'json', [
    { op: 'replace', path: '/spec/template/spec/containers/0/image', value: 'nginx:1.25' },
  ]);
  await pass(1500);
  await admin.delete(Namespace, { name: 'roll' });
  await cluster.settle();
  await pass(minutes(2));
  expect(await admin.get(Namespace, { name: 'roll' })).toBeUndefined();
  for (const kind of [Deployment, ReplicaSet, Pod] as const)
    expect(await admin.list(kind as typeof Pod, { namespace: 'roll' })).toEqual([]);
});

test('the Pods of a node that vanishes are deleted and come up elsewhere', async () => {
  const { admin, cluster } = whole;
  await admin.create(Deployment, { metadata: { ...here, name: 'web' }, spec: workload('web', 4) });
  await cluster.settle();
  await admin.delete(Node, { name: 'node01' });
  await pass(minutes(2));
  const pods = await admin.list(Pod, { ...here, labelSelector: 'app=web' });
  expect(pods.map(({ spec, status }) => [spec.nodeName, status?.phase])).toEqual(Array.from({ length: 4 }, () => ['node02', 'Running']));
});

test('a cron line that never comes due makes no Job, and costs nothing', async () => {
  const { admin, cluster, keyspace } = whole;
  const jobTemplate = { spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'busybox' }] } } } };
  await admin.create(CronJob, { metadata: { ...here, name: 'never' }, spec: { schedule: '0 0 31 2 *', jobTemplate } });
  await cluster.settle();
  await pass(hours(2)); // events expire
  const before = keyspace.revision;
  await pass(hours(24 * 3));
  expect(keyspace.revision).toBe(before);
  expect(await admin.list(Job, here)).toEqual([]);
});

test.each([
  { maxSurge: '100%', maxUnavailable: 0, most: 6, least: 3 },
  { maxSurge: 0, maxUnavailable: '100%', most: 3, least: 0 },
])(
  'a rollout with surge $maxSurge and unavailable $maxUnavailable keeps between $least and $most Pods',
  async ({ maxSurge, maxUnavailable, most, least }) => {
    const { admin, cluster } = whole;
    const strategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } };
    const made = await admin.create(Deployment, { metadata: { ...here, name: 'web' }, spec: workload('web', 3, { strategy }) });
    await cluster.settle();
    await admin.patch(Deployment, made.metadata, 'json', [
      { op: 'replace', path: '/spec/template/spec/containers/0/image', value: 'nginx:1.25' },
    ]);
    const active: number[] = [];
    for (let i = 0; i < 60; i++) {
      await pass(200);
      const pods = await admin.list(Pod, { ...here, labelSelector: 'app=web' });
      active.push(pods.filter(({ metadata }) => !metadata.deletionTimestamp).length);
      const ready = pods.filter(({ status }) =>
        status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True'),
      ).length;
      expect(ready).toBeGreaterThanOrEqual(least);
    }
    expect(Math.max(...active)).toBe(most);
    await cluster.settle();
    expect((await admin.get(Deployment, made.metadata))?.status).toMatchObject({ updatedReplicas: 3, availableReplicas: 3, replicas: 3 });
  },
);
