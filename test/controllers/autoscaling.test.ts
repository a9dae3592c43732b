// What the autoscaler computes and says; metric-sources.test.ts has the metrics that come from elsewhere.
import { beforeEach, describe, expect, test } from 'vitest';
import { Deployment } from '../../src/api/apps/deployment.ts';
import { HorizontalPodAutoscaler } from '../../src/api/autoscaling/horizontalpodautoscaler.ts';
import { Event } from '../../src/api/core/event.ts';
import { Pod } from '../../src/api/core/pod.ts';
import { Service } from '../../src/api/core/service.ts';
import { limit, type Memory } from '../../src/controllers/horizontalpodautoscaler/behavior.ts';
import { proposalFor } from '../../src/controllers/horizontalpodautoscaler/replica-calculator.ts';
import { hours, minutes, seconds } from '../../src/machinery/clock.ts';
import { START } from './fake-cluster.ts';
import { pod } from './objects.ts';
import { type Whole, wholeCluster } from './whole-cluster.ts';

describe('the documentation’s walkthrough', () => {
  let whole: Whole;
  const key = { namespace: 'default', name: 'php-apache' };
  const hpa = async () => (await whole.admin.get(HorizontalPodAutoscaler, key)) as HorizontalPodAutoscaler;
  const pass = (time: number) => whole.cluster.advance(whole.cluster.clock.now() + time);
  const reasons = async () =>
    Object.fromEntries(((await hpa()).status?.conditions ?? []).map(({ type, status, reason }) => [type, `${status} ${reason}`]));

  beforeEach(async () => {
    whole = await wholeCluster();
    const { admin, cluster } = whole;
    const container = {
      name: 'php-apache',
      image: 'registry.k8s.io/hpa-example',
      ports: [{ containerPort: 80 }],
      resources: { limits: { cpu: '500m' }, requests: { cpu: '200m' } },
    };
    const labels = { run: 'php-apache' };
    await admin.create(Deployment, {
      metadata: key,
      spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [container] } } },
    });
    await admin.create(Service, { metadata: key, spec: { ports: [{ port: 80 }], selector: labels } });
    await admin.create(HorizontalPodAutoscaler, {
      metadata: key,
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'php-apache' },
        minReplicas: 1,
        maxReplicas: 10,
        metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } }],
      },
    });
    await cluster.settle();
  }, 60_000);

  test('under load the target grows, step by step; without load it shrinks after five minutes; at rest nothing is written', async () => {
    const { admin, keyspace, problems } = whole;
    await pass(minutes(2));
    expect((await hpa()).status).toMatchObject({ currentReplicas: 1, desiredReplicas: 1 });
    expect((await hpa()).status?.currentMetrics?.[0]?.resource?.current).toEqual({ averageUtilization: 0, averageValue: '1m' });
    expect(await reasons()).toEqual({
      AbleToScale: 'True ReadyForNewScale',
      ScalingActive: 'True ValidMetricFound',
      ScalingLimited: 'True TooFewReplicas',
    });

    // Usage follows the command's text; that this loop ends saves 36,000 simulated requests.
    const script = 'for i in 1; do wget -q -O- http://php-apache; sleep 0.01; done; sleep 36000';
    const command = ['/bin/sh', '-c', script];
    await admin.create(Pod, {
      metadata: { name: 'load', namespace: 'default' },
      spec: { containers: [{ name: 'load', image: 'busybox:1.28', command }] },
    });
    const sizes = new Set<number | undefined>();
    for (let i = 0; i < 24; i++) {
      await pass(seconds(15));
      sizes.add((await hpa()).status?.desiredReplicas);
    }
    const grown = [...sizes].map(Number);
    expect([grown[0], grown.at(-1)]).toEqual([4, 6]);
    expect(grown).toEqual([...grown].sort((a, b) => a - b));
    expect((await admin.get(Deployment, key))?.spec.replicas).toBeGreaterThanOrEqual(6);
    const events = (await admin.list(Event, { namespace: 'default' }))
      .filter(({ reason }) => reason === 'SuccessfulRescale')
      .map(({ message }) => message);
    expect(events[0]).toBe('New size: 4; reason: cpu resource utilization (percentage of request) above target');

    await admin.delete(Pod, { namespace: 'default', name: 'load' });
    await pass(minutes(3));
    expect((await hpa()).status?.desiredReplicas).toBeGreaterThanOrEqual(6);
    expect((await reasons()).AbleToScale).toBe('True ScaleDownStabilized');
    await pass(minutes(4));
    expect((await hpa()).status?.desiredReplicas).toBe(1);
    await pass(hours(2));
    const before = keyspace.revision;
    await pass(hours(24));
    expect(keyspace.revision).toBe(before);
    expect(problems).toEqual([]);
  });

  test('without requests there is nothing to compare with, and the event says so again and again', async () => {
    const { admin } = whole;
    await admin.patch(Deployment, key, 'json', [{ op: 'remove', path: '/spec/template/spec/containers/0/resources' }]);
    await pass(minutes(3));
    expect((await reasons()).ScalingActive).toBe('False FailedGetResourceMetric');
    const [pod] = (await admin.list(Pod, { namespace: 'default' })).map(({ metadata }) => metadata.name);
    const event = async () =>
      (await admin.list(Event, { namespace: 'default' })).find(
        ({ reason, message }) => reason === 'FailedGetResourceMetric' && message?.includes('missing'),
      );
    expect((await event())?.message).toBe(`failed to get cpu utilization: missing request for cpu in container php-apache of Pod ${pod}`);
    const count = (await event())?.count ?? 0;
    await pass(minutes(10));
    expect((await event())?.count).toBeGreaterThanOrEqual(count + 39);
  });
});

