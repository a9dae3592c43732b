// The requests of `get`: path, selectors, and how their tables look.
import { ageOf } from '../machinery/age.ts';
import { StatusError } from '../machinery/status.ts';
import type { Table, TableOptions } from './printers/table.ts';
import type { Requested } from './requested.ts';
import { nameOf, resourcePath } from './resources/mapper.ts';
import type { Query } from './rest.ts';
import type { VerbContext } from './verb.ts';

/** Asks for a table; a server that knows none sends the objects. */
export const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json';

/** `--server-print=false`: names and ages, which any object has. */
export function shownTable({ flags, now }: VerbContext, table: Table): Table {
  if (!flags.given('server-print') || flags.bool('server-print')) return table;
  return {
    ...table,
    columnDefinitions: [{ name: 'Name' }, { name: 'Age' }],
    rows: (table.rows ?? []).map((row) => ({
      ...row,
      cells: [row.object?.metadata?.name ?? '', ageOf(row.object?.metadata?.creationTimestamp, now())],
    })),
  };
}

export const hasSelector = ({ flags }: VerbContext): boolean => flags.string('selector') !== '' || flags.string('field-selector') !== '';

export function queryFor(context: VerbContext, { name }: Requested): Query {
  const { flags } = context;
  if (name !== undefined) return {};
  return { labelSelector: flags.string('selector') || undefined, fieldSelector: flags.string('field-selector') || undefined };
}

export const pathOf = ({ flags }: VerbContext, { mapping, namespace, name }: Requested): string =>
  resourcePath(mapping, namespace, name, flags.string('subresource') || undefined);

/** The server's BadRequest about selectors names the resource, in cli-runtime's words. */
export function selectorProblem(error: unknown, context: VerbContext, { mapping, name }: Requested): unknown {
  if (!(error instanceof StatusError) || error.reason !== 'BadRequest' || name !== undefined || !hasSelector(context)) return error;
  const { flags } = context;
  const what = `Unable to find "${mapping.group}/${mapping.version}, Resource=${mapping.resource}" that match label selector "${flags.string('selector')}", field selector "${flags.string('field-selector')}"`;
  return new StatusError({ ...error.status, message: `${what}: ${error.message}` });
}

export function tableOptions({ flags }: VerbContext, { mapping }: Requested, several: boolean): TableOptions {
  return {
    wide: flags.string('output') === 'wide',
    noHeaders: flags.bool('no-headers'),
    withNamespace: flags.bool('all-namespaces') && mapping.namespaced,
    ...(flags.bool('show-kind') || several ? { kindPrefix: nameOf(mapping) } : {}),
    labelColumns: flags.list('label-columns'),
    showLabels: flags.bool('show-labels'),
  };
}
