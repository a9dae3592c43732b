import { describe, expect, test } from 'vitest';
import type { Pod } from '../../../src/api/core/pod.ts';
import { node, pod, requesting } from '../../controllers/objects.ts';
import { on, scoresBy, verdicts } from '../verdicts.ts';

const gpu = (amount: string): Partial<Pod['spec']> => ({
  containers: [{ name: 'c', image: 'i', resources: { requests: { 'example.com/gpu': amount } } }],
});
const sized = (name: string, cpu: string, memory: string, more: Record<string, string> = {}) =>
  node(name, {}, {}, { cpu, memory, ...more });

describe('NodeResourcesFit', () => {
  test.each<{ given: string; spec: Partial<Pod['spec']>; pods?: Pod[]; capacity?: Record<string, string>; verdict: string }>([
    { given: 'exactly what is free', spec: requesting('2', '4Gi'), verdict: 'ok' },
    { given: 'a little more CPU than there is', spec: requesting('2001m'), verdict: 'Insufficient cpu' },
    {
      given: 'nothing, on a node that is full',
      spec: {},
      pods: [on('n', pod('full', requesting('2', '4Gi')))],
      verdict: 'ok',
    },
    { given: 'nothing, where no more Pod is allowed', spec: {}, capacity: { pods: '0' }, verdict: 'Too many pods' },
    {
      given: 'too much of everything, where no more Pod is allowed',
      spec: requesting('3', '5Gi'),
      capacity: { pods: '0' },
      verdict: 'Too many pods, Insufficient cpu, Insufficient memory',
    },
    { given: 'devices that the node has', spec: gpu('2'), capacity: { 'example.com/gpu': '2' }, verdict: 'ok' },
    {
      given: 'devices that others hold',
      spec: gpu('1'),
      pods: [on('n', pod('greedy', gpu('2')))],
      capacity: { 'example.com/gpu': '2' },
      verdict: 'Insufficient example.com/gpu',
    },
    { given: 'devices that the node does not know', spec: gpu('1'), verdict: 'Insufficient example.com/gpu' },
    { given: 'zero devices that the node does not know', spec: gpu('0'), verdict: 'ok' },
    {
      given: 'ephemeral storage beyond the disk',
      spec: { containers: [{ name: 'c', image: 'i', resources: { requests: { 'ephemeral-storage': '2Gi' } } }] },
      capacity: { 'ephemeral-storage': '1Gi' },
      verdict: 'Insufficient ephemeral-storage',
    },
    {
      given: 'what a finished Pod has given back',
      spec: requesting('2'),
      pods: [on('n', pod('done', requesting('2'), { status: { phase: 'Succeeded' } }))],
      verdict: 'ok',
    },
    {
      given: 'what a Pod that is being deleted still holds',
      spec: requesting('2'),
      pods: [
        {
          ...on('n', pod('leaving', requesting('2'))),
          metadata: { ...pod('leaving').metadata, deletionTimestamp: '2026-01-01T00:00:00Z' },
        },
      ],
      verdict: 'Insufficient cpu',
    },
    {
      given: 'more for the Pod as a whole than for its containers',
      spec: { ...requesting('1'), resources: { requests: { cpu: '3' } } },
      verdict: 'Insufficient cpu',
    },
    {
      given: 'less for the Pod as a whole than the sidecar beside its containers',
      spec: {
        ...requesting('1'),
        initContainers: [{ name: 's', image: 'i', restartPolicy: 'Always', resources: { requests: { cpu: '1500m' } } }],
      },
      verdict: 'Insufficient cpu',
    },
    { given: 'overhead on top', spec: { ...requesting('1900m'), overhead: { cpu: '200m' } }, verdict: 'Insufficient cpu' },
  ])('a Pod that requests $given: $verdict', async ({ spec, pods = [], capacity = {}, verdict }) => {
    expect(await verdicts(pod('p', spec), { nodes: [node('n', {}, {}, capacity)], pods })).toEqual({ n: verdict });
  });

  test('while a resize is under way, the greater of what is wanted and what is in force counts', async () => {
    const resources = { requests: { cpu: '1500m' } };
    const resizing = (wanted: string, reason: string) =>
      on('n', {
        ...pod('big', requesting(wanted)),
        status: {
          phase: 'Running',
          conditions: [{ type: 'PodResizePending', status: 'True', reason }],
          containerStatuses: [{ name: 'c', image: 'i', imageID: '', ready: true, restartCount: 0, resources }],
        },
      });
    const at = async (wanted: string, reason = 'Deferred') =>
      (await verdicts(pod('p', requesting('1')), { nodes: [node('n')], pods: [resizing(wanted, reason)] })).n;
    expect(await at('500m')).toBe('Insufficient cpu');
    expect(await at('1800m')).toBe('Insufficient cpu');
    const little = async (reason: string) =>
      (await verdicts(pod('p', requesting('400m')), { nodes: [node('n')], pods: [resizing('1800m', reason)] })).n;
    expect(await little('Deferred')).toBe('Insufficient cpu');
    expect(await little('Infeasible')).toBe('ok');
  });

  test.each([
    { given: 'nothing on equal nodes', spec: {}, pods: [], scores: { a: 97, b: 97 } },
    {
      given: 'nothing, where the other node is busier',
      spec: {},
      pods: [on('b', pod('o', requesting('1', '2Gi')))],
      scores: { a: 97, b: 74 },
    },
    { given: 'more than there is', spec: requesting('10', '20Gi'), pods: [], scores: { a: 0, b: 0 } },
    { given: 'half of everything', spec: requesting('2', '5000Mi'), pods: [], scores: { a: 50, b: 50 } },
  ])('least allocated: a Pod that requests $given', async ({ spec, pods, scores }) => {
    const nodes = [sized('a', '4', '10000Mi'), sized('b', '4', '10000Mi')];
    expect(await scoresBy('NodeResourcesFit', pod('p', spec), { nodes, pods })).toEqual(scores);
  });
});

