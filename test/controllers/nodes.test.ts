import { beforeEach, describe, expect, test } from 'vitest';
import { DaemonSet } from '../../src/api/apps/daemonset.ts';
import { Lease } from '../../src/api/coordination/lease.ts';
import { Node } from '../../src/api/core/node.ts';
import { Pod } from '../../src/api/core/pod.ts';
import { daemonSetController } from '../../src/controllers/daemonset.ts';
import { nodeLifecycleController } from '../../src/controllers/node-lifecycle.ts';
import { podGarbageCollectorController } from '../../src/controllers/pod-garbage-collector.ts';
import { evictedAt, taintEvictionController } from '../../src/controllers/taint-eviction.ts';
import { createScheduler } from '../../src/scheduler/scheduler.ts';
import { FakeCluster, START } from './fake-cluster.ts';
import { draft, node, pod, runPods } from './objects.ts';

let cluster: FakeCluster;
const ready = (status: string) => ({ conditions: [{ type: 'Ready', status, lastTransitionTime: '2026-01-01T00:00:00Z' }] });
const taints = (name: string) =>
  (cluster.objects.get(`nodes//${name}`) as Node | undefined)?.spec.taints?.map(({ key, effect }) => `${key?.split('/')[1]}:${effect}`);
const agent = (image = 'agent:1', tolerations: { operator: string }[] = [{ operator: 'Exists' }]) => ({
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name: 'agent', namespace: 'default' },
  spec: {
    selector: { matchLabels: { app: 'agent' } },
    template: {
      metadata: { labels: { app: 'agent' } },
      spec: { containers: [{ name: 'c', image }], tolerations, schedulerName: 'default-scheduler' },
    },
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } },
  },
});

beforeEach(() => {
  cluster = new FakeCluster();
  cluster.add(
    createScheduler(cluster.deps),
    ...[daemonSetController, nodeLifecycleController, taintEvictionController].map((controller) => controller.loop(cluster.deps)),
  );
});

describe('a DaemonSet', () => {
  const where = () => (cluster.list(Pod) as Pod[]).map(({ spec }) => spec.nodeName).sort();

  beforeEach(() => {
    cluster.create(Node, draft(node('controlplane', { taints: [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }] })));
    cluster.create(Node, draft(node('node01')));
  });

  test('replaces a pod that fails at once, one that fails again after 1 s, 2 s, 4 s; one that succeeds always', async () => {
    cluster.create(DaemonSet, agent());
    await cluster.drain();
    const end = async (phase: string) => {
      const pods = (cluster.list(Pod) as Pod[]).filter(({ spec }) => spec.nodeName === 'node01');
      for (const { metadata } of pods) cluster.change(Pod, metadata, { status: { phase } });
      await cluster.drain();
    };
    const times: number[] = [];
    for (let i = 0; i < 4; i++) {
      await end('Failed');
      const said = () => cluster.events.filter((line) => line.includes('FailedDaemonPod')).length;
      const before = cluster.now;
      while (said() <= i) await cluster.advance(100);
      times.push(cluster.now - before);
    }
    expect(times).toEqual([0, 1000, 2000, 4000]);
    await end('Succeeded');
    expect(cluster.events.some((line) => line.includes('Normal SucceededDaemonPod DaemonSet/agent: Found succeeded daemon pod'))).toBe(
      true,
    );
  });

  test('runs one pod on every node that it tolerates, bound by the scheduler', async () => {
    cluster.create(DaemonSet, agent());
    await cluster.drain();
    expect(where()).toEqual(['controlplane', 'node01']);
    const [first] = cluster.list(Pod) as Pod[];
    expect(first?.metadata.labels).toMatchObject({
      app: 'agent',
      'pod-template-generation': '1',
      'controller-revision-hash': expect.stringMatching(/^[a-z0-9]+$/),
    });
    expect((cluster.list(DaemonSet)[0] as DaemonSet).status).toMatchObject({
      desiredNumberScheduled: 2,
      currentNumberScheduled: 2,
      numberReady: 0,
      numberUnavailable: 2,
    });
  });

  test('stays away from taints', async () => {
    cluster.create(DaemonSet, agent('agent:1', []));
    await cluster.drain();
    expect(where()).toEqual(['node01']);
  });

  test('follows a new node and leaves a deleted one', async () => {
    cluster.create(DaemonSet, agent());
    await cluster.drain();
    cluster.create(Node, draft(node('node02')));
    await cluster.drain();
    expect(where()).toEqual(['controlplane', 'node01', 'node02']);
    const gone = cluster.objects.get('nodes//node01');
    if (gone) cluster.delete(Node, gone);
    await cluster.drain();
    expect(where()).toEqual(['controlplane', 'node02']);
  });

  test('replaces one pod after the other when the template changes', async () => {
    cluster.create(DaemonSet, agent());
    await cluster.drain();
    runPods(cluster);
    await cluster.drain();
    cluster.events.length = 0;
    cluster.change(
      DaemonSet,
      { namespace: 'default', name: 'agent' },
      { spec: { template: { spec: { containers: [{ name: 'c', image: 'agent:2' }] } } } },
    );
    await cluster.drain();
    const images = () => (cluster.list(Pod) as Pod[]).map(({ spec }) => spec.containers[0]?.image).sort();
    expect(images()).toEqual(['agent:1', 'agent:2']);
    runPods(cluster);
    await cluster.drain();
    runPods(cluster);
    await cluster.drain();
    expect(images()).toEqual(['agent:2', 'agent:2']);
    expect((cluster.list(DaemonSet)[0] as DaemonSet).status).toMatchObject({ updatedNumberScheduled: 2, numberAvailable: 2 });
  });
});

