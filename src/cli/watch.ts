// `get --watch`: what is, then every change, for as long as anybody looks. Each look lists anew and compares resource versions, so that
// no lock is held between looks and changes made by other processes are seen.
import type { KubeObject } from '../machinery/object.ts';
import { isNotFound } from '../machinery/status.ts';
import { type Table, TablePrinter, type TableRow } from './printers/table.ts';
import type { Requested } from './requested.ts';
import { send } from './rest.ts';
import { pathOf, queryFor, selectorProblem, TABLE, tableOptions } from './table-request.ts';
import { KubectlError, type VerbContext } from './verb.ts';

interface Seen {
  uid: string;
  version: string;
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
  const seen = new Map<string, Seen>();
  let table: Table;
  try {
    table = await look(context, request);
  } catch (error) {
    if (flags.bool('ignore-not-found') && isNotFound(error)) return 0;
    throw error;
  }
  const print = printRows(context, request, printer);
  const first = (table.rows ?? []).map((row) => ({ event: 'ADDED', row }));
  for (const { row } of first) remember(seen, row);
  if (!flags.bool('watch-only')) print(table, first);
  const started = context.now();
  while (limit === 0 || context.now() - started < limit) {
    await context.pass(limit === 0 ? undefined : limit - (context.now() - started));
    const next = await lookAgain(context, request, table);
    const changes = changesIn(seen, next.rows ?? []);
    table = next;
    if (changes.length > 0) print(table, changes);
  }
  return 0;
}

async function look(context: VerbContext, request: Requested): Promise<Table> {
  try {
    const query = { ...queryFor(context, request), includeObject: 'Object' };
    return (await send(context, { method: 'GET', path: pathOf(context, request), query, accept: TABLE })) as Table;
  } catch (error) {
    throw selectorProblem(error, context, request);
  }
}

/** A named object that went away is an empty table, not an error. */
async function lookAgain(context: VerbContext, request: Requested, last: Table): Promise<Table> {
  try {
    return await look(context, request);
  } catch (error) {
    if (isNotFound(error)) return { ...last, rows: [] };
    throw error;
  }
}

interface Change {
  event: string;
  row: TableRow;
}

function changesIn(seen: Map<string, Seen>, rows: readonly TableRow[]): Change[] {
  const changes: Change[] = [];
  const present = new Set<string>();
  for (const row of rows) {
    const { uid = '', resourceVersion = '' } = metadataOf(row);
    present.add(uid);
    const old = seen.get(uid);
    if (old?.version === resourceVersion) continue;
    changes.push({ event: old ? 'MODIFIED' : 'ADDED', row });
    remember(seen, row);
  }
  for (const [uid, { row }] of seen) {
    if (present.has(uid)) continue;
    seen.delete(uid);
    changes.push({ event: 'DELETED', row });
  }
  return changes.sort((a, b) => versionOf(a.row) - versionOf(b.row));
}

function remember(seen: Map<string, Seen>, row: TableRow): void {
  const { uid = '', resourceVersion: version = '' } = metadataOf(row);
  seen.set(uid, { uid, version, row });
}

const metadataOf = (row: TableRow): Partial<KubeObject['metadata']> => (row.object?.metadata ?? {}) as Partial<KubeObject['metadata']>;
const versionOf = (row: TableRow): number => Number(metadataOf(row).resourceVersion ?? 0);

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
