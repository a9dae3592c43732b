// The last stage: an object or a list as the client asked for it, as itself, as a table, or as metadata alone.
import type { Instant } from '../machinery/clock.ts';
import type { ApiResponse } from '../machinery/http.ts';
import type { KubeObject } from '../machinery/object.ts';
import type { Call } from './call.ts';
import { listObject, type Page } from './listing.ts';
import { representation } from './negotiation.ts';
import { partialMetadata } from './partial-metadata.ts';
import type { RequestInfo } from './request-info.ts';
import { type IncludeObject, rowMaker, type TableRow, tableOf } from './table.ts';

/** One object, in an answer or an event. */
export function presented(call: Call, object: KubeObject, now: Instant): unknown {
  const { request, resource, info } = call;
  switch (representation(request.accept)) {
    case 'table':
      return tableOf(resource, [object], { resourceVersion: object.metadata.resourceVersion }, includeObject(info), now);
    case 'metadata':
      return partialMetadata(managed(call, object));
    default:
      return managed(call, object);
  }
}

/** For a list as a table: each object becomes its row at once, so that a long list need not be in memory. Undefined for other lists. */
export function rowsOf(
  { request, resource, info }: Call,
  now: Instant,
): { add(object: KubeObject): void; response(page: Page['metadata']): ApiResponse } | undefined {
  if (representation(request.accept) !== 'table') return undefined;
  const table = tableOf(resource, [], {}, includeObject(info), now);
  const row = rowMaker(resource, includeObject(info), now);
  const rows: TableRow[] = [];
  return {
    add: (object) => void rows.push(row(object)),
    response: (page) => ({ code: 200, body: { ...table, metadata: { ...page }, rows } }),
  };
}

export function presentedList(call: Call, objects: readonly KubeObject[], page: Page['metadata'], now: Instant): ApiResponse {
  const { request, resource, info } = call;
  switch (representation(request.accept)) {
    case 'table':
      return { code: 200, body: tableOf(resource, objects, { ...page }, includeObject(info), now) };
    case 'metadata': {
      const items = objects.map((object) => partialMetadata(managed(call, object)));
      return { code: 200, body: { kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1', metadata: page, items } };
    }
    default:
      return { code: 200, body: listObject(resource, call.withManagers ? objects.map((object) => managed(call, object)) : objects, page) };
  }
}

const managed = ({ withManagers, resource }: Call, object: KubeObject): KubeObject => withManagers?.(object, resource) ?? object;

function includeObject(info: RequestInfo): IncludeObject {
  const value = info.query.get('includeObject');
  return value === 'None' || value === 'Object' ? value : 'Metadata';
}
