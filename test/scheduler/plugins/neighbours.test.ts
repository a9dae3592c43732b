// Plugins that look at other Pods: topology spread and pod affinity.
import { describe, expect, test } from 'vitest';
import { ReplicaSet } from '../../../src/api/apps/replicaset.ts';
import { Namespace } from '../../../src/api/core/namespace.ts';
import type { Pod } from '../../../src/api/core/pod.ts';
import { Service } from '../../../src/api/core/service.ts';
import type { V1PodAffinityTerm, V1TopologySpreadConstraint } from '../../../src/api/generated/types.ts';
import { draft, node, pod, replicaSet } from '../../controllers/objects.ts';
import { on, scoresBy, verdicts } from '../verdicts.ts';

const ZONE = 'topology.kubernetes.io/zone';
const HOST = 'kubernetes.io/hostname';
const SPREAD = "node(s) didn't match pod topology spread constraints";
const foo = { matchLabels: { app: 'foo' } };
const spread = (...constraints: Partial<V1TopologySpreadConstraint>[]): Partial<Pod['spec']> => ({
  topologySpreadConstraints: constraints.map((each) => ({
    maxSkew: 1,
    topologyKey: ZONE,
    whenUnsatisfiable: 'DoNotSchedule',
    labelSelector: foo,
    ...each,
  })),
});
const labelled = (name: string, labels: Record<string, string> = { app: 'foo' }, spec: Partial<Pod['spec']> = {}) =>
  pod(name, spec, { labels });
/** Pods with the label by node: `{ a: 2 }`. */
const foos = (counts: Record<string, number>): Pod[] =>
  Object.entries(counts).flatMap(([name, count]) => Array.from({ length: count }, (_, i) => on(name, labelled(`${name}-${i}`))));
const [a, b, x, y] = [
  node('a', {}, { [ZONE]: 'z1' }),
  node('b', {}, { [ZONE]: 'z1' }),
  node('x', {}, { [ZONE]: 'z2' }),
  node('y', {}, { [ZONE]: 'z2' }),
];
const nodes = [a, b, x, y];
const fits = (found: Record<string, string>): string[] => Object.keys(found).filter((name) => found[name] === 'ok');

