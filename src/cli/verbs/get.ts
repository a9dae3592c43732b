// `get`: objects as a table, or in whatever form `-o` asks for. Watching is in ../watch.ts.
import type { KubeObject } from '../../machinery/object.ts';
import { isNotFound } from '../../machinery/status.ts';
import { throwAll } from '../each-target.ts';
import { printerFor } from '../printers/index.ts';
import { type Table, TablePrinter, type TableRow } from '../printers/table.ts';
import { type Requested, requestedBy } from '../requested.ts';
import type { Info } from '../resources/builder.ts';
import { send } from '../rest.ts';
import { hasSelector, pathOf, queryFor, selectorProblem, shownTable, TABLE, tableOptions } from '../table-request.ts';
import { defineVerb, KubectlError, type VerbContext } from '../verb.ts';

export const get = defineVerb({
  short: 'List one or many resources',
  examples: [
    { about: 'All Pods of the namespace', command: 'kubectl get pods' },
    { about: 'With addresses and nodes', command: 'kubectl get pods -o wide' },
    { about: 'One object as YAML', command: 'kubectl get deployment web -o yaml' },
    { about: 'One field', command: "kubectl get pod web -o jsonpath='{.status.podIP}'" },
    { about: 'Several types in all namespaces', command: 'kubectl get deployments,services -A' },
  ],
  flags: {
    'field-selector': 'Only objects whose fields match.',
    'ignore-not-found': 'A missing object is no error.',
    'label-columns': 'Labels to show as columns.',
    'no-headers': 'Leave out the header line.',
    'show-kind': 'Put the type before each name.',
    'show-labels': 'Add a column of all labels.',
    'sort-by': 'Sort by this JSONPath.',
    raw: 'Ask this path of the server.',
    subresource: 'Ask for a subresource: status, scale or resize.',
    watch: 'Show what is, then what changes.',
    'watch-only': 'Show only what changes.',
  },
  async run(context) {
    const { flags, args } = context;
    if (flags.string('raw')) return getRaw(context);
    const fromFiles = flags.list('filename').length > 0 || flags.string('kustomize') !== '';
    if (args.length === 0 && !fromFiles) {
      context.err(
        'You must specify the type of resource to get. Use "kubectl api-resources" for a complete list of supported resources.\n',
      );
      throw new KubectlError(
        'Required resource not specified.\nUse "kubectl explain <resource>" for a detailed description of that resource (e.g. kubectl explain pods).',
        { usage: true },
      );
    }
    const output = flags.string('output');
    const human = (output === '' && !flags.string('template')) || output === 'wide';
    if (flags.bool('show-labels') && !human)
      throw new KubectlError('--show-labels option cannot be used with any output format other than the default or wide', { bare: false });
    const printer = human ? undefined : await printerFor(context, { tables: true });
    const requested = fromFiles
      ? await fromManifests(context)
      : await requestedBy(context, { allNamespaces: flags.bool('all-namespaces'), selecting: hasSelector(context) });
    if (flags.bool('watch') || flags.bool('watch-only')) {
      const { watch } = await import('../watch.ts');
      return watch(context, requested, printer);
    }
    if (printer) await printObjects(context, requested, printer);
    else await printTables(context, requested);
    return 0;
  },
});

async function getRaw(context: VerbContext): Promise<number> {
  if (context.args.length > 0) throw new KubectlError('arguments may not be passed when --raw is specified');
  if (context.flags.string('output')) throw new KubectlError('--raw and --output are mutually exclusive');
  const [path = '', search = ''] = context.flags.string('raw').split('?');
  if (!path.startsWith('/')) throw new KubectlError(`parse ${JSON.stringify(path)}: invalid URI for request`);
  const query = Object.fromEntries(new URLSearchParams(search));
  const body = await send(context, { method: 'GET', path, query });
  context.write(typeof body === 'string' ? body : `${JSON.stringify(body)}\n`);
  return 0;
}

async function fromManifests(context: VerbContext): Promise<Requested[]> {
  const infos: Info[] = [];
  const errors: Error[] = [];
  for await (const { info, error } of context.builder().visit({ files: true, enforceNamespace: true })) {
    if (error) errors.push(error);
    else infos.push(info);
  }
  // What goes wrong on the way is a list of errors, even when it is one.
  if (errors.length > 0) throw new AggregateError(errors);
  return infos.map(({ mapping, namespace, name }) => ({ mapping, namespace: mapping.namespaced ? namespace : undefined, name }));
}

