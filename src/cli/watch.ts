// `get --watch`: what is, then every change from the list's revision on, for as long as anybody looks.
import { isNotFound, type Status, StatusError } from '../machinery/status.ts';
import { type Table, TablePrinter, type TableRow } from './printers/table.ts';
import type { Requested } from './requested.ts';
import { send } from './rest.ts';
import { pathOf, queryFor, selectorProblem, shownTable, TABLE, tableOptions } from './table-request.ts';
import { KubectlError, type VerbContext } from './verb.ts';

interface Change {
  event: string;
  row: TableRow;
}

export async function watch(
  context: VerbContext,
  requested: readonly Requested[],
  printer: { print(object: unknown): void } | undefined,
): Promise<number> {
  const { flags } = context;
  const [request] = requested;
  if (!request || requested.length > 1) {
    throw new KubectlError(
      new Set(requested.map(({ mapping }) => mapping)).size > 1
        ? 'you may only specify a single resource type'
        : `watch is only supported on individual resources and resource collections - ${requested.length} resources were found`,
    );
  }
  const limit = flags.given('request-timeout') ? flags.duration('request-timeout') : 0;
  let table: Table;
  try {
    table = await look(context, request);
  } catch (error) {
    if (flags.bool('ignore-not-found') && isNotFound(error)) return 0;
    throw error;
  }
  const print = printRows(context, request, printer);
  if (!flags.bool('watch-only'))
    print(
      table,
      (table.rows ?? []).map((row) => ({ event: 'ADDED', row })),
    );

  const { events } = await context.client.request({
    method: 'GET',
    path: pathOf(context, { ...request, name: undefined }),
    query: {
      ...queryFor(context, request),
      ...(request.name === undefined ? {} : { fieldSelector: `metadata.name=${request.name}` }),
      includeObject: 'Object',
      watch: 'true',
      resourceVersion: (table as { metadata?: { resourceVersion?: string } }).metadata?.resourceVersion,
      timeoutSeconds: limit === 0 ? undefined : String(Math.max(1, Math.round(limit / 1000))),
    },
    accept: TABLE,
  });
  for await (const { type, object } of events ?? []) {
    if (type === 'ERROR') throw new StatusError(object as Status);
    if (type === 'BOOKMARK') continue;
    const change = shownTable(context, object as Table);
    print(
      { ...table, ...change },
      (change.rows ?? []).map((row) => ({ event: type, row })),
    );
  }
  return 0;
}

async function look(context: VerbContext, request: Requested): Promise<Table> {
  try {
    const query = { ...queryFor(context, request), includeObject: 'Object' };
    return shownTable(context, (await send(context, { method: 'GET', path: pathOf(context, request), query, accept: TABLE })) as Table);
  } catch (error) {
    throw selectorProblem(error, context, request);
  }
}

function printRows(
  context: VerbContext,
  request: Requested,
  printer: { print(object: unknown): void } | undefined,
): (table: Table, changes: readonly Change[]) => void {
  const tables = new TablePrinter(tableOptions(context, request, false));
  const withEvents = context.flags.bool('output-watch-events');
  return (table, changes) => {
    if (!printer && !withEvents) {
      context.write(tables.print({ ...table, rows: changes.map(({ row }) => row) }));
      return;
    }
    for (const { event, row } of changes) {
      if (!printer) context.write(tables.print({ ...table, rows: [row] }, event));
      else printer.print(withEvents ? { object: row.object, type: event } : row.object);
    }
  };
}
