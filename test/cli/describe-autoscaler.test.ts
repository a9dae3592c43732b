// What kubectl describe says of an autoscaler's metrics and behavior, kind by kind.
import { expect, test } from 'vitest';
import { describeHorizontalPodAutoscaler } from '../../src/cli/describers/policy.ts';

const around = { events: async () => [], now: () => 0 } as unknown as Parameters<typeof describeHorizontalPodAutoscaler>[1];

async function lines(spec: object, currentMetrics: object[] = []): Promise<string[]> {
  const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };
  const hpa = { metadata: { name: 'web' }, spec: { scaleTargetRef, maxReplicas: 3, ...spec }, status: { currentMetrics } };
  const text = await describeHorizontalPodAutoscaler(hpa as never, around);
  return text.split('\n').map((line) => line.replace(/(\S) {2,}/g, '$1  ').trimEnd());
}

const main = { kind: 'Ingress', name: 'main' };
test.each([
  {
    metric: { type: 'Pods', pods: { metric: { name: 'rps' }, target: { averageValue: '10' } } },
    status: { pods: { current: { averageValue: '7' } } },
    known: '  "rps" on pods:  7 / 10',
    unknown: '  "rps" on pods:  <unknown> / 10',
  },
  {
    metric: { type: 'Object', object: { metric: { name: 'hits' }, describedObject: main, target: { value: '1k' } } },
    status: { object: { current: { value: '300' } } },
    known: '  "hits" on Ingress/main (target value):  300 / 1k',
    unknown: '  "hits" on Ingress/main (target value):  <unknown> / 1k',
  },
  {
    metric: { type: 'External', external: { metric: { name: 'queue' }, target: { averageValue: '30' } } },
    status: { external: { current: { averageValue: '45' } } },
    known: '  "queue" (target average value):  45 / 30',
    unknown: '  "queue" (target average value):  <unknown> / 30',
  },
  {
    metric: { type: 'ContainerResource', containerResource: { name: 'cpu', container: 'app', target: { averageUtilization: 50 } } },
    status: { containerResource: { current: { averageUtilization: 20, averageValue: '40m' } } },
    known: '  resource cpu of container "app" on pods  (as a percentage of request):  20% (40m) / 50%',
    unknown: '  resource cpu of container "app" on pods  (as a percentage of request):  <unknown> / 50%',
  },
  {
    metric: { type: 'Resource', resource: { name: 'memory', target: { averageValue: '50Mi' } } },
    status: { resource: { current: { averageValue: '33738752' } } },
    known: '  resource memory on pods:  33738752 / 50Mi',
    unknown: '  resource memory on pods:  <unknown> / 50Mi',
  },
])('a metric of type $metric.type', async ({ metric, status, known, unknown }) => {
  expect(await lines({ metrics: [metric] }, [status])).toContain(known);
  expect(await lines({ metrics: [metric] }, [{ type: '' }])).toContain(unknown);
});

test('its behavior', async () => {
  const scaleUp = { stabilizationWindowSeconds: 0, selectPolicy: 'Max', policies: [{ type: 'Pods', value: 4, periodSeconds: 15 }] };
  const all = await lines({ behavior: { scaleUp, scaleDown: { selectPolicy: 'Disabled' } } });
  const from = all.indexOf('Behavior:');
  expect(all.slice(from, from + 7)).toEqual([
    'Behavior:',
    '  Scale Up:',
    '    Stabilization Window: 0 seconds',
    '    Select Policy: Max',
    '    Policies:',
    expect.stringMatching(/^ {6}- Type: Pods +Value: 4 +Period: 15 seconds$/),
    '  Scale Down:',
  ]);
});
