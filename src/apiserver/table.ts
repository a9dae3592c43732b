// Plays the server's table conversion: objects as rows of a meta.k8s.io/v1 Table.
import type { Column } from '../api/kind.ts';
import type { Instant } from '../machinery/clock.ts';
import type { KubeObject } from '../machinery/object.ts';
import { columnName } from './column-names.ts';
import { partialMetadata } from './partial-metadata.ts';
import type { Resource } from './resource.ts';

export type IncludeObject = 'None' | 'Metadata' | 'Object';

export interface TableRow {
  cells: readonly unknown[];
  object?: unknown;
  conditions?: readonly { type: string; status: string; reason?: string; message?: string }[];
}

export interface Table {
  kind: 'Table';
  apiVersion: 'meta.k8s.io/v1';
  metadata: Record<string, unknown>;
  columnDefinitions: readonly { name: string; type: string; format: string; description: string; priority: number }[];
  rows: readonly TableRow[];
}

/** Kinds without columns of their own show name and creation. */
const DEFAULT_COLUMNS: readonly Column<KubeObject>[] = [
  { header: 'Name', format: 'name', cell: (object) => object.metadata.name },
  { header: 'Created At', type: 'date', cell: (object) => object.metadata.creationTimestamp },
];

export function tableOf(
  resource: Resource,
  objects: readonly KubeObject[],
  metadata: Record<string, unknown>,
  include: IncludeObject,
  now: Instant,
): Table {
  const columns = resource.kind.strategy.columns ?? DEFAULT_COLUMNS;
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: columns.map(({ header, type = 'string', format = '', wide }) => ({
      name: resource.custom ? header : columnName(header),
      type,
      format: format || (header.toLowerCase() === 'name' ? 'name' : ''),
      description: '',
      priority: wide ? 1 : 0,
    })),
    rows: objects.map(rowMaker(resource, include, now)),
  };
}

export function rowMaker(resource: Resource, include: IncludeObject, now: Instant): (object: KubeObject) => TableRow {
  const columns = resource.kind.strategy.columns ?? DEFAULT_COLUMNS;
  return (object) => rowOf(resource, columns, object, include, now);
}

function rowOf(
  resource: Resource,
  columns: readonly Column<KubeObject>[],
  object: KubeObject,
  include: IncludeObject,
  now: Instant,
): TableRow {
  const cells = columns.map(({ cell }) => cell(object, now) ?? null);
  const completed = resource.kind.resource === 'pods' ? completedCondition(object) : undefined;
  return {
    cells,
    ...(completed ? { conditions: [completed] } : {}),
    ...(include === 'None' ? {} : { object: include === 'Object' ? object : partialMetadata(object) }),
  };
}

function completedCondition(pod: KubeObject): NonNullable<TableRow['conditions']>[number] | undefined {
  const { phase } = (pod.status ?? {}) as { phase?: string };
  if (phase === 'Succeeded') {
    return { type: 'Completed', status: 'True', reason: 'Succeeded', message: 'The pod has completed successfully.' };
  }
  if (phase === 'Failed') return { type: 'Completed', status: 'True', reason: 'Failed', message: 'The pod failed.' };
  return undefined;
}
