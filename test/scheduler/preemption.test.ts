// DefaultPreemption: on which node room is made, and who must go.
import { beforeEach, describe, expect, test } from 'vitest';
import { Node } from '../../src/api/core/node.ts';
import { Pod } from '../../src/api/core/pod.ts';
import { PodDisruptionBudget } from '../../src/api/policy/poddisruptionbudget.ts';
import { createScheduler } from '../../src/scheduler/scheduler.ts';
import { FakeCluster } from '../controllers/fake-cluster.ts';
import { draft, node, pod, requesting } from '../controllers/objects.ts';
import { on } from './verdicts.ts';

let cluster: FakeCluster;
beforeEach(() => {
  cluster = new FakeCluster();
  cluster.add(createScheduler(cluster.deps));
});

const get = (name: string) => cluster.objects.get(`pods/default/${name}`) as Pod | undefined;
const running = (
  name: string,
  where: string,
  cpu: string,
  priority: number,
  more: { start?: string; labels?: Record<string, string> } = {},
) =>
  on(where, {
    ...pod(name, { ...requesting(cpu), priority }, { labels: more.labels ?? { app: name } }),
    status: { phase: 'Running', startTime: more.start ?? '2026-01-01T00:00:00Z' },
  });
const budget = (app: string, disruptionsAllowed: number) => ({
  metadata: { name: app, namespace: 'default' },
  spec: { selector: { matchLabels: { app } } },
  status: { disruptionsAllowed, currentHealthy: 1, desiredHealthy: 1, expectedPods: 1 },
});

describe('room for a Pod of priority 100 that needs a whole node', () => {
  test.each<{ given: string; pods: Pod[]; budgets?: object[]; node: string | undefined; victims: string[] }>([
    {
      given: 'only more important ones run',
      pods: [running('a', 'x', '2', 200), running('b', 'y', '2', 100)],
      node: undefined,
      victims: [],
    },
    { given: 'one is less important', pods: [running('a', 'x', '2', 200), running('b', 'y', '2', 50)], node: 'y', victims: ['b'] },
    {
      given: 'both are: the least important goes',
      pods: [running('a', 'x', '2', 20), running('b', 'y', '2', 10)],
      node: 'y',
      victims: ['b'],
    },
    {
      given: 'the highest victim counts, not the sum',
      pods: [running('a', 'x', '2', 20), running('b', 'y', '1', 10), running('c', 'y', '1', 19)],
      node: 'y',
      victims: ['b', 'c'],
    },
    {
      given: 'equal highest victims: the smaller sum',
      pods: [running('a', 'x', '1', 10), running('a2', 'x', '1', 9), running('b', 'y', '1', 10), running('b2', 'y', '1', 5)],
      node: 'y',
      victims: ['b', 'b2'],
    },
    {
      given: 'equal priorities: the fewest',
      pods: [running('a', 'x', '1', 0), running('a2', 'x', '1', 0), running('b', 'y', '2', 0)],
      node: 'y',
      victims: ['b'],
    },
    {
      given: 'fewer victims of negative priority are better than more',
      pods: [running('a', 'x', '1', -10), running('a2', 'x', '1', -10), running('b', 'y', '2', -10)],
      node: 'y',
      victims: ['b'],
    },
    {
      given: 'all equal: those that started last',
      pods: [running('a', 'x', '2', 0, { start: '2026-01-01T00:00:01Z' }), running('b', 'y', '2', 0, { start: '2026-01-01T00:00:02Z' })],
      node: 'y',
      victims: ['b'],
    },
    {
      given: 'a budget protects the least important',
      pods: [running('a', 'x', '2', 20), running('b', 'y', '2', 10)],
      budgets: [budget('b', 0)],
      node: 'x',
      victims: ['a'],
    },
    {
      given: 'a budget that allows one disruption protects nobody',
      pods: [running('a', 'x', '2', 20), running('b', 'y', '2', 10)],
      budgets: [budget('b', 1)],
      node: 'y',
      victims: ['b'],
    },
    {
      given: 'budgets protect all: they are broken where it hurts least',
      pods: [running('a', 'x', '2', 20), running('b', 'y', '2', 10)],
      budgets: [budget('a', 0), budget('b', 0)],
      node: 'y',
      victims: ['b'],
    },
    {
      given: 'one disruption is allowed of two Pods: the second is one too many',
      pods: [
        running('a', 'x', '2', 20),
        running('b', 'y', '1', 10, { labels: { app: 'b' } }),
        running('b2', 'y', '1', 10, { labels: { app: 'b' } }),
      ],
      budgets: [budget('b', 1)],
      node: 'x',
      victims: ['a'],
    },
  ])('$given', async ({ pods, budgets = [], node: where, victims }) => {
    for (const name of ['x', 'y']) cluster.create(Node, draft(node(name)));
    for (const each of pods) cluster.create(Pod, draft(each));
    for (const each of budgets) cluster.create(PodDisruptionBudget, each as never);
    cluster.create(Pod, draft(pod('high', { ...requesting('2'), priority: 100 })));
    await cluster.drain();
    expect(get('high')?.status?.nominatedNodeName).toBe(where);
    expect(pods.map(({ metadata }) => metadata.name).filter((name) => !get(name))).toEqual(victims);
  });
});

