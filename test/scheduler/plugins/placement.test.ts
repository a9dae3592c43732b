// Plugins that look at the node alone: names, labels, taints, cordons, host ports.
import { describe, expect, test } from 'vitest';
import type { Pod } from '../../../src/api/core/pod.ts';
import { node, pod } from '../../controllers/objects.ts';
import { on, scoresBy, verdicts } from '../verdicts.ts';

type Spec = Partial<Pod['spec']>;
const AFFINITY = "node(s) didn't match Pod's node affinity/selector";
const required = (...terms: { key: string; operator: string; values?: string[] }[][]): Spec => ({
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms.map((matchExpressions) => ({ matchExpressions })) },
    },
  },
});

describe('NodeAffinity', () => {
  const labels = { disk: 'ssd', cores: '8', zone: 'z1' };
  test.each<{ given: string; spec: Spec; fits: boolean }>([
    { given: 'a selector that the labels meet', spec: { nodeSelector: { disk: 'ssd' } }, fits: true },
    { given: 'a selector of which one pair is missing', spec: { nodeSelector: { disk: 'ssd', gpu: 'yes' } }, fits: false },
    { given: 'In with the value', spec: required([{ key: 'disk', operator: 'In', values: ['hdd', 'ssd'] }]), fits: true },
    { given: 'NotIn with the value', spec: required([{ key: 'disk', operator: 'NotIn', values: ['ssd'] }]), fits: false },
    { given: 'NotIn for a label that is not there', spec: required([{ key: 'gpu', operator: 'NotIn', values: ['yes'] }]), fits: true },
    { given: 'Exists', spec: required([{ key: 'disk', operator: 'Exists' }]), fits: true },
    { given: 'DoesNotExist', spec: required([{ key: 'disk', operator: 'DoesNotExist' }]), fits: false },
    { given: 'Gt', spec: required([{ key: 'cores', operator: 'Gt', values: ['4'] }]), fits: true },
    { given: 'Lt', spec: required([{ key: 'cores', operator: 'Lt', values: ['8'] }]), fits: false },
    { given: 'Gt of a label that is no number', spec: required([{ key: 'disk', operator: 'Gt', values: ['4'] }]), fits: false },
    {
      given: 'two terms of which one is met',
      spec: required([{ key: 'gpu', operator: 'Exists' }], [{ key: 'disk', operator: 'Exists' }]),
      fits: true,
    },
    {
      given: 'one term of which half is met',
      spec: required([
        { key: 'gpu', operator: 'Exists' },
        { key: 'disk', operator: 'Exists' },
      ]),
      fits: false,
    },
    { given: 'a term without requirements', spec: required([]), fits: false },
    {
      given: 'an affinity that is met and a selector that is not',
      spec: { ...required([{ key: 'disk', operator: 'Exists' }]), nodeSelector: { disk: 'hdd' } },
      fits: false,
    },
  ])('$given: fits $fits', async ({ spec, fits }) => {
    expect(await verdicts(pod('p', spec), { nodes: [node('n', {}, labels)] })).toEqual({ n: fits ? 'ok' : AFFINITY });
  });

  test('wishes add up, and the node with most of them has 100', async () => {
    const wish = (weight: number, key: string) => ({ weight, preference: { matchExpressions: [{ key, operator: 'Exists' }] } });
    const preferredDuringSchedulingIgnoredDuringExecution = [wish(4, 'a'), wish(1, 'b'), { weight: 50, preference: {} }];
    const nodes = [node('both', {}, { a: '1', b: '1' }), node('none'), node('one', {}, { a: '1' })];
    const incoming = pod('p', { affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution } } });
    expect(await scoresBy('NodeAffinity', incoming, { nodes })).toEqual({ both: 100, none: 0, one: 80 });
    expect(await scoresBy('NodeAffinity', pod('p'), { nodes })).toBeUndefined();
  });
});

