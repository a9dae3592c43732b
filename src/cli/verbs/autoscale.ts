// `autoscale`.
import { recorded } from '../change-cause.ts';
import { dryRunOf, writeOptions } from '../dry-run.ts';
import { eachTarget } from '../each-target.ts';
import { resultPrinter } from '../print-result.ts';
import { createObject, type Draft } from '../rest.ts';
import { defineVerb, KubectlError } from '../verb.ts';

const SCALABLE = ['Deployment', 'ReplicaSet', 'StatefulSet', 'ReplicationController'];

export const autoscale = defineVerb({
  short: 'Make an autoscaler for a workload',
  examples: [
    { about: 'Two to five Pods at 70% of their CPU requests', command: 'kubectl autoscale deployment web --min=2 --max=5 --cpu=70%' },
  ],
  flags: {
    min: 'At least so many Pods; the server decides when it is negative.',
    max: 'At most so many Pods.',
    cpu: 'Target for CPU: 70%, 500m.',
    memory: 'Target for memory: 80%, 200Mi.',
    name: 'Name of the autoscaler; that of the workload when it is left out.',
  },
  async run(context) {
    const { flags } = context;
    const [min, max] = [flags.int('min'), flags.int('max')];
    if (max < 1) throw new KubectlError(`--max=MAXPODS is required and must be at least 1, max: ${max}`);
    if (max < min) throw new KubectlError(`--max=MAXPODS must be larger or equal to --min=MINPODS, max: ${max}, min: ${min}`);
    const percent = flags.given('cpu-percent') && flags.int('cpu-percent') >= 0 ? `${flags.int('cpu-percent')}%` : '';
    const metrics = [metric('cpu', flags.string('cpu') || percent, 'm'), metric('memory', flags.string('memory'), 'Mi')].filter(
      (one) => one !== undefined,
    );
    const dryRun = dryRunOf(context);
    const print = await resultPrinter(context, { dryRun });
    const autoscalers = await context.mapper.byResource('horizontalpodautoscalers.autoscaling');
    const count = await eachTarget(
      context,
      { files: true, args: context.args, fetch: true, enforceNamespace: true },
      async ({ mapping, name, object }) => {
        if (!SCALABLE.includes(mapping.kind))
          throw new KubectlError(`cannot autoscale a ${mapping.kind}: selector for ${mapping.kind} not implemented`);
        const draft: Draft = recorded<Draft>(context, {
          kind: 'HorizontalPodAutoscaler',
          apiVersion: 'autoscaling/v2',
          metadata: { name: flags.string('name') || name, ...(context.namespaceGiven ? { namespace: context.namespace } : {}) },
          spec: {
            scaleTargetRef: { kind: mapping.kind, name, apiVersion: object?.apiVersion ?? '' },
            ...(min > 0 ? { minReplicas: min } : {}),
            maxReplicas: max,
            ...(metrics.length > 0 ? { metrics } : {}),
          },
          status: { desiredReplicas: 0, currentMetrics: null },
        });
        const result =
          dryRun === 'client' ? draft : await createObject(context, autoscalers, context.namespace, draft, writeOptions(context, dryRun));
        await print(autoscalers, result, 'autoscaled');
      },
    );
    if (count === 0) throw new KubectlError('no objects passed to autoscale');
    return 0;
  },
});

/** `70%` is a share of the requests, everything else an amount; a bare number gets the usual unit. */
function metric(name: string, text: string, unit: string): object | undefined {
  if (!text) return undefined;
  const target = text.endsWith('%')
    ? { type: 'Utilization', averageUtilization: Number(text.slice(0, -1)) }
    : { type: 'AverageValue', averageValue: /^\d+$/.test(text) ? text + unit : text };
  return { type: 'Resource', resource: { name, target } };
}
