// QueueingHints: which changes have a Pod tried again that fitted nowhere.
import { beforeEach, describe, expect, test } from 'vitest';
import { Namespace } from '../../src/api/core/namespace.ts';
import { Node } from '../../src/api/core/node.ts';
import { PersistentVolumeClaim } from '../../src/api/core/persistentvolumeclaim.ts';
import { Pod } from '../../src/api/core/pod.ts';
import { StorageClass } from '../../src/api/storage/storageclass.ts';
import { createScheduler } from '../../src/scheduler/scheduler.ts';
import { FakeCluster } from '../controllers/fake-cluster.ts';
import { draft, node, pod, requesting } from '../controllers/objects.ts';
import { on } from './verdicts.ts';

let cluster: FakeCluster;
beforeEach(() => {
  cluster = new FakeCluster();
  cluster.add(createScheduler(cluster.deps));
});

const attempts = (name: string): number =>
  cluster.events.filter((event) => event.startsWith(`Warning FailedScheduling Pod/${name}:`)).length;
type Spec = Partial<Pod['spec']>;
const port: Spec = { containers: [{ name: 'c', image: 'i', ports: [{ containerPort: 80, hostPort: 80 }] }] };
const full = () => on('n', pod('full', requesting('2')));
const company: Spec = {
  affinity: {
    podAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [
        { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'db' } } },
      ],
    },
  },
};
const solitude: Spec = { affinity: { podAntiAffinity: company.affinity?.podAffinity ?? {} } };
const changeNode = (patch: Record<string, unknown>) => () => void cluster.change(Node, { name: 'n' }, patch);
const drop = (name: string) => () => {
  const found = cluster.list(Pod).find(({ metadata }) => metadata.name === name);
  if (found) cluster.delete(Pod, found);
};
const add = (each: Pod) => () => void cluster.create(Pod, draft(each));