/** Follows `continue` as long as the server cuts lists. */
async function answerTo(context: VerbContext, request: Requested, accept: string | undefined): Promise<unknown> {
  const sorting = context.flags.string('sort-by') !== '';
  const query = { ...queryFor(context, request), ...(accept && sorting ? { includeObject: 'Object' } : {}) };
  try {
    return await send(context, { method: 'GET', path: pathOf(context, request), query, ...(accept ? { accept } : {}) });
  } catch (error) {
    throw selectorProblem(error, context, request);
  }
}

async function printTables(context: VerbContext, requested: readonly Requested[]): Promise<void> {
  const { flags } = context;
  const errors: unknown[] = [];
  const sortBy = flags.string('sort-by');
  const groups: { request: Requested; table: Table; rows: readonly TableRow[] }[] = [];
  for (const request of requested) {
    try {
      const table = shownTable(context, (await answerTo(context, request, TABLE)) as Table);
      const last = groups.at(-1);
      const rows = table.rows ?? [];
      if (last && last.request.mapping === request.mapping) last.rows = last.rows.concat(rows);
      else groups.push({ request, table, rows });
    } catch (error) {
      if (!(flags.bool('ignore-not-found') && isNotFound(error))) errors.push(error);
    }
  }
  if (sortBy) {
    const { sortBy: sorted } = await import('../printers/sort.ts');
    for (const group of groups) {
      try {
        group.rows = sorted(group.rows, sortBy, (row) => row.object);
      } catch (error) {
        // kubectl loses the rows of a lone list that it cannot sort, and says nothing of why; a lone row needs no sorting.
        if (requested.length > 1) throw error;
        if (group.rows.length > 1) group.rows = [];
      }
    }
  }
  const several = new Set(requested.map(({ mapping }) => mapping)).size > 1;
  const tables = groups
    .filter(({ rows }) => rows.length > 0)
    .map(({ request, table, rows }) => new TablePrinter(tableOptions(context, request, several)).print({ ...table, rows }));
  // Tables of different types stand apart, each with widths of its own.
  context.write(tables.join('\n'));
  if (tables.length === 0 && errors.length === 0 && !flags.bool('ignore-not-found')) context.err(nothingFound(context, requested));
  throwAll(errors);
}

function nothingFound(context: VerbContext, requested: readonly Requested[]): string {
  const namespaced = !context.flags.bool('all-namespaces') && requested.every(({ mapping }) => mapping.namespaced);
  return namespaced ? `No resources found in ${context.namespace} namespace.` : 'No resources found';
}

async function printObjects(
  context: VerbContext,
  requested: readonly Requested[],
  printer: { print(object: unknown): void },
): Promise<void> {
  const { flags } = context;
  const errors: unknown[] = [];
  let objects: KubeObject[] = [];
  for (const request of requested) {
    try {
      const answer = (await answerTo(context, request, undefined)) as KubeObject & { items?: KubeObject[] | null };
      if (request.name === undefined) objects = objects.concat(typedItems(answer));
      else objects.push(answer);
    } catch (error) {
      if (!(flags.bool('ignore-not-found') && isNotFound(error))) errors.push(error);
    }
  }
  if (flags.string('sort-by')) objects = (await import('../printers/sort.ts')).sortBy(objects, flags.string('sort-by'), (object) => object);
  const single = requested.length === 1 && requested[0]?.name !== undefined;
  const [first] = objects;
  if (single && first) printer.print(first);
  else if (!single && (objects.length > 0 || errors.length === 0))
    printer.print({ apiVersion: 'v1', items: objects, kind: 'List', metadata: { resourceVersion: '' } });
  throwAll(errors);
}

function typedItems(list: { apiVersion: string; kind: string; items?: KubeObject[] | null }): KubeObject[] {
  return (list.items ?? []).map((item) =>
    item.kind ? item : ({ ...item, apiVersion: list.apiVersion, kind: list.kind.replace(/List$/, '') } as KubeObject),
  );
}
