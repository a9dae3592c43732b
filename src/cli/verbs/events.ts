// `events`: the events of a namespace or of one object, oldest first.
import type { CoreV1Event } from '../../api/generated/types.ts';
import { since } from '../describers/description.ts';
import { sortedByTime } from '../describers/events.ts';
import { type Printer, printerFor } from '../printers/index.ts';
import { align } from '../printers/table.ts';
import { resourcePath } from '../resources/mapper.ts';
import { type Query, send } from '../rest.ts';
import { defineVerb, KubectlError, type VerbContext } from '../verb.ts';

export const events = defineVerb({
  short: 'List events',
  examples: [
    { about: 'Of the namespace', command: 'kubectl events' },
    { about: 'Of one Pod', command: 'kubectl events --for pod/web' },
    { about: 'Only warnings', command: 'kubectl events --types=Warning' },
  ],
  flags: {
    for: 'Only those about this object: TYPE/NAME.',
    types: 'Only of these types: Normal, Warning.',
    'no-headers': 'Leave out the header line.',
    watch: 'Go on with what comes.',
  },
  async run(context) {
    const { flags } = context;
    const types = flags.list('types');
    if (types.some((type) => !['normal', 'warning'].includes(type.toLowerCase())))
      throw new KubectlError('valid --types are Normal or Warning');
    const printer = flags.string('output') ? await printerFor(context, {}) : undefined;
    const about = await subjectOf(context);
    const everywhere = flags.bool('all-namespaces');
    const namespace = everywhere ? undefined : context.namespace;
    const wanted = ({ type }: CoreV1Event): boolean => types.length === 0 || types.some((one) => one.toLowerCase() === type?.toLowerCase());
    const path = resourcePath(await context.mapper.byResource('events'), namespace);
    const list = (await send(context, { method: 'GET', path, query: about })) as {
      metadata?: { resourceVersion?: string };
      items?: CoreV1Event[];
    };
    const shown = sortedByTime(list.items ?? []).filter(wanted);
    if (flags.bool('watch'))
      return follow(context, path, { ...about, resourceVersion: list.metadata?.resourceVersion }, shown, wanted, printer);
    if (printer) {
      printer.print({ apiVersion: 'v1', items: shown, kind: 'List', metadata: { resourceVersion: '' } });
      return 0;
    }
    if (shown.length === 0) {
      context.err(everywhere ? 'No events found.' : `No events found in ${context.namespace} namespace.`);
      return 0;
    }
    const header = flags.bool('no-headers')
      ? []
      : [[...(everywhere ? ['NAMESPACE'] : []), 'LAST SEEN', 'TYPE', 'REASON', 'OBJECT', 'MESSAGE']];
    context.write(align([...header, ...shown.map((event) => row(event, context, everywhere))]));
    return 0;
  },
});

/** What is, then each event as it is written. Widths are those of what came first, and wider where they must be. */
async function follow(
  context: VerbContext,
  path: string,
  query: Query,
  first: readonly CoreV1Event[],
  wanted: (event: CoreV1Event) => boolean,
  printer: Printer | undefined,
): Promise<number> {
  const everywhere = context.flags.bool('all-namespaces');
  const header = [...(everywhere ? ['NAMESPACE'] : []), 'LAST SEEN', 'TYPE', 'REASON', 'OBJECT', 'MESSAGE'];
  const widths: number[] = [];
  const print = (rows: readonly (readonly string[])[]): void => {
    for (const cells of rows) for (const [i, cell] of cells.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length);
    for (const cells of rows)
      context.out(cells.map((cell, i) => (i === cells.length - 1 ? cell : cell.padEnd((widths[i] ?? 0) + 3))).join(''));
  };
  const typed = (event: CoreV1Event): object => ({ apiVersion: 'v1', kind: 'Event', ...event });
  if (printer) for (const event of first) printer.print(typed(event));
  else print([...(context.flags.bool('no-headers') ? [] : [header]), ...first.map((event) => row(event, context, everywhere))]);
  const { events = [] } = await context.client.request({ method: 'GET', path, query: { ...query, watch: 'true' } });
  for await (const { type, object } of events as AsyncIterable<{ type: string; object: unknown }>) {
    const event = object as CoreV1Event;
    if ((type !== 'ADDED' && type !== 'MODIFIED') || !wanted(event)) continue;
    if (printer) printer.print(typed(event));
    else print([row(event, context, everywhere)]);
  }
  return 0;
}

async function subjectOf(context: VerbContext): Promise<{ fieldSelector?: string }> {
  const text = context.flags.string('for');
  if (!text) return {};
  const [type = '', name = '', ...more] = text.split('/');
  if (more.length > 0) throw new KubectlError('arguments in resource/name form may not have more than one slash');
  if (!type || !name) throw new KubectlError('--for must be in resource/name form');
  const { kind } = await context.mapper.byResource(type);
  return { fieldSelector: `involvedObject.kind=${kind},involvedObject.name=${name}` };
}

function row(event: CoreV1Event, context: VerbContext, everywhere: boolean): string[] {
  const now = context.now();
  const first = since(event.eventTime ?? event.firstTimestamp, now);
  const times = event.series?.count ?? event.count ?? 1;
  const last = event.series ? event.series.lastObservedTime : event.lastTimestamp;
  const seen = times > 1 ? `${since(last, now)} (x${times} over ${first})` : first;
  const { kind = '', name = '' } = event.involvedObject;
  const message = (event.message ?? '').trim().split('\n')[0] ?? '';
  return [...(everywhere ? [event.metadata?.namespace ?? ''] : []), seen, event.type ?? '', event.reason ?? '', `${kind}/${name}`, message];
}
