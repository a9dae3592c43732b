// Autoscalers on custom and external metrics, served by a made-up adapter or by nobody.
import { expect, test } from 'vitest';
import { Deployment } from '../../src/api/apps/deployment.ts';
import { HorizontalPodAutoscaler } from '../../src/api/autoscaling/horizontalpodautoscaler.ts';
import { Pod } from '../../src/api/core/pod.ts';
import { horizontalPodAutoscalerController } from '../../src/controllers/horizontalpodautoscaler/horizontalpodautoscaler.ts';
import { selectorForm } from '../../src/controllers/horizontalpodautoscaler/metrics.ts';
import { failure } from '../../src/machinery/status.ts';
import { FakeCluster, START } from './fake-cluster.ts';
import { deployment, draft, pod } from './objects.ts';

const key = { namespace: 'default', name: 'web' };
const start = new Date(START - 3_600_000).toISOString();

/** A Deployment of `size` ready Pods, scaled by its `metrics`; `served` are the answers of metrics APIs by path. */
function world(
  metrics: object[],
  { size = 2, served = {}, spec = {} }: { size?: number; served?: Record<string, unknown>; spec?: object } = {},
) {
  const cluster = new FakeCluster();
  const asked: string[] = [];
  cluster.answer = (path, body) => {
    if (path.endsWith('/scale') && body) {
      cluster.change(Deployment, key, { spec: { replicas: (body as { spec: { replicas: number } }).spec.replicas } });
      return body;
    }
    const replicas = (cluster.list(Deployment)[0] as Deployment | undefined)?.spec.replicas;
    if (path.endsWith('/web/scale')) return { spec: { replicas }, status: { replicas: size, selector: 'app=web' } };
    if (path === '/apis') {
      const names = Object.keys(served).some((each) => each.includes('custom.')) ? ['custom.metrics.k8s.io'] : [];
      return { groups: names.map((name) => ({ name, versions: [{ version: 'v1beta1' }] })) };
    }
    asked.push(path);
    if (path in served) return served[path];
    throw failure(404, 'NotFound', 'the server could not find the requested resource');
  };
  cluster.add(horizontalPodAutoscalerController.loop(cluster.deps));
  cluster.create(Deployment, draft(deployment('web', size)));
  for (let i = 0; i < size; i++) {
    const conditions = [{ type: 'Ready', status: 'True', lastTransitionTime: start }];
    cluster.create(Pod, draft(pod(`web-${i}`, {}, { labels: { app: 'web' }, status: { phase: 'Running', startTime: start, conditions } })));
  }
  cluster.create(HorizontalPodAutoscaler, {
    metadata: { ...key },
    spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }, minReplicas: 1, maxReplicas: 10, metrics, ...spec },
  });
  const hpa = (): HorizontalPodAutoscaler => cluster.list(HorizontalPodAutoscaler)[0] as HorizontalPodAutoscaler;
  return { cluster, asked, hpa };
}

const rps = (averageValue: string) => ({ type: 'Pods', pods: { metric: { name: 'rps' }, target: { type: 'AverageValue', averageValue } } });
const hits = (target: object, describedObject: object = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', name: 'main' }) => ({
  type: 'Object',
  object: { metric: { name: 'hits' }, describedObject, target },
});
const queue = (target: object, selector?: object) => ({
  type: 'External',
  external: { metric: { name: 'queue', ...(selector ? { selector } : {}) }, target },
});
const items = (...values: [string, string][]) => ({ items: values.map(([name, value]) => ({ describedObject: { name }, value })) });
const CUSTOM = '/apis/custom.metrics.k8s.io/v1beta1/namespaces/default';
const INGRESSES = {
  resources: [
    { kind: 'Ingress', name: 'ingresses' },
    { kind: 'Ingress', name: 'ingresses/status' },
  ],
};
const ingress = (value: string) => ({
  '/apis/networking.k8s.io/v1': INGRESSES,
  [`${CUSTOM}/ingresses.networking.k8s.io/main/hits`]: items(['main', value]),
});
const external = (...values: string[]) => ({
  '/apis/external.metrics.k8s.io/v1beta1/namespaces/default/queue': { items: values.map((value) => ({ value })) },
});

