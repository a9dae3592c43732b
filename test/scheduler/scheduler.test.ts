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
});
