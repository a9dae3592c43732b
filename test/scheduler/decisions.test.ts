// Why did this Pod land there? Read from the ring of records.
import { beforeEach, expect, test } from 'vitest';
import { Node } from '../../src/api/core/node.ts';
import { Pod } from '../../src/api/core/pod.ts';
import { createRecords, type DecisionRecord, type StoredRecord } from '../../src/machinery/records.ts';
import { type Explanation, explain } from '../../src/scheduler/decision-record.ts';
import { scores } from '../../src/scheduler/plugins/index.ts';
import { createScheduler } from '../../src/scheduler/scheduler.ts';
import { FakeCluster } from '../controllers/fake-cluster.ts';
import { draft, node, pod, requesting } from '../controllers/objects.ts';

let cluster: FakeCluster;
beforeEach(() => {
  cluster = new FakeCluster();
  cluster.add(createScheduler(cluster.deps));
});

const isDecision = (record: StoredRecord): record is StoredRecord & DecisionRecord => record.type === 'decision';
const decisions = (): Explanation[] =>
  createRecords(cluster.store, cluster.clock)
    .all()
    .filter(isDecision)
    .flatMap((record) => explain(record) ?? []);
const nodeOf = (explanation: Explanation | undefined, name: string) => explanation?.nodes.find((each) => each.node === name);

test('names for each node the filter that rejected it, or its score by each plugin: raw, normalized and weighted', async () => {
  cluster.create(Node, draft(node('cp', { taints: [{ key: 'control-plane', effect: 'NoSchedule' }] })));
  for (const name of ['a', 'b']) cluster.create(Node, draft(node(name)));
  cluster.create(Node, draft(node('small', {}, {}, { cpu: '100m' })));
  cluster.create(Pod, draft(pod('web', requesting('1', '1Gi'))));
  await cluster.drain();
  const [decision, ...others] = decisions();
  expect(others).toEqual([]);
  const { nodeName } = (cluster.objects.get('pods/default/web') as Pod).spec;
  expect(decision).toMatchObject({ pod: 'default/web', outcome: `node ${nodeName}`, nodeCount: 4, feasible: 2 });
  expect(nodeOf(decision, 'cp')).toEqual({
    node: 'cp',
    rejectedBy: { plugin: 'TaintToleration', reasons: ['node(s) had untolerated taint(s)'] },
    filters: [
      { plugin: 'NodeUnschedulable', passed: true },
      { plugin: 'TaintToleration', passed: false },
    ],
  });
  expect(nodeOf(decision, 'small')?.rejectedBy).toEqual({ plugin: 'NodeResourcesFit', reasons: ['Insufficient cpu'] });
  const a = nodeOf(decision, 'a');
  expect(a?.filters.every(({ passed }) => passed)).toBe(true);
  expect(a?.scores).toContainEqual({ plugin: 'TaintToleration', weight: 3, raw: 0, normalized: 100, weighted: 300 });
  expect(a?.scores).toContainEqual({ plugin: 'NodeResourcesFit', weight: 1, raw: 62, normalized: 62, weighted: 62 });
  expect(a?.total).toBe(a?.scores?.reduce((sum, { weighted }) => sum + weighted, 0));
  expect(a?.scores?.map(({ plugin }) => plugin)).toEqual(
    scores.map(({ plugin }) => plugin.name).filter((name) => !/PodTopology|InterPod|NodeAffinity/.test(name)),
  );
});

test('a single node that would do is not scored', async () => {
  cluster.create(Node, draft(node('a')));
  cluster.create(Pod, draft(pod('web')));
  await cluster.drain();
  expect(decisions()[0]).toMatchObject({ outcome: 'node a', feasible: 1, nodes: [{ node: 'a' }] });
  expect(nodeOf(decisions()[0], 'a')?.scores).toBeUndefined();
});

test('a Pod that fits nowhere: every node counted under its reasons', async () => {
  for (const name of ['a', 'b', 'c']) cluster.create(Node, draft(node(name)));
  cluster.create(Pod, draft(pod('huge', requesting('64'))));
  await cluster.drain();
  const [decision] = decisions();
  expect(decision?.outcome).toMatch(/^unschedulable: 0\/3 nodes are available: 3 Insufficient cpu\./);
  expect(decision?.reasons).toEqual([{ plugin: 'NodeResourcesFit', reasons: ['Insufficient cpu'], count: 3 }]);
  expect(decision?.nodes.map((each) => each.node)).toEqual(['a', 'b', 'c']);
});

test('a Pod for which room is made: where, and who must go', async () => {
  cluster.create(Node, draft(node('a')));
  cluster.create(Pod, draft(pod('low', { ...requesting('2'), priority: 0 })));
  await cluster.drain();
  cluster.create(Pod, draft(pod('high', { ...requesting('2'), priority: 100 })));
  await cluster.drain();
  expect(decisions().find((each) => each.pod === 'default/high')?.nominated).toEqual({ node: 'a', victims: ['default/low'] });
});

test('of a large cluster the first nodes and the chosen one are kept, all are counted', async () => {
  const name = (i: number) => `n${String(i).padStart(3, '0')}`;
  for (let i = 0; i < 150; i++) cluster.create(Node, draft(node(name(i), i < 60 ? { unschedulable: true } : {})));
  for (let i = 0; i < 8; i++) cluster.create(Pod, draft(pod(`web-${i}`, requesting('1'))));
  await cluster.drain();
  for (const decision of decisions()) {
    expect(decision.reasons[0]?.count).toBeGreaterThan(0);
    expect(decision.nodes.length).toBeLessThanOrEqual(32 + 33);
    expect(decision.nodes.some((each) => decision.outcome === `node ${each.node}` && each.total !== undefined)).toBe(true);
  }
  const sizes = [...cluster.drawer].filter(([key]) => key.includes('/records/ring/')).map(([, value]) => JSON.stringify(value).length);
  expect(Math.max(...sizes)).toBeLessThan(4000);
});