test.each([
  {
    given: 'a metric of its pods',
    metric: rps('10'),
    served: { [`${CUSTOM}/pods/*/rps`]: items(['web-0', '18'], ['web-1', '22']) },
    size: 4,
    name: 'pods metric rps',
    current: { pods: { current: { averageValue: '20' } } },
  },
  {
    given: 'a metric of its pods in thousandths',
    metric: rps('500m'),
    served: { [`${CUSTOM}/pods/*/rps`]: items(['web-0', '900m'], ['web-1', '600m']) },
    size: 3,
    name: 'pods metric rps',
    current: { pods: { current: { averageValue: '750m' } } },
  },
  {
    given: 'a value of an object',
    metric: hits({ type: 'Value', value: '1k' }),
    served: ingress('1500'),
    size: 3,
    name: 'Ingress metric hits',
    current: { object: { current: { value: '1500' } } },
  },
  {
    given: 'an average value of an object',
    metric: hits({ type: 'AverageValue', averageValue: '100' }),
    served: ingress('350'),
    size: 4,
    name: 'external metric hits(nil)',
    current: { object: { current: { averageValue: '175' } } },
  },
  {
    given: 'an external value',
    metric: queue({ type: 'Value', value: '30' }),
    served: external('40', '20'),
    size: 4,
    name: 'external metric queue(nil)',
    current: { external: { current: { value: '60' } } },
  },
  {
    given: 'an external average value',
    metric: queue({ type: 'AverageValue', averageValue: '30' }),
    served: external('90'),
    size: 3,
    name: 'external metric queue(nil)',
    current: { external: { current: { averageValue: '45' } } },
  },
])('$given scales two pods to $size', async ({ metric, served, size, name, current }) => {
  const { cluster, hpa } = world([metric], { served });
  await cluster.advance(20_000);
  expect(hpa().status?.desiredReplicas).toBe(size);
  expect(hpa().status?.currentMetrics?.[0]).toMatchObject({ type: metric.type, ...current });
  expect(cluster.events).toEqual([`Normal SuccessfulRescale HorizontalPodAutoscaler/web: New size: ${size}; reason: ${name} above target`]);
});

test.each([
  {
    given: 'nobody serves custom metrics',
    metric: rps('10'),
    reason: 'FailedGetPodsMetric',
    message:
      'unable to get metric rps: unable to fetch metrics from custom metrics API: no custom metrics API (custom.metrics.k8s.io) registered',
    summary: 'failed to get pods metric value: ',
  },
  {
    given: 'nobody serves custom metrics of an object',
    metric: hits({ type: 'Value', value: '1' }),
    served: { '/apis/networking.k8s.io/v1': INGRESSES },
    reason: 'FailedGetObjectMetric',
    message:
      'unable to get metric hits: Ingress on default main/unable to fetch metrics from custom metrics API: no custom metrics API (custom.metrics.k8s.io) registered',
    summary: 'failed to get object metric value: ',
  },
  {
    given: 'nobody serves external metrics',
    metric: queue({ type: 'AverageValue', averageValue: '1' }),
    reason: 'FailedGetExternalMetric',
    message:
      'unable to get external metric default/queue/nil: unable to fetch metrics from external metrics API: the server could not find the requested resource (get queue.external.metrics.k8s.io)',
    summary: 'failed to get queue external metric value: failed to get queue external metric: ',
  },
])('when $given, condition and events say so and the size stays', async ({ metric, served, reason, message, summary }) => {
  const { cluster, hpa } = world([metric], served ? { served } : {});
  await cluster.advance(20_000);
  expect(hpa().status?.conditions?.find(({ type }) => type === 'ScalingActive')).toMatchObject({
    status: 'False',
    reason,
    message: `the HPA was unable to compute the replica count: ${message}`,
  });
  expect(cluster.events).toEqual([
    `Warning ${reason} HorizontalPodAutoscaler/web: ${message}`,
    `Warning FailedComputeMetricsReplicas HorizontalPodAutoscaler/web: invalid metrics (1 invalid out of 1), first error is: ${summary}${message}`,
  ]);
  await cluster.advance(3_600_000);
  expect(cluster.wakeUps.size, 'it rests until somebody registers the API').toBe(0);
});

