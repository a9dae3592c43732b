import { beforeEach, describe, expect, test } from 'vitest';
import { Node } from '../../src/api/core/node.ts';
import { Pod } from '../../src/api/core/pod.ts';
import { createScheduler } from '../../src/scheduler/scheduler.ts';
import { FakeCluster } from '../controllers/fake-cluster.ts';
import { draft, node, pod, requesting } from '../controllers/objects.ts';

const CONTROL_PLANE = { taints: [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }] };
const UNHELPFUL = 'no new claims to deallocate, preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.';

describe('the scheduler', () => {
  let cluster: FakeCluster;
  const get = async (name: string) => cluster.client.get(Pod, { namespace: 'default', name });

  beforeEach(() => {
    cluster = new FakeCluster();
    cluster.add(createScheduler(cluster.deps));
    cluster.create(Node, draft(node('controlplane', CONTROL_PLANE)));
    cluster.create(Node, draft(node('node01')));
    cluster.create(Node, draft(node('node02')));
  });

  test('binds a pod to a worker and says so', async () => {
    cluster.create(Pod, draft(pod('web')));
    await cluster.drain();
    const bound = await get('web');
    expect(bound?.spec.nodeName).toMatch(/^node0[12]$/);
    expect(cluster.events).toEqual([`Normal Scheduled Pod/web: Successfully assigned default/web to ${bound?.spec.nodeName}`]);
  });

  test('spreads equal pods over equal nodes', async () => {
    for (let i = 0; i < 6; i++) cluster.create(Pod, draft(pod(`web-${i}`)));
    await cluster.drain();
    const on = (name: string) => cluster.list(Pod).filter(({ spec }) => (spec as Pod['spec']).nodeName === name).length;
    expect([on('controlplane'), on('node01'), on('node02')]).toEqual([0, 3, 3]);
  });

  test('leaves pods of another scheduler and gated pods alone', async () => {
    cluster.create(Pod, draft(pod('other', { schedulerName: 'mine' })));
    cluster.create(Pod, draft(pod('gated', { schedulingGates: [{ name: 'wait' }] })));
    await cluster.drain();
    expect([(await get('other'))?.spec.nodeName, (await get('gated'))?.spec.nodeName]).toEqual([undefined, undefined]);
    expect(cluster.events).toEqual([]);
  });

  test('takes a gated pod when its last gate is gone', async () => {
    cluster.create(Pod, draft(pod('gated', { schedulingGates: [{ name: 'a' }, { name: 'b' }] })));
    await cluster.drain();
    cluster.change(Pod, { namespace: 'default', name: 'gated' }, { spec: { schedulingGates: [{ name: 'b' }] } });
    await cluster.drain();
    expect((await get('gated'))?.spec.nodeName).toBeUndefined();
    cluster.change(Pod, { namespace: 'default', name: 'gated' }, { spec: { schedulingGates: null } });
    await cluster.drain();
    expect((await get('gated'))?.spec.nodeName).toMatch(/^node0[12]$/);
  });

  test('counts what another scheduler has bound', async () => {
    const big = cluster.create(Pod, draft(pod('big', { schedulerName: 'mine', ...requesting('2') })));
    await cluster.client.bind(big.metadata, 'node01');
    cluster.create(Pod, draft(pod('web', requesting('1'))));
    await cluster.drain();
    expect((await get('web'))?.spec.nodeName).toBe('node02');
  });

  test('explains why a pod fits nowhere, counting every node', async () => {
    cluster.create(Pod, draft(pod('huge', requesting('64'))));
    await cluster.drain();
    const message = `0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 Insufficient cpu. ${UNHELPFUL}`;
    expect(cluster.events).toEqual([`Warning FailedScheduling Pod/huge: ${message}`]);
    expect((await get('huge'))?.status?.conditions).toMatchObject([
      { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message },
    ]);
  });

  test('says that there are no nodes', async () => {
    const empty = new FakeCluster();
    empty.add(createScheduler(empty.deps));
    empty.create(Pod, draft(pod('web')));
    await empty.drain();
    expect(empty.events).toEqual(['Warning FailedScheduling Pod/web: no nodes available to schedule pods']);
  });

  test('tries again when a node changes, after its back-off', async () => {
    cluster.create(Pod, draft(pod('picky', { nodeSelector: { disk: 'ssd' } })));
    await cluster.drain();
    expect(cluster.events[0]).toContain(
      "0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 node(s) didn't match Pod's node affinity/selector.",
    );
    cluster.change(Node, { name: 'node02' }, { metadata: { labels: { disk: 'ssd' } } });
    await cluster.drain();
    expect((await get('picky'))?.spec.nodeName).toBeUndefined();
    await cluster.advance(1000);
    expect((await get('picky'))?.spec.nodeName).toBe('node02');
  });

  test('a heartbeat of a node wakes nobody', async () => {
    cluster.create(Pod, draft(pod('huge', requesting('64'))));
    await cluster.drain();
    cluster.change(Node, { name: 'node01' }, { status: { conditions: [{ type: 'Ready', status: 'True' }] } });
    await cluster.advance(60_000);
    expect(cluster.events).toHaveLength(1);
  });

  test('tries again every five minutes whatever happens', async () => {
    cluster.create(Pod, draft(pod('huge', requesting('64'))));
    await cluster.advance(5 * 60_000);
    expect(cluster.events).toHaveLength(2);
  });

  test('a pod that waits for room gets it when another is deleted', async () => {
    cluster.change(Node, { name: 'node02' }, { spec: { unschedulable: true } });
    cluster.create(Pod, draft(pod('first', requesting('1500m'))));
    cluster.create(Pod, draft(pod('second', requesting('1500m'))));
    await cluster.drain();
    expect((await get('second'))?.spec.nodeName).toBeUndefined();
    const first = await get('first');
    if (first) cluster.delete(Pod, first);
    await cluster.advance(1000);
    expect((await get('second'))?.spec.nodeName).toBe('node01');
  });

  const podsOn = (name: string) =>
    (cluster.list(Pod) as Pod[]).filter(({ spec }) => spec.nodeName === name).map(({ metadata }) => metadata.name);
  const labelled = (name: string, app: string, spec: Partial<Pod['spec']> = {}) =>
    cluster.create(Pod, draft(pod(name, spec, { labels: { app } })));
  const reason = async (name: string) => (await get(name))?.status?.conditions?.[0]?.message?.replace(/\. no new claims.*/, '');
  const byHost = (app: string) => ({ labelSelector: { matchLabels: { app } }, topologyKey: 'kubernetes.io/hostname' });

  test('anti-affinity keeps replicas on different nodes', async () => {
    const spec = { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [byHost('db')] } } };
    for (const name of ['db-0', 'db-1', 'db-2']) labelled(name, 'db', spec);
    await cluster.drain();
    expect([podsOn('node01').length, podsOn('node02').length]).toEqual([1, 1]);
    expect(await reason('db-2')).toBe(
      "0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 node(s) didn't match pod anti-affinity rules",
    );
  });

  test('affinity puts a pod beside its friend, and the first of a group anywhere', async () => {
    const spec = { affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [byHost('cache')] } } };
    labelled('cache-0', 'cache', spec);
    labelled('cache-1', 'cache', spec);
    labelled('web', 'web', spec);
    await cluster.drain();
    const [first, ...rest] = ['cache-0', 'cache-1', 'web'].map(
      (name) => (cluster.objects.get(`pods/default/${name}`) as Pod).spec.nodeName,
    );
    expect(first).toBeDefined();
    expect(rest).toEqual([first, first]);
    labelled('lonely', 'lonely', { affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [byHost('nobody')] } } });
    await cluster.drain();
    expect(await reason('lonely')).toBe(
      "0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 node(s) didn't match pod affinity rules",
    );
  });

  test('preferred anti-affinity is a wish', async () => {
    const preferred = [{ weight: 100, podAffinityTerm: byHost('web') }];
    labelled('a', 'web');
    await cluster.drain();
    for (const name of ['b', 'c']) {
      labelled(name, 'web', { affinity: { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: preferred } } });
      await cluster.drain();
    }
    expect([podsOn('node01').length, podsOn('node02').length].sort()).toEqual([1, 2]);
  });

  test('a spread constraint that a cordoned node cannot help to meet leaves the pod pending', async () => {
    cluster.change(Node, { name: 'node02' }, { spec: { unschedulable: true } });
    const topologySpreadConstraints = [{ maxSkew: 1, whenUnsatisfiable: 'DoNotSchedule', ...byHost('web') }];
    labelled('web-0', 'web', { topologySpreadConstraints });
    labelled('web-1', 'web', { topologySpreadConstraints });
    await cluster.drain();
    expect(podsOn('node01')).toEqual(['web-0']);
    expect(await reason('web-1')).toBe(
      "0/3 nodes are available: 1 node(s) didn't match pod topology spread constraints, 1 node(s) had untolerated taint(s), 1 node(s) were unschedulable",
    );
  });

  test('one host port, one pod a node', async () => {
    const containers = [{ name: 'c', image: 'nginx', ports: [{ containerPort: 80, hostPort: 8080 }] }];
    for (const name of ['a', 'b', 'c']) cluster.create(Pod, draft(pod(name, { containers })));
    await cluster.drain();
    expect(await reason('c')).toBe(
      "0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 node(s) didn't have free ports for the requested pod ports",
    );
  });

  describe('with full workers', () => {
    beforeEach(async () => {
      for (const name of ['low-0', 'low-1']) cluster.create(Pod, draft(pod(name, { ...requesting('1500m'), priority: 0 })));
      await cluster.drain();
      cluster.events.length = 0;
    });

    test('a pod of equal priority finds no victims', async () => {
      cluster.create(Pod, draft(pod('equal', { ...requesting('1'), priority: 0 })));
      await cluster.drain();
      expect((await get('equal'))?.status?.conditions?.[0]?.message).toBe(
        '0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 Insufficient cpu. no new claims to deallocate, ' +
          'preemption: 0/3 nodes are available: 1 Preemption is not helpful for scheduling, 2 No preemption victims found for incoming pod.',
      );
    });

    test('a more important pod evicts one that is less, and takes its place', async () => {
      const high = cluster.create(Pod, draft(pod('high', { ...requesting('1'), priority: 1000 })));
      await cluster.drain();
      const { nominatedNodeName: node } = (await get('high'))?.status ?? {};
      const victim = ['low-0', 'low-1'].find((name) => !cluster.objects.has(`pods/default/${name}`));
      expect(cluster.events).toContain(`Normal Preempted Pod/${victim}: Preempted by pod ${high.metadata.uid} on node ${node}`);
      await cluster.advance(1000);
      expect((await get('high'))?.spec.nodeName).toBe(node);
    });

    test('one that must not preempt waits', async () => {
      cluster.create(Pod, draft(pod('patient', { ...requesting('1'), priority: 1000, preemptionPolicy: 'Never' })));
      await cluster.drain();
      expect((await get('patient'))?.status?.conditions?.[0]?.message).toMatch(
        / no new claims to deallocate, preemption: not eligible due to preemptionPolicy=Never\.$/,
      );
    });
  });
});