describe('TaintToleration', () => {
  const taint = (effect: string, value = 'v') => ({ taints: [{ key: 'k', value, effect }] });
  test.each<{ given: string; tolerations?: Pod['spec']['tolerations']; effect: string; fits: boolean }>([
    { given: 'nothing', effect: 'NoSchedule', fits: false },
    { given: 'nothing', effect: 'NoExecute', fits: false },
    { given: 'nothing', effect: 'PreferNoSchedule', fits: true },
    { given: 'the same value', tolerations: [{ key: 'k', value: 'v', effect: 'NoSchedule' }], effect: 'NoSchedule', fits: true },
    { given: 'another value', tolerations: [{ key: 'k', value: 'w', effect: 'NoSchedule' }], effect: 'NoSchedule', fits: false },
    { given: 'another effect', tolerations: [{ key: 'k', value: 'v', effect: 'NoExecute' }], effect: 'NoSchedule', fits: false },
    { given: 'the key whatever its value', tolerations: [{ key: 'k', operator: 'Exists' }], effect: 'NoExecute', fits: true },
    { given: 'everything', tolerations: [{ operator: 'Exists' }], effect: 'NoSchedule', fits: true },
    { given: 'the key without a value', tolerations: [{ key: 'k', effect: 'NoSchedule' }], effect: 'NoSchedule', fits: false },
  ])('a Pod that tolerates $given on a node with $effect: fits $fits', async ({ tolerations = [], effect, fits }) => {
    expect(await verdicts(pod('p', { tolerations }), { nodes: [node('n', taint(effect))] })).toEqual({
      n: fits ? 'ok' : 'node(s) had untolerated taint(s)',
    });
  });

  test('a node loses points for each PreferNoSchedule taint that is not tolerated', async () => {
    const soft = (...keys: string[]) => ({ taints: keys.map((key) => ({ key, effect: 'PreferNoSchedule' })) });
    const nodes = [node('none'), node('one', soft('a')), node('three', soft('a', 'b', 'c')), node('two', soft('a', 'b'))];
    expect(await scoresBy('TaintToleration', pod('p'), { nodes })).toEqual({ none: 100, one: 67, three: 0, two: 34 });
    const tolerant = pod('p', { tolerations: [{ key: 'a', operator: 'Exists', effect: 'NoSchedule' }] });
    expect((await scoresBy('TaintToleration', tolerant, { nodes }))?.one).toBe(67);
  });
});

describe('NodeUnschedulable', () => {
  test.each([
    { tolerations: [], fits: false },
    { tolerations: [{ key: 'node.kubernetes.io/unschedulable', operator: 'Exists', effect: 'NoSchedule' }], fits: true },
  ])('a cordoned node, $tolerations: fits $fits', async ({ tolerations, fits }) => {
    const nodes = [node('n', { unschedulable: true })];
    expect(await verdicts(pod('p', { tolerations }), { nodes })).toEqual({ n: fits ? 'ok' : 'node(s) were unschedulable' });
  });
});

describe('NodePorts', () => {
  const port = (hostPort: number, hostIP = '', protocol = 'TCP'): Spec => ({
    containers: [{ name: 'c', image: 'i', ports: [{ containerPort: hostPort, hostPort, protocol, ...(hostIP ? { hostIP } : {}) }] }],
  });
  test.each([
    { wants: port(80), taken: port(81), fits: true },
    { wants: port(80), taken: port(80), fits: false },
    { wants: port(80, '', 'UDP'), taken: port(80), fits: true },
    { wants: port(80, '10.0.0.1'), taken: port(80, '10.0.0.2'), fits: true },
    { wants: port(80, '10.0.0.1'), taken: port(80), fits: false },
    { wants: port(80), taken: port(80, '10.0.0.1'), fits: false },
    { wants: port(80, '0.0.0.0'), taken: port(80, '127.0.0.1'), fits: false },
  ])('$wants.containers.0.ports beside $taken.containers.0.ports: fits $fits', async ({ wants, taken, fits }) => {
    const found = await verdicts(pod('p', wants), { nodes: [node('n')], pods: [on('n', pod('o', taken))] });
    expect(found).toEqual({ n: fits ? 'ok' : "node(s) didn't have free ports for the requested pod ports" });
  });

  test('a sidecar holds its host port, another init container does not', async () => {
    const init = (restartPolicy?: string): Spec => ({
      initContainers: [
        { name: 'i', image: 'i', ports: [{ containerPort: 80, hostPort: 80 }], ...(restartPolicy ? { restartPolicy } : {}) },
      ],
    });
    const beside = async (spec: Spec) => (await verdicts(pod('p', port(80)), { nodes: [node('n')], pods: [on('n', pod('o', spec))] })).n;
    expect(await beside(init('Always'))).toBe("node(s) didn't have free ports for the requested pod ports");
    expect(await beside(init())).toBe('ok');
  });
});