test('only as many go as needed, and the more important stay', async () => {
  cluster.create(Node, draft(node('x', {}, {}, { cpu: '4' })));
  const victims = [running('a', 'x', '1', 3), running('b', 'x', '1', 2), running('c', 'x', '1', 1), running('d', 'x', '1', 0)];
  for (const each of victims) cluster.create(Pod, draft(each));
  cluster.create(Pod, draft(pod('high', { ...requesting('2'), priority: 100 })));
  await cluster.drain();
  expect(['a', 'b', 'c', 'd'].filter((name) => get(name))).toEqual(['a', 'b']);
});

test('evicting helps against anti-affinity of a less important Pod, not against a taint', async () => {
  const affinity = {
    podAntiAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [
        { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'hermit' } } },
      ],
    },
  };
  cluster.create(Node, draft(node('tainted', { taints: [{ key: 'k', effect: 'NoSchedule' }] })));
  cluster.create(Node, draft(node('x')));
  cluster.create(Pod, draft(running('hermit', 'x', '100m', 0)));
  cluster.create(Pod, draft(pod('high', { ...requesting('100m'), priority: 100, affinity })));
  await cluster.drain();
  expect([get('high')?.status?.nominatedNodeName, get('hermit')]).toEqual(['x', undefined]);
});

test('while a victim leaves slowly, no other is chosen, and a less important Pod does not take the place', async () => {
  cluster.create(Node, draft(node('x')));
  const slow = running('slow', 'x', '2', 0);
  cluster.create(Pod, { ...draft(slow), metadata: { ...draft(slow).metadata, finalizers: ['example.com/slow'] } });
  cluster.create(Pod, draft(pod('high', { ...requesting('2'), priority: 100 })));
  await cluster.drain();
  cluster.create(Pod, draft(pod('low', { ...requesting('100m'), priority: 0 })));
  await cluster.advance(30_000);
  expect(get('high')?.status?.nominatedNodeName).toBe('x');
  cluster.change(Pod, { namespace: 'default', name: 'high' }, { metadata: { labels: { a: 'b' } } });
  await cluster.advance(6 * 60_000);
  expect(get('high')?.status?.conditions?.[0]?.message).toMatch(/not eligible due to a terminating pod on the nominated node\.$/);
  expect(get('high')?.status?.nominatedNodeName).toBe('x');
  cluster.change(Pod, { namespace: 'default', name: 'slow' }, { metadata: { finalizers: null } });
  await cluster.advance(60_000);
  expect(get('slow')).toBeUndefined();
  expect([get('high')?.spec.nodeName, get('low')?.spec.nodeName]).toEqual(['x', undefined]);
});

test('a more important Pod takes over the room, and the less important one is no longer nominated', async () => {
  cluster.create(Node, draft(node('x')));
  const slow = running('slow', 'x', '2', 0);
  cluster.create(Pod, { ...draft(slow), metadata: { ...draft(slow).metadata, finalizers: ['example.com/slow'] } });
  cluster.create(Pod, draft(pod('high', { ...requesting('2'), priority: 100 })));
  await cluster.drain();
  expect(get('high')?.status?.nominatedNodeName).toBe('x');
  cluster.create(Pod, draft(pod('higher', { ...requesting('2'), priority: 200 })));
  await cluster.drain();
  expect(get('higher')?.status?.nominatedNodeName).toBe('x');
  expect(get('high')?.status?.nominatedNodeName).toBeUndefined();
});
