// Reads of many objects: selectors, pages, and which index can answer.
import type { KubeObject } from '../machinery/object.ts';
import { badRequest, gone } from '../machinery/status.ts';
import type { RequestInfo } from './request-info.ts';
import type { Resource } from './resource.ts';
import type { Selection } from './selection.ts';
import type { Entry, Storage } from './storage.ts';

export interface Page {
  entries: readonly Entry[];
  metadata: { resourceVersion: string; continue?: string; remainingItemCount?: number };
}

/** Pages are read from the current revision: the store keeps no old ones to list from. */
export function listPage(storage: Storage, info: RequestInfo, resource: Resource, selection: Selection): Page {
  const limit = Number(info.query.get('limit')) || 0;
  const token = info.query.get('continue');
  const after = token ? decodeContinue(token, resource) : undefined;
  const entries: Entry[] = [];
  let more = false;
  const all = selection.all || (selection.byIndexAlone === true && !after);
  for (const entry of candidates(storage, info, resource, selection, after)) {
    if (!all && !selection.matches(entry.value)) continue;
    if (limit > 0 && entries.length === limit) {
      more = true;
      break;
    }
    entries.push(entry);
  }
  const metadata: Page['metadata'] = { resourceVersion: String(storage.revision) };
  if (more) {
    const last = entries[entries.length - 1] as Entry;
    metadata.continue = encodeContinue(last.key.slice(resource.kind.etcdPrefix.length), storage.revision);
    if (selection.all) metadata.remainingItemCount = remaining(storage, info, resource, last.key);
  }
  return { entries, metadata };
}

function* candidates(
  storage: Storage,
  info: RequestInfo,
  resource: Resource,
  selection: Selection,
  after: string | undefined,
): Iterable<Entry> {
  const { namespace } = info;
  if (selection.index && !after) yield* storage.byIndex(resource, namespace, selection.index.by, selection.index.value);
  else if (selection.name !== undefined && !after && (namespace || !resource.namespaced)) {
    const entry = storage.get(resource, namespace, selection.name);
    if (entry) yield entry;
  } else yield* storage.range(resource, namespace, after);
}

function remaining(storage: Storage, info: RequestInfo, resource: Resource, after: string): number {
  let count = 0;
  for (const _ of storage.range(resource, info.namespace, after)) count++;
  return count;
}

function encodeContinue(start: string, revision: number): string {
  return Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: revision, start: `${start}\u0000` })).toString('base64url');
}

function decodeContinue(token: string, resource: Resource): string {
  let start: unknown;
  try {
    const parsed = JSON.parse(Buffer.from(token, 'base64url').toString('utf8')) as { v?: unknown; start?: unknown };
    if (parsed.v !== 'meta.k8s.io/v1') throw new Error('version');
    start = parsed.start;
  } catch {
    throw badRequest('continue key is not valid: illegal base64 data at input byte 0');
  }
  if (typeof start !== 'string' || start.includes('..'))
    throw gone('The provided continue parameter is too old to display a consistent list result.');
  return resource.kind.etcdPrefix + start.replace(/\u0000$/, '');
}

export function listObject(resource: Resource, items: readonly KubeObject[], metadata: Page['metadata']): Record<string, unknown> {
  return { kind: `${resource.kind.names.kind}List`, apiVersion: resource.apiVersion, metadata, items };
}