describe('NodeResourcesBalancedAllocation', () => {
  test.each([
    { given: 'nothing', spec: {}, scores: undefined },
    { given: 'equal shares of both', spec: requesting('1', '2500Mi'), scores: { a: 100, b: 100 } },
    {
      given: 'CPU alone',
      spec: { containers: [{ name: 'c', image: 'i', resources: { requests: { cpu: '2' } } }] },
      scores: { a: 75, b: 75 },
    },
  ])('a Pod that requests $given', async ({ spec, scores }) => {
    const nodes = [sized('a', '4', '10000Mi'), sized('b', '4', '10000Mi')];
    expect(await scoresBy('NodeResourcesBalancedAllocation', pod('p', spec), { nodes })).toEqual(scores);
  });
});

describe('ImageLocality', () => {
  const MB = 1024 * 1024;
  const having = (name: string, ...images: [string, number][]) => {
    const plain = node(name);
    return { ...plain, status: { ...plain.status, images: images.map(([image, size]) => ({ names: [image], sizeBytes: size * MB })) } };
  };
  const using = (...images: string[]) => pod('p', { containers: images.map((image, i) => ({ name: `c${i}`, image })) });
  test.each([
    { given: 'no node has', image: ['x'], nodes: [having('a'), having('b')], scores: { a: 0, b: 0 } },
    {
      given: 'one of two nodes has',
      image: ['nginx'],
      nodes: [having('a', ['docker.io/library/nginx:latest', 1000]), having('b')],
      scores: { a: 48, b: 0 },
    },
    {
      given: 'is small',
      image: ['nginx'],
      nodes: [having('a', ['docker.io/library/nginx:latest', 10]), having('b')],
      scores: { a: 0, b: 0 },
    },
    {
      given: 'is very large',
      image: ['gcr.io/x/y:1'],
      nodes: [having('a', ['gcr.io/x/y:1', 5000]), having('b')],
      scores: { a: 100, b: 0 },
    },
  ])('an image that $given', async ({ image, nodes, scores }) => {
    expect(await scoresBy('ImageLocality', using(...image), { nodes })).toEqual(scores);
  });
});