test('one metric of two that cannot be had does not keep the other from growing the target', async () => {
  const { cluster, hpa } = world([rps('10'), queue({ type: 'Value', value: '30' })], { served: external('60') });
  await cluster.advance(20_000);
  expect(hpa().status).toMatchObject({ desiredReplicas: 4, currentMetrics: [{ type: '' }, { type: 'External' }] });
});

test('but keeps it from shrinking', async () => {
  const { cluster, hpa } = world([rps('10'), queue({ type: 'Value', value: '30' })], { size: 4, served: external('1') });
  await cluster.advance(20_000);
  expect(hpa().status?.desiredReplicas).toBe(0);
  expect(cluster.events.at(-1)).toMatch(
    'invalid metrics (1 invalid out of 2), first error is: failed to get pods metric value: unable to get metric rps',
  );
});

test('two autoscalers of the same pods stop each other, and say so', async () => {
  const served = { [`${CUSTOM}/pods/*/rps`]: items(['web-0', '18'], ['web-1', '22']) };
  const { cluster, hpa } = world([rps('10')], { served });
  cluster.create(HorizontalPodAutoscaler, { metadata: { ...key, name: 'web-too' }, spec: hpa().spec });
  await cluster.advance(20_000);
  const message = 'pods by selector app=web are controlled by multiple HPAs: [{web default} {web-too default}]';
  for (const one of cluster.list(HorizontalPodAutoscaler) as HorizontalPodAutoscaler[]) {
    expect(one.status?.conditions?.find(({ type }) => type === 'ScalingActive')).toMatchObject({ reason: 'AmbiguousSelector', message });
  }
  expect((cluster.list(Deployment)[0] as Deployment).spec.replicas).toBe(2);
});

test.each([
  { tolerance: '0.6', desired: 2 },
  { tolerance: '0.4', desired: 3 },
])('a tolerance of $tolerance upwards takes one and a half times the target for $desired pods', async ({ tolerance, desired }) => {
  const policies = [{ type: 'Percent', value: 100, periodSeconds: 15 }];
  const behavior = {
    scaleUp: { tolerance, policies, selectPolicy: 'Max', stabilizationWindowSeconds: 0 },
    scaleDown: { policies, selectPolicy: 'Max' },
  };
  const { cluster, hpa } = world([queue({ type: 'Value', value: '30' })], { served: external('45'), spec: { behavior } });
  await cluster.advance(20_000);
  expect(hpa().status?.desiredReplicas).toBe(desired);
});

test('an autoscaler of a kind that there is not', async () => {
  const { cluster } = world([], { spec: { scaleTargetRef: { apiVersion: 'example.com/v1', kind: 'Foo', name: 'x' } } });
  await cluster.advance(20_000);
  expect(cluster.events).toEqual(['Warning FailedGetScale HorizontalPodAutoscaler/web: no matches for kind "Foo" in group "example.com"']);
});

test('a selector reads in messages as Go prints it', () => {
  expect(selectorForm({ matchLabels: { q: 'a' }, matchExpressions: [{ key: 'k', operator: 'In', values: ['x', 'y'] }] })).toBe(
    '&LabelSelector{MatchLabels:map[string]string{q: a,},MatchExpressions:[]LabelSelectorRequirement{LabelSelectorRequirement{Key:k,Operator:In,Values:[x y],},},}',
  );
});
