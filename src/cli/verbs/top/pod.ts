// `top pod`: what Pods use, or each of their containers.
import type { Pod } from '../../../api/core/pod.ts';
import { humanDuration } from '../../../machinery/age.ts';
import { parseTime } from '../../../machinery/clock.ts';
import type { KubeObject } from '../../../machinery/object.ts';
import { getObject, listObjects } from '../../rest.ts';
import { defineVerb, KubectlError, type VerbContext } from '../../verb.ts';
import { type Amount, amountOf, cpuText, lines, memoryText, metricsOf, sorted, sortKey, sumOf } from './usage.ts';

type PodMetrics = KubeObject & { containers: { name: string; usage: { cpu: string; memory: string } }[] };

export const topPod = defineVerb({
  short: 'Show what Pods use',
  examples: [
    { about: 'All of the namespace', command: 'kubectl top pod' },
    { about: 'Each container of one', command: 'kubectl top pod web --containers' },
    { about: 'The busiest of all namespaces', command: 'kubectl top pod -A --sort-by=cpu' },
  ],
  flags: {
    'all-namespaces': 'Pods of all namespaces.',
    containers: 'A line for each container.',
    'field-selector': 'Only Pods with these fields.',
    'no-headers': 'Leave out the line of headers.',
    'sort-by': 'Most first: cpu or memory.',
    sum: 'Add a line with the sum.',
    'use-protocol-buffers': 'Accepted; makes no difference.',
  },
  async run(context) {
    const { args, flags, namespace } = context;
    const key = sortKey(context);
    const [name] = args;
    if (args.length > 1) throw new KubectlError('pod [NAME | -l label]', { usage: true });
    if (name && flags.string('selector')) throw new KubectlError('only one of NAME or selector can be provided');
    const all = flags.bool('all-namespaces');
    const query = { labelSelector: flags.string('selector') || undefined, fieldSelector: flags.string('field-selector') || undefined };
    const metrics = await metricsOf<PodMetrics>(context, all ? 'pods' : `namespaces/${namespace}/pods`, name, query);
    if (metrics.length === 0) return nothing(context, all, name, query);
    context.write(lines(table(context, metrics, all, key)));
    return 0;
  },
});

function table({ flags }: VerbContext, metrics: readonly PodMetrics[], all: boolean, key: 'cpu' | 'memory' | undefined): string[][] {
  const pods = metrics.map(({ metadata, containers }) => {
    const each = containers.map(({ name, usage }) => ({ name, amount: amountOf(usage) }));
    return { name: `${metadata.namespace}/${metadata.name}`, metadata, each, amount: sumOf(each.map(({ amount }) => amount)) };
  });
  const perContainer = flags.bool('containers');
  const cells = (amount: Amount): string[] => [cpuText(amount), memoryText(amount)];
  const rows = sorted(pods, key).flatMap(({ metadata, each, amount }) => {
    const place = all ? [metadata.namespace ?? ''] : [];
    if (!perContainer) return [[...place, metadata.name, ...cells(amount)]];
    return sorted(each, key).map((container) => [...place, metadata.name, container.name, ...cells(container.amount)]);
  });
  const header = [...(all ? ['NAMESPACE'] : []), ...(perContainer ? ['POD', 'NAME'] : ['NAME']), 'CPU(cores)', 'MEMORY(bytes)'];
  const blank = Array<string>(header.length - 2).fill('');
  const sum = flags.bool('sum')
    ? [
        [...blank, '________', '________'],
        [...blank, ...cells(sumOf(pods.map(({ amount }) => amount)))],
      ]
    : [];
  return [...(flags.bool('no-headers') ? [] : [header]), ...rows, ...sum];
}

/** Says why there is nothing to show: no Pods, or none that has been measured yet. */
async function nothing(
  context: VerbContext,
  all: boolean,
  name: string | undefined,
  query: Record<string, string | undefined>,
): Promise<number> {
  const mapping = await context.mapper.byResource('pods');
  const namespace = all ? undefined : context.namespace;
  const pods = (
    name ? [await getObject(context, mapping, namespace, name)] : await listObjects(context, mapping, namespace, query)
  ) as Pod[];
  for (const { metadata } of pods) {
    const age = context.now() - parseTime(metadata.creationTimestamp);
    if (age > 120_000)
      throw new KubectlError(`Metrics not available for pod ${metadata.namespace}/${metadata.name}, age: ${humanDuration(age)}`);
  }
  if (pods.length > 0) throw new KubectlError('metrics not available yet');
  context.err(all ? 'No resources found' : `No resources found in ${context.namespace} namespace.`);
  return 0;
}
