// `top node`: what nodes use, and how much of what they have that is.
import type { Node } from '../../../api/core/node.ts';
import type { KubeObject } from '../../../machinery/object.ts';
import { milliValue, value } from '../../../machinery/quantity.ts';
import { getObject, listObjects } from '../../rest.ts';
import { defineVerb, KubectlError } from '../../verb.ts';
import { amountOf, cpuText, lines, memoryText, metricsOf, sorted, sortKey } from './usage.ts';

type NodeMetrics = KubeObject & { usage: { cpu: string; memory: string } };

export const topNode = defineVerb({
  short: 'Show what nodes use',
  examples: [
    { about: 'All nodes', command: 'kubectl top node' },
    { about: 'The busiest first', command: 'kubectl top node --sort-by=cpu' },
  ],
  flags: {
    'sort-by': 'Most first: cpu or memory.',
    'show-capacity': 'Percentages of the capacity instead of what Pods may use.',
    'no-headers': 'Leave out the line of headers.',
    'use-protocol-buffers': 'Accepted; makes no difference.',
  },
  async run(context) {
    const { args, flags, mapper } = context;
    const key = sortKey(context);
    const [name] = args;
    if (args.length > 1) throw new KubectlError('node [NAME | -l label]', { usage: true });
    if (name && flags.string('selector')) throw new KubectlError('only one of NAME or --selector can be provided');
    const query = { labelSelector: flags.string('selector') || undefined };
    const metrics = await metricsOf<NodeMetrics>(context, 'nodes', name, query);
    if (metrics.length === 0) throw new KubectlError('metrics not available yet');
    const mapping = await mapper.byResource('nodes');
    const nodes = (
      name ? [await getObject(context, mapping, undefined, name)] : await listObjects(context, mapping, undefined, query)
    ) as Node[];
    const measured = metrics.map(({ metadata, usage }) => ({ name: metadata.name, amount: amountOf(usage) }));
    const rows = sorted(measured, key).map(({ name: node, amount }) => {
      const status = nodes.find(({ metadata }) => metadata.name === node)?.status;
      const all = (flags.bool('show-capacity') ? status?.capacity : status?.allocatable) ?? {};
      const share = (used: number, of: number): string => `${Math.floor((used * 100) / of)}%`;
      const memory = share(amount.memory, value(all.memory ?? '1'));
      return [node, cpuText(amount), share(amount.cpu, milliValue(all.cpu ?? '1')), memoryText(amount), memory];
    });
    const silent = nodes.filter(({ metadata }) => !metrics.some((each) => each.metadata.name === metadata.name));
    const unknown = silent.map(({ metadata }) => [metadata.name, ...Array<string>(4).fill('<unknown>')]);
    const header = ['NAME', 'CPU(cores)', 'CPU(%)', 'MEMORY(bytes)', 'MEMORY(%)'];
    context.write(lines([...(flags.bool('no-headers') ? [] : [header]), ...rows, ...unknown]));
    return 0;
  },
});
