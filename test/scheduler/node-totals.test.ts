// What the Pods of a node add up to is kept as they come and go: it must always be what a count would find.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Deployment } from '../../src/api/apps/deployment.ts';
import { Job } from '../../src/api/batch/job.ts';
import { Node } from '../../src/api/core/node.ts';
import { NO_PODS, type NodeTotals, TOTALS, totalsOf, withPod } from '../../src/api/core/pod/node-totals.ts';
import type { Pod } from '../../src/api/core/pod.ts';
import { createCluster, specFromEnv } from '../../src/cluster/clusters.ts';
import { fillCluster } from '../../src/cluster/fill.ts';
import { minutes } from '../../src/machinery/clock.ts';
import { openStateFile } from '../../src/state/file.ts';
import type { Keyspace } from '../../src/state/keyspace.ts';
import { pod, requesting } from '../controllers/objects.ts';
import { wholeCluster } from '../controllers/whole-cluster.ts';

function kept(keyspace: Keyspace): Record<string, NodeTotals> {
  return Object.fromEntries([...keyspace.range<NodeTotals>(TOTALS)].map(({ key, value }) => [key.slice(TOTALS.length), value]));
}

function counted(keyspace: Keyspace): Record<string, NodeTotals> {
  const nodes = [...keyspace.range<Node>('/registry/minions/')].map(({ value }) => value.metadata.name);
  const pods = [...keyspace.range<Pod>('/registry/pods/')].map(({ value }) => value);
  return Object.fromEntries(nodes.map((node) => [node, totalsOf(pods.filter(({ spec }) => spec.nodeName === node))]));
}

test('totals follow Pods that are bound, finish, are resized, evicted and deleted', async () => {
  const { cluster, keyspace, admin, problems } = await wholeCluster();
  const later = (n: number) => cluster.advance(cluster.clock.now() + minutes(n));
  const namespace = 'default';
  const template = (spec: object) => ({ metadata: { labels: { app: 'web' } }, spec: spec as Pod['spec'] });
  const affinity = {
    podAntiAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [
        { weight: 1, podAffinityTerm: { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'web' } } } },
      ],
    },
  };
  await admin.create(Deployment, {
    metadata: { name: 'web', namespace },
    spec: { replicas: 4, selector: { matchLabels: { app: 'web' } }, template: template({ ...requesting('100m'), affinity }) },
  });
  await admin.create(Job, {
    metadata: { name: 'job', namespace },
    spec: {
      completions: 3,
      template: template({
        restartPolicy: 'Never',
        containers: [{ name: 'c', image: 'busybox', command: ['sleep', '90'], resources: { requests: { cpu: '50m' } } }],
      }),
    },
  });
  await later(1);
  expect(kept(keyspace)).toEqual(counted(keyspace));
  await later(5);
  expect(kept(keyspace)).toEqual(counted(keyspace));
  await admin.patch(Deployment, { namespace, name: 'web' }, 'merge', { spec: { replicas: 1 } });
  await admin.patch(Node, { name: 'node01' }, 'merge', { spec: { taints: [{ key: 'gone', effect: 'NoExecute' }] } });
  await later(5);
  expect(kept(keyspace)).toEqual(counted(keyspace));
  expect(Object.values(kept(keyspace)).some(({ affine }) => Object.keys(affine ?? {}).length > 0)).toBe(true);
  expect(problems).toEqual([]);
}, 60_000);

test('totals of a filled cluster count the copies', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kubemu-totals-'));
  try {
    const file = join(folder, 'cluster.json');
    await fillCluster(file, { pods: 60, namespaces: 3, perDeployment: 10 }, specFromEnv({ KUBEMU_CLOCK: 'max', KUBEMU_SEED: '1' }));
    const { keyspace } = openStateFile(file);
    expect(kept(keyspace)).toEqual(counted(keyspace));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 60_000);

test('workers that were made as copies of one have been counted', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kubemu-totals-'));
  try {
    const file = join(folder, 'cluster.json');
    const nodes = ['controlplane', ...Array.from({ length: 12 }, (_, i) => `node${i}`)];
    await createCluster(file, { ...specFromEnv({ KUBEMU_CLOCK: 'max', KUBEMU_SEED: '1' }), nodes });
    const { keyspace } = openStateFile(file);
    expect(kept(keyspace)).toEqual(counted(keyspace));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 60_000);

test('what is added is gone when it is taken away', () => {
  const greedy = pod('p', {
    ...requesting('1', '1Gi'),
    priority: 7,
    volumes: [
      { name: 'a', persistentVolumeClaim: { claimName: 'data' } },
      { name: 'b', ephemeral: {} },
      { name: 'c', gcePersistentDisk: { pdName: 'disk', readOnly: true } },
    ],
  });
  const totals = withPod(NO_PODS, greedy, 1);
  expect(totals).toMatchObject({
    pods: 1,
    requested: { cpu: 1000, memory: 2 ** 30 },
    priorities: { 7: 1 },
    claims: { 'default/data': 1, 'default/p-b': 1 },
    disks: { 'gce-pd disk ro': 1 },
  });
  expect(withPod(totals, greedy, -1)).toEqual(NO_PODS);
});