describe('PodTopologySpread as a rule', () => {
  test.each<{ given: string; counts: Record<string, number>; spec: Partial<Pod['spec']>; labels?: Record<string, string>; ok: string[] }>([
    { given: 'no Pod anywhere: everywhere', counts: {}, spec: spread({}), ok: ['a', 'b', 'x', 'y'] },
    { given: 'one more in a zone: the other zone', counts: { a: 1 }, spec: spread({}), ok: ['x', 'y'] },
    { given: 'one more in a zone, skew 2: everywhere', counts: { a: 1 }, spec: spread({ maxSkew: 2 }), ok: ['a', 'b', 'x', 'y'] },
    { given: 'nodes as domains: those that have the fewest', counts: { a: 2, b: 1, y: 1 }, spec: spread({ topologyKey: HOST }), ok: ['x'] },
    {
      given: 'zones and nodes: both rules hold',
      counts: { a: 1, x: 1, y: 1, b: 1 },
      spec: spread({}, { topologyKey: HOST }),
      ok: ['a', 'b', 'x', 'y'],
    },
    {
      given: 'zones and nodes that contradict: nowhere',
      counts: { a: 3, b: 1, x: 2, y: 3 },
      spec: spread({}, { topologyKey: HOST }),
      ok: ['b'],
    },
    {
      given: 'a Pod that its own selector does not mean',
      counts: { a: 1 },
      spec: spread({}),
      labels: { app: 'bar' },
      ok: ['a', 'b', 'x', 'y'],
    },
    { given: 'fewer domains than asked for: as if one were empty', counts: { a: 1, x: 1 }, spec: spread({ minDomains: 3 }), ok: [] },
    { given: 'as many domains as asked for', counts: { a: 1, x: 1 }, spec: spread({ minDomains: 2 }), ok: ['a', 'b', 'x', 'y'] },
    { given: 'a selector that means nothing', counts: { a: 5 }, spec: spread({ labelSelector: undefined }), ok: ['a', 'b', 'x', 'y'] },
    {
      given: 'only nodes that the Pod may go to are domains',
      counts: { a: 1 },
      spec: { ...spread({}), nodeSelector: { [ZONE]: 'z1' } },
      ok: ['a', 'b'],
    },
    {
      given: 'nodeAffinityPolicy Ignore: all nodes are domains',
      counts: { a: 1 },
      spec: { ...spread({ nodeAffinityPolicy: 'Ignore' }), nodeSelector: { [ZONE]: 'z1' } },
      ok: [],
    },
  ])('$given', async ({ counts, spec, labels = { app: 'foo' }, ok }) => {
    expect(fits(await verdicts(labelled('p', labels, spec), { nodes, pods: foos(counts) }))).toEqual(ok);
  });

  test('a node without the label is told so', async () => {
    expect(await verdicts(labelled('p', { app: 'foo' }, spread({})), { nodes: [a, node('plain')] })).toEqual({
      a: 'ok',
      plain: `${SPREAD} (missing required label)`,
    });
  });

  test('nodeTaintsPolicy: a tainted zone counts unless taints are honoured', async () => {
    const tainted = node('t', { taints: [{ key: 'k', effect: 'NoSchedule' }] }, { [ZONE]: 'z2' });
    const at = async (policy?: string) =>
      verdicts(labelled('p', { app: 'foo' }, spread(policy ? { nodeTaintsPolicy: policy } : {})), {
        nodes: [a, tainted],
        pods: foos({ a: 1 }),
      });
    expect((await at()).a).toBe(SPREAD);
    expect((await at('Honor')).a).toBe('ok');
  });

  test('Pods that are being deleted, have finished or live in another namespace do not count', async () => {
    const leaving = {
      ...on('a', labelled('leaving')),
      metadata: { ...labelled('leaving').metadata, deletionTimestamp: '2026-01-01T00:00:00Z' },
    };
    const done = { ...on('a', labelled('done')), status: { phase: 'Succeeded' } };
    const elsewhere = { ...on('a', labelled('e')), metadata: { ...labelled('e').metadata, namespace: 'other' } };
    const found = await verdicts(labelled('p', { app: 'foo' }, spread({})), { nodes, pods: [leaving, done, elsewhere] });
    expect(fits(found)).toEqual(['a', 'b', 'x', 'y']);
  });

  test('matchLabelKeys: only Pods with the same value of the label count', async () => {
    const of = (name: string, hash: string, where: string) => on(where, labelled(name, { app: 'foo', hash }));
    const incoming = labelled('p', { app: 'foo', hash: 'new' }, spread({ matchLabelKeys: ['hash'] }));
    expect(fits(await verdicts(incoming, { nodes, pods: [of('o', 'old', 'a'), of('n', 'new', 'x')] }))).toEqual(['a', 'b']);
  });
});

