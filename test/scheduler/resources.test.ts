import { expect, test } from 'vitest';
import { totalsOf } from '../../src/api/core/pod/node-totals.ts';
import { podRequests } from '../../src/api/core/pod/requests.ts';
import type { Pod } from '../../src/api/core/pod.ts';
import { decide, newCycle } from '../../src/scheduler/cycle.ts';
import { NodeInfo } from '../../src/scheduler/node-info.ts';
import { filters, scores } from '../../src/scheduler/plugins/index.ts';
import { node, pod, requesting } from '../controllers/objects.ts';

const container = (cpu: string, restartPolicy?: string) => ({
  name: cpu,
  image: 'i',
  resources: { requests: { cpu } },
  ...(restartPolicy ? { restartPolicy } : {}),
});

test.each<{ given: string; spec: Partial<Pod['spec']>; cpu: number }>([
  { given: 'two containers adds them', spec: { containers: [container('100m'), container('200m')] }, cpu: 300 },
  {
    given: 'a greedy init container counts that one',
    spec: { initContainers: [container('1')], containers: [container('100m')] },
    cpu: 1000,
  },
  {
    given: 'init containers in sequence counts the highest',
    spec: { initContainers: [container('1'), container('2')], containers: [container('100m')] },
    cpu: 2000,
  },
  {
    given: 'a sidecar adds it to the containers',
    spec: { initContainers: [container('50m', 'Always')], containers: [container('100m')] },
    cpu: 150,
  },
  {
    given: 'a sidecar before an init container adds them',
    spec: { initContainers: [container('50m', 'Always'), container('1')], containers: [container('100m')] },
    cpu: 1050,
  },
  {
    given: 'an init container before a sidecar counts the higher',
    spec: { initContainers: [container('1'), container('50m', 'Always')], containers: [container('100m')] },
    cpu: 1000,
  },
  { given: 'overhead adds it', spec: { containers: [container('100m')], overhead: { cpu: '250m' } }, cpu: 350 },
])('a pod with $given', ({ spec, cpu }) => {
  expect(podRequests(pod('p', spec)).cpu).toBe(cpu);
});

const place = (incoming: Pod, nodes: NodeInfo[]) => {
  const decision = decide(newCycle(incoming, nodes), { filters, scores }, 0);
  return 'node' in decision ? decision.node : [...decision.diagnosis.rejections.values()].flatMap(({ reasons }) => reasons);
};
const filled = (name: string, cpu: string) => new NodeInfo(node(name), totalsOf([pod(`on-${name}`, requesting(cpu))]));

test('the emptier node wins', () => {
  expect(place(pod('p', requesting('100m')), [filled('a', '1'), filled('b', '500m')])).toBe('b');
});

test('a node that only PreferNoSchedule speaks against is the second choice', () => {
  const tainted = new NodeInfo(node('a', { taints: [{ key: 'k', effect: 'PreferNoSchedule' }] }));
  expect(place(pod('p'), [tainted, new NodeInfo(node('b'))])).toBe('b');
});

test('a preferred label wins', () => {
  const nodeAffinity = {
    preferredDuringSchedulingIgnoredDuringExecution: [
      { weight: 1, preference: { matchExpressions: [{ key: 'disk', operator: 'In', values: ['ssd'] }] } },
    ],
  };
  expect(place(pod('p', { affinity: { nodeAffinity } }), [new NodeInfo(node('a')), new NodeInfo(node('b', {}, { disk: 'ssd' }))])).toBe(
    'b',
  );
});

test.each([
  {
    given: 'extended resources',
    spec: { containers: [{ name: 'c', image: 'i', resources: { requests: { 'nvidia.com/gpu': '1' } } }] },
    reasons: ['Insufficient nvidia.com/gpu'],
  },
  { given: 'too many pods', spec: {}, reasons: ['Too many pods'], pods: '0' },
  { given: 'two shortages', spec: requesting('64', '900Gi'), reasons: ['Insufficient cpu', 'Insufficient memory'] },
])('a node without room for $given says so', ({ spec, reasons, pods = '110' }) => {
  expect(place(pod('p', spec), [new NodeInfo(node('a', {}, {}, { pods }))])).toEqual(reasons);
});

test('a node that a daemon pod does not mean is not looked at', () => {
  const nodeSelectorTerms = [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['b'] }] }];
  const affinity = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } };
  expect(place(pod('p', { affinity, ...requesting('64') }), [new NodeInfo(node('a')), new NodeInfo(node('b'))])).toEqual([
    "node(s) didn't satisfy plugin(s) [NodeAffinity]",
    'Insufficient cpu',
  ]);
});