const ready = (name: string) => {
  const start = '2026-01-01T00:00:00Z';
  const conditions = [{ type: 'Ready', status: 'True', lastTransitionTime: start }];
  const containers = [{ name: 'c', image: 'nginx', resources: { requests: { cpu: '100m' } } }];
  return pod(name, { containers }, { status: { phase: 'Running', startTime: start, conditions } });
};
const now = START + minutes(20);
const measured = (amounts: Record<string, number>) =>
  new Map(Object.entries(amounts).map(([name, amount]) => [name, new Map([['c', amount]])]));

test.each([
  { given: 'twice the target', usage: { a: 100, b: 100 }, pods: ['a', 'b'], replicas: 4 },
  { given: 'within a tenth of the target', usage: { a: 54, b: 54 }, pods: ['a', 'b'], replicas: 2 },
  { given: 'a fifth of the target', usage: { a: 10, b: 10 }, pods: ['a', 'b'], replicas: 1 },
  { given: 'one pod idle and one not measured', usage: { a: 0 }, pods: ['a', 'b'], replicas: 2 },
  { given: 'one pod busy and one not measured', usage: { a: 150 }, pods: ['a', 'b'], replicas: 3 },
])('with $given the calculator wants $replicas pods', ({ usage, pods, replicas }) => {
  const target = { type: 'Utilization', averageUtilization: 50 };
  const tolerances = { up: 0.1, down: 0.1 };
  const measuredPods = measured(usage as Record<string, number>);
  const question = { resource: 'cpu', target, current: 2, pods: pods.map(ready), measured: measuredPods, tolerances, now };
  expect(proposalFor(question).replicas).toBe(replicas);
});

const autoscaler = (spec: object) => ({ spec: { minReplicas: 1, maxReplicas: 10, ...spec } }) as HorizontalPodAutoscaler;
const nothing: Memory = { recommendations: [], changes: [] };
const pods4 = {
  scaleUp: { stabilizationWindowSeconds: 0, selectPolicy: 'Max', policies: [{ type: 'Pods', value: 1, periodSeconds: 60 }] },
};
test.each([
  { given: 'grows to at most four from one', spec: {}, current: 1, proposed: 9, memory: nothing, desired: 4, limited: 'ScaleUpLimit' },
  { given: 'doubles at most', spec: {}, current: 3, proposed: 9, memory: nothing, desired: 6, limited: 'ScaleUpLimit' },
  { given: 'stays within its maximum', spec: {}, current: 8, proposed: 14, memory: nothing, desired: 10, limited: 'TooManyReplicas' },
  {
    given: 'stays at its minimum',
    spec: { minReplicas: 2 },
    current: 3,
    proposed: 0,
    memory: nothing,
    desired: 2,
    limited: 'TooFewReplicas',
  },
  {
    given: 'shrinks to the most of the last five minutes',
    spec: {},
    current: 6,
    proposed: 1,
    memory: {
      ...nothing,
      recommendations: [
        { at: now - minutes(4), replicas: 5 },
        { at: now - minutes(6), replicas: 6 },
      ],
    },
    desired: 5,
    limited: undefined,
  },
  {
    given: 'grows by one a minute if told so',
    spec: { behavior: pods4 },
    current: 3,
    proposed: 9,
    memory: nothing,
    desired: 4,
    limited: 'ScaleUpLimit',
  },
  {
    given: 'counts what it has grown in the period',
    spec: { behavior: pods4 },
    current: 4,
    proposed: 9,
    memory: { ...nothing, changes: [{ at: now - seconds(30), by: 1 }] },
    desired: 4,
    limited: 'ScaleUpLimit',
  },
  {
    given: 'does not shrink when that is disabled',
    spec: { behavior: { scaleDown: { selectPolicy: 'Disabled' } } },
    current: 6,
    proposed: 2,
    memory: nothing,
    desired: 6,
    limited: 'ScaleDownLimit',
  },
  {
    given: 'without behavior goes back to what was recommended in the last five minutes',
    spec: {},
    current: 8,
    proposed: 8,
    memory: { ...nothing, recommendations: [{ at: now - minutes(4), replicas: 9 }] },
    desired: 9,
    limited: undefined,
  },
  {
    given: 'that has grown beyond its rate stays where it is',
    spec: { behavior: pods4 },
    current: 5,
    proposed: 9,
    memory: { ...nothing, changes: [{ at: now - seconds(30), by: 3 }] },
    desired: 5,
    limited: 'ScaleUpLimit',
  },
  {
    given: 'may grow again what it has shrunk in the period',
    spec: { behavior: pods4 },
    current: 4,
    proposed: 9,
    memory: { ...nothing, changes: [{ at: now - seconds(30), by: -2 }] },
    desired: 7,
    limited: 'ScaleUpLimit',
  },
  {
    given: 'with a window for growing takes its lowest recommendation',
    spec: { behavior: { ...pods4, scaleUp: { ...pods4.scaleUp, stabilizationWindowSeconds: 120 } } },
    current: 3,
    proposed: 9,
    memory: { ...nothing, recommendations: [{ at: now - seconds(60), replicas: 3 }] },
    desired: 3,
    limited: undefined,
  },
])('an autoscaler $given', ({ spec, current, proposed, memory, desired, limited }) => {
  const result = limit(autoscaler(spec), current, proposed, memory, now);
  expect([result.desired, result.limited?.reason]).toEqual([desired, limited]);
});