describe('PodTopologySpread as a wish', () => {
  const soft = { whenUnsatisfiable: 'ScheduleAnyway' };
  test.each<{ given: string; counts: Record<string, number>; spec: Partial<Pod['spec']>; best: string[] }>([
    { given: 'nodes: the emptiest is best', counts: { a: 2, b: 1, x: 1 }, spec: spread({ ...soft, topologyKey: HOST }), best: ['y'] },
    { given: 'zones: the emptier is best', counts: { a: 2, b: 1, x: 1 }, spec: spread(soft), best: ['x', 'y'] },
    {
      given: 'both: the emptiest node of the emptier zone',
      counts: { a: 2, b: 2, x: 1 },
      spec: spread(soft, { ...soft, topologyKey: HOST }),
      best: ['y'],
    },
  ])('$given', async ({ counts, spec, best }) => {
    const scores = (await scoresBy('PodTopologySpread', labelled('p', { app: 'foo' }, spec), { nodes, pods: foos(counts) })) ?? {};
    const most = Math.max(...Object.values(scores));
    expect(most).toBe(100);
    expect(Object.keys(scores).filter((name) => scores[name] === most)).toEqual(best);
  });

  test('a node without the label has nothing', async () => {
    const incoming = labelled('p', { app: 'foo' }, spread(soft));
    expect((await scoresBy('PodTopologySpread', incoming, { nodes: [a, x, node('plain')], pods: foos({ a: 1 }) }))?.plain).toBe(0);
  });

  test('without constraints, Pods of one ReplicaSet or one Service are spread, others are not', async () => {
    const rs = replicaSet('foo', 3);
    const owned = {
      ...labelled('p'),
      metadata: {
        ...labelled('p').metadata,
        ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'foo', uid: rs.metadata.uid, controller: true }],
      },
    };
    const owner = [ReplicaSet, { ...draft(rs), metadata: { ...draft(rs).metadata, uid: rs.metadata.uid } }] as const;
    const ownedOn = (where: string) => ({ ...on(where, owned), metadata: { ...owned.metadata, name: 'o' } });
    const given = { nodes: [a, x], pods: [ownedOn('a')] };
    expect(await scoresBy('PodTopologySpread', owned, { ...given, more: [owner] })).toEqual({ a: 66, x: 100 });
    expect(await scoresBy('PodTopologySpread', labelled('p'), given)).toBeUndefined();
    const service = [Service, { metadata: { name: 'foo', namespace: 'default' }, spec: { selector: { app: 'foo' } } }] as const;
    expect(await scoresBy('PodTopologySpread', labelled('p'), { ...given, more: [service] })).toEqual({ a: 66, x: 100 });
    expect(await scoresBy('PodTopologySpread', labelled('p', { app: 'bar' }), { ...given, more: [service] })).toBeUndefined();
  });
});