describe('a node', () => {
  const renew = (seconds: number) => ({ spec: { renewTime: new Date(START + seconds * 1000).toISOString().replace('Z', '000Z') } });

  beforeEach(async () => {
    cluster.create(Node, {
      ...draft(node('node01', { taints: [{ key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }] })),
      status: {},
    });
    await cluster.drain();
  });

  test('keeps its first taint until its kubelet reports, then loses it', async () => {
    expect(taints('node01')).toEqual(['not-ready:NoSchedule']);
    cluster.change(Node, { name: 'node01' }, { status: ready('False') });
    await cluster.drain();
    expect(taints('node01')).toEqual(['not-ready:NoSchedule', 'not-ready:NoExecute']);
    cluster.change(Node, { name: 'node01' }, { status: ready('True') });
    await cluster.drain();
    expect(taints('node01')).toBeUndefined();
  });

  test('is tainted while it is cordoned', async () => {
    cluster.change(Node, { name: 'node01' }, { spec: { unschedulable: true }, status: ready('True') });
    await cluster.drain();
    expect(taints('node01')).toEqual(['unschedulable:NoSchedule']);
  });

  test('becomes unreachable 50 s after the last renewal of its lease, and so do its pods', async () => {
    cluster.change(Node, { name: 'node01' }, { status: ready('True') });
    cluster.create(Lease, { metadata: { name: 'node01', namespace: 'kube-node-lease' }, ...renew(0) });
    cluster.create(
      Pod,
      draft(
        pod('web', {
          nodeName: 'node01',
          tolerations: [{ key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 }],
        }),
      ),
    );
    runPods(cluster);
    await cluster.drain();
    await cluster.advance(49_000);
    expect(taints('node01')).toBeUndefined();
    await cluster.advance(1000);
    expect(taints('node01')).toEqual(['unreachable:NoSchedule', 'unreachable:NoExecute']);
    expect(cluster.events).toEqual([
      'Normal NodeNotReady Node/node01: Node node01 status is now: NodeNotReady',
      'Warning NodeNotReady Pod/web: Node is not ready',
    ]);
    await cluster.advance(299_000);
    expect(cluster.list(Pod)).toHaveLength(1);
    await cluster.advance(1000);
    expect(cluster.list(Pod)).toHaveLength(0);
    expect(cluster.events.at(-1)).toBe('Normal TaintManagerEviction Pod/web: Marking for deletion Pod default/web');
  });

  test('whose lease moves costs nothing more', async () => {
    cluster.change(Node, { name: 'node01' }, { status: ready('True') });
    cluster.create(Lease, { metadata: { name: 'node01', namespace: 'kube-node-lease' }, ...renew(0) });
    await cluster.drain();
    // As the recurrence shows it: a later time, and no write that anybody is told of.
    const lease = cluster.objects.get('leases.coordination.k8s.io/kube-node-lease/node01');
    if (lease) cluster.objects.set('leases.coordination.k8s.io/kube-node-lease/node01', { ...lease, ...renew(40) });
    await cluster.advance(50_000);
    expect(taints('node01')).toBeUndefined();
    expect([...cluster.wakeUps.keys()]).toEqual([]);
  });
});