describe('a Pod that waits', () => {
  test.each<{ wants: string; spec: Spec; there?: Pod[]; node?: Node; happens: string; change: () => void; tried: boolean }>([
    { wants: 'CPU', spec: requesting('1'), there: [full()], happens: 'a Pod goes', change: drop('full'), tried: true },
    {
      wants: 'CPU',
      spec: requesting('1'),
      there: [full()],
      happens: 'the node gets more memory',
      change: changeNode({ status: { allocatable: { cpu: '2', memory: '8Gi', pods: '110' } } }),
      tried: true,
    },
    {
      wants: 'CPU',
      spec: requesting('1'),
      there: [full()],
      happens: 'the node gets a label',
      change: changeNode({ metadata: { labels: { x: 'y' } } }),
      tried: false,
    },
    { wants: 'CPU', spec: requesting('1'), there: [full()], happens: 'another Pod comes', change: add(on('n', pod('more'))), tried: false },
    {
      wants: 'CPU',
      spec: requesting('1'),
      there: [full()],
      happens: 'a node comes that is too small',
      change: () => void cluster.create(Node, draft(node('tiny', {}, {}, { cpu: '500m' }))),
      tried: false,
    },
    {
      wants: 'CPU',
      spec: requesting('1'),
      there: [full()],
      happens: 'a running Pod finishes',
      change: () => void cluster.change(Pod, { namespace: 'default', name: 'full' }, { status: { phase: 'Succeeded' } }),
      tried: true,
    },
    {
      wants: 'a label',
      spec: { nodeSelector: { a: 'b' } },
      happens: 'the node gets another',
      change: changeNode({ metadata: { labels: { a: 'c' } } }),
      tried: false,
    },
    {
      wants: 'a label',
      spec: { nodeSelector: { a: 'b' } },
      happens: 'the node gets it',
      change: changeNode({ metadata: { labels: { a: 'b' } } }),
      tried: true,
    },
    { wants: 'a label', spec: { nodeSelector: { a: 'b' } }, there: [full()], happens: 'a Pod goes', change: drop('full'), tried: false },
    {
      wants: 'no taint',
      spec: {},
      node: node('n', { taints: [{ key: 'k', effect: 'NoSchedule' }] }),
      happens: 'the taint changes its value',
      change: changeNode({ spec: { taints: [{ key: 'k', value: 'v', effect: 'NoSchedule' }] } }),
      tried: false,
    },
    {
      wants: 'no taint',
      spec: {},
      node: node('n', { taints: [{ key: 'k', effect: 'NoSchedule' }] }),
      happens: 'the taint goes',
      change: changeNode({ spec: { taints: null } }),
      tried: true,
    },
    {
      wants: 'no cordon',
      spec: {},
      node: node('n', { unschedulable: true }),
      happens: 'the node is labelled',
      change: changeNode({ metadata: { labels: { a: 'b' } } }),
      tried: false,
    },
    {
      wants: 'no cordon',
      spec: {},
      node: node('n', { unschedulable: true }),
      happens: 'the node is uncordoned',
      change: changeNode({ spec: { unschedulable: false } }),
      tried: true,
    },
    {
      wants: 'a host port',
      spec: port,
      there: [on('n', pod('holder', port)), on('n', pod('other'))],
      happens: 'a Pod without one goes',
      change: drop('other'),
      tried: false,
    },
    {
      wants: 'a host port',
      spec: port,
      there: [on('n', pod('holder', port))],
      happens: 'its holder goes',
      change: drop('holder'),
      tried: true,
    },
    {
      wants: 'company',
      spec: company,
      happens: 'a stranger comes',
      change: add(on('n', pod('o', {}, { labels: { app: 'web' } }))),
      tried: false,
    },
    {
      wants: 'company',
      spec: company,
      happens: 'a friend comes',
      change: add(on('n', pod('o', {}, { labels: { app: 'db' } }))),
      tried: true,
    },
    {
      wants: 'solitude',
      spec: solitude,
      there: [on('n', pod('db', {}, { labels: { app: 'db' } })), full()],
      happens: 'a stranger goes',
      change: drop('full'),
      tried: false,
    },
    {
      wants: 'solitude',
      spec: solitude,
      there: [on('n', pod('db', {}, { labels: { app: 'db' } }))],
      happens: 'the other goes',
      change: drop('db'),
      tried: true,
    },
    {
      wants: 'solitude',
      spec: solitude,
      there: [on('n', pod('db', {}, { labels: { app: 'db' } }))],
      happens: 'the other changes its labels',
      change: () => void cluster.change(Pod, { namespace: 'default', name: 'db' }, { metadata: { labels: { app: 'web' } } }),
      tried: true,
    },
    {
      wants: 'CPU',
      spec: requesting('1'),
      there: [full()],
      happens: 'a namespace comes',
      change: () => void cluster.create(Namespace, { metadata: { name: 'x' } }),
      tried: false,
    },
    {
      wants: 'a volume',
      spec: { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }] },
      happens: 'another claim comes',
      change: () => void cluster.create(PersistentVolumeClaim, { metadata: { name: 'x', namespace: 'default' }, spec: {} }),
      tried: false,
    },
    {
      wants: 'a volume',
      spec: { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }] },
      happens: 'its claim comes',
      change: () => void cluster.create(PersistentVolumeClaim, { metadata: { name: 'data', namespace: 'default' }, spec: {} }),
      tried: true,
    },
    {
      wants: 'a volume',
      spec: { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }] },
      happens: 'a class comes',
      change: () => void cluster.create(StorageClass, { metadata: { name: 'x' }, provisioner: 'd' }),
      tried: true,
    },
  ])('for $wants when $happens: is tried again $tried', async ({ spec, there = [], node: where = node('n'), change, tried }) => {
    cluster.create(Node, draft(where));
    for (const each of there) cluster.create(Pod, draft(each));
    cluster.create(Pod, draft(pod('p', { tolerations: [], ...spec })));
    await cluster.drain();
    expect(attempts('p')).toBe(1);
    await cluster.advance(15_000);
    change();
    await cluster.drain();
    const isBound = (cluster.objects.get('pods/default/p') as Pod).spec.nodeName !== undefined;
    expect(isBound || attempts('p') === 2).toBe(tried);
  });

  test('waits 1 s, 2 s, 4 s, 8 s and then always 10 s after each attempt', async () => {
    cluster.create(Node, draft(node('n')));
    cluster.create(Pod, draft(full()));
    cluster.create(Pod, draft(pod('p', requesting('64'))));
    await cluster.drain();
    const waits: number[] = [];
    for (let i = 0; i < 6; i++) {
      const before = cluster.now;
      changeNode({ status: { allocatable: { cpu: `${64_000 + i}m`, memory: '4Gi', pods: '110' } } })();
      const seen = attempts('p');
      while (attempts('p') === seen && cluster.now - before < 60_000) await cluster.advance(500);
      waits.push(cluster.now - before);
    }
    expect(waits).toEqual([1000, 2000, 4000, 8000, 10_000, 10_000]);
  });

  test('is tried again when it asks for less, not when it is labelled', async () => {
    cluster.create(Node, draft(node('n')));
    cluster.create(Pod, draft(pod('p', requesting('64'))));
    await cluster.advance(15_000);
    cluster.change(Pod, { namespace: 'default', name: 'p' }, { metadata: { labels: { a: 'b' } } });
    await cluster.drain();
    expect(attempts('p')).toBe(1);
    cluster.change(Pod, { namespace: 'default', name: 'p' }, { spec: requesting('1') });
    await cluster.drain();
    expect((cluster.objects.get('pods/default/p') as Pod).spec.nodeName).toBe('n');
  });

  test('of several that a change may help, the most important goes first', async () => {
    cluster.create(Node, draft(node('n')));
    cluster.create(Pod, draft(full()));
    for (const [name, priority] of [
      ['low', -5],
      ['high', 5],
      ['middle', 0],
    ] as const)
      cluster.create(Pod, draft(pod(name, { ...requesting('2'), priority, preemptionPolicy: 'Never' })));
    await cluster.drain();
    await cluster.advance(15_000);
    drop('full')();
    await cluster.drain();
    const bound = (cluster.list(Pod) as Pod[]).filter(({ spec }) => spec.nodeName).map(({ metadata }) => metadata.name);
    expect(bound).toEqual(['high']);
  });
});