describe('InterPodAffinity', () => {
  const term = (more: Partial<V1PodAffinityTerm> = {}): V1PodAffinityTerm => ({ topologyKey: ZONE, labelSelector: foo, ...more });
  const near = (...terms: V1PodAffinityTerm[]) => ({
    affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: terms } },
  });
  const away = (...terms: V1PodAffinityTerm[]) => ({
    affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: terms } },
  });
  const bar = { app: 'bar' };
  const inOther = (each: Pod): Pod => ({ ...each, metadata: { ...each.metadata, namespace: 'other' } });
  const other = [Namespace, { metadata: { name: 'other', labels: { team: 'b' } } }] as const;

  test.each<{ given: string; incoming: Pod; pods: Pod[]; ok: string[] }>([
    { given: 'affinity to nobody', incoming: labelled('p', bar, near(term())), pods: [], ok: [] },
    {
      given: 'affinity to itself, the first of its group',
      incoming: labelled('p', { app: 'foo' }, near(term())),
      pods: [],
      ok: ['a', 'b', 'x', 'y'],
    },
    { given: 'affinity by zone', incoming: labelled('p', bar, near(term())), pods: foos({ a: 1 }), ok: ['a', 'b'] },
    { given: 'affinity by node', incoming: labelled('p', bar, near(term({ topologyKey: HOST }))), pods: foos({ a: 1 }), ok: ['a'] },
    {
      given: 'two affinity terms that no single Pod meets',
      incoming: labelled('p', bar, near(term(), term({ labelSelector: { matchLabels: { tier: 'db' } } }))),
      pods: [...foos({ a: 1 }), on('b', labelled('db', { tier: 'db' }))],
      ok: [],
    },
    {
      given: 'affinity without a selector',
      incoming: labelled('p', bar, near(term({ labelSelector: undefined }))),
      pods: foos({ a: 1 }),
      ok: [],
    },
    {
      given: 'affinity to Pods of another namespace without naming it',
      incoming: labelled('p', bar, near(term())),
      pods: foos({ a: 1 }).map(inOther),
      ok: [],
    },
    {
      given: 'affinity to Pods of a namespace by name',
      incoming: labelled('p', bar, near(term({ namespaces: ['other'] }))),
      pods: foos({ a: 1 }).map(inOther),
      ok: ['a', 'b'],
    },
    {
      given: 'affinity to Pods of namespaces by label',
      incoming: labelled('p', bar, near(term({ namespaceSelector: { matchLabels: { team: 'b' } } }))),
      pods: foos({ a: 1 }).map(inOther),
      ok: ['a', 'b'],
    },
    {
      given: 'affinity to Pods of all namespaces',
      incoming: labelled('p', bar, near(term({ namespaceSelector: {} }))),
      pods: foos({ a: 1 }).map(inOther),
      ok: ['a', 'b'],
    },
    { given: 'anti-affinity by zone', incoming: labelled('p', bar, away(term())), pods: foos({ a: 1 }), ok: ['x', 'y'] },
    {
      given: 'anti-affinity by node',
      incoming: labelled('p', bar, away(term({ topologyKey: HOST }))),
      pods: foos({ a: 1, x: 1 }),
      ok: ['b', 'y'],
    },
    {
      given: 'anti-affinity of a Pod that runs',
      incoming: labelled('p', { app: 'foo' }),
      pods: [on('a', labelled('hermit', bar, away(term())))],
      ok: ['x', 'y'],
    },
    {
      given: 'affinity of a Pod that runs is no rule for others',
      incoming: labelled('p', { app: 'foo' }),
      pods: [on('a', labelled('fan', bar, near(term())))],
      ok: ['a', 'b', 'x', 'y'],
    },
    {
      given: 'anti-affinity of a Pod in another namespace means its own',
      incoming: labelled('p', { app: 'foo' }),
      pods: [inOther(on('a', labelled('hermit', bar, away(term()))))],
      ok: ['a', 'b', 'x', 'y'],
    },
  ])('$given: $ok', async ({ incoming, pods, ok }) => {
    expect(fits(await verdicts(incoming, { nodes, pods, more: [other] }))).toEqual(ok);
  });

  test('says whose rule it was', async () => {
    const mine = await verdicts(labelled('p', bar, away(term())), { nodes: [a], pods: foos({ a: 1 }) });
    const theirs = await verdicts(labelled('p'), { nodes: [a], pods: [on('a', labelled('hermit', bar, away(term())))] });
    const nobody = await verdicts(labelled('p', bar, near(term())), { nodes: [a] });
    expect([mine.a, theirs.a, nobody.a]).toEqual([
      "node(s) didn't match pod anti-affinity rules",
      "node(s) didn't satisfy existing pods anti-affinity rules",
      "node(s) didn't match pod affinity rules",
    ]);
  });

  test.each([
    { given: 'a wish for company', spec: { podAffinity: 'podAffinity' }, scores: { a: 100, x: 0 } },
    { given: 'a wish to be alone', spec: { podAffinity: 'podAntiAffinity' }, scores: { a: 0, x: 100 } },
  ])('$given', async ({ spec, scores }) => {
    const preferredDuringSchedulingIgnoredDuringExecution = [{ weight: 5, podAffinityTerm: term() }];
    const incoming = labelled('p', bar, { affinity: { [spec.podAffinity]: { preferredDuringSchedulingIgnoredDuringExecution } } });
    expect(await scoresBy('InterPodAffinity', incoming, { nodes: [a, x], pods: foos({ a: 1 }) })).toEqual(scores);
  });

  test('a required affinity of a Pod that runs is a wish of others', async () => {
    const fan = on('a', labelled('fan', bar, near(term())));
    expect(await scoresBy('InterPodAffinity', labelled('p'), { nodes: [a, x], pods: [fan] })).toEqual({ a: 100, x: 0 });
    expect(await scoresBy('InterPodAffinity', labelled('p', bar), { nodes: [a, x], pods: [fan] })).toBeUndefined();
  });
});