test.each([
  { given: 'no toleration', tolerations: [], after: 0 },
  { given: 'a toleration without limit', tolerations: [{ operator: 'Exists' }], after: Number.POSITIVE_INFINITY },
  { given: 'a toleration for a minute', tolerations: [{ key: 'k', operator: 'Exists', tolerationSeconds: 60 }], after: 60_000 },
  {
    given: 'two limits',
    tolerations: [
      { operator: 'Exists', tolerationSeconds: 60 },
      { operator: 'Exists', tolerationSeconds: 30 },
    ],
    after: 30_000,
  },
])('a pod with $given leaves a NoExecute taint after $after ms', ({ tolerations, after }) => {
  expect(evictedAt(pod('p', { tolerations }), [{ key: 'k', effect: 'NoExecute', timeAdded: '2026-01-01T00:00:00Z' }], START)).toBe(
    START + after,
  );
});

describe('the Pod garbage collector', () => {
  const on = (name: string, phase: string, finalizers: string[] = []) => {
    const draftPod = draft(pod(name, { nodeName: 'node01' }, { status: { phase } }));
    cluster.create(Pod, { ...draftPod, metadata: { ...draftPod.metadata, ...(finalizers.length ? { finalizers } : {}) } });
  };
  const podNow = (name: string) => cluster.objects.get(`pods/default/${name}`) as Pod | undefined;

  beforeEach(() => {
    cluster = new FakeCluster();
    cluster.add(podGarbageCollectorController.loop(cluster.deps));
    cluster.create(Node, { ...draft(node('node01')), status: ready('Unknown') });
  });

  test('fails and deletes what is left of a node 40 s after it went; what had finished keeps its phase', async () => {
    on('running', 'Running', ['example.com/look']);
    on('done', 'Succeeded', ['example.com/look']);
    cluster.delete(Node, cluster.objects.get('nodes//node01') as Node);
    await cluster.advance(39_000);
    expect(podNow('running')?.metadata.deletionTimestamp).toBeUndefined();
    await cluster.advance(2000);
    expect(podNow('running')?.status).toMatchObject({
      phase: 'Failed',
      conditions: [{ type: 'DisruptionTarget', reason: 'DeletionByPodGC', message: 'PodGC: node no longer exists' }],
    });
    expect(podNow('done')?.status).toEqual({ phase: 'Succeeded' });
  });

  test('finds Pods whose node went while nobody looked', async () => {
    on('lost', 'Running');
    cluster.objects.delete('nodes//node01');
    cluster.restart();
    await cluster.advance(41_000);
    expect(podNow('lost')).toBeUndefined();
  });

  test('deletes at once what ends on a node that is out of service, and nothing else there', async () => {
    on('ends', 'Running');
    on('stays', 'Running');
    cluster.change(
      Pod,
      { namespace: 'default', name: 'ends' },
      { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z', deletionGracePeriodSeconds: 30 } },
    );
    await cluster.drain();
    expect(podNow('ends')).toBeDefined();
    cluster.change(Node, { name: 'node01' }, { spec: { taints: [{ key: 'node.kubernetes.io/out-of-service', effect: 'NoExecute' }] } });
    await cluster.drain();
    expect([podNow('ends'), podNow('stays')]).toEqual([undefined, expect.anything()]);
  });
});
