// Reads of many objects: selectors, pages, and which index can answer.
import type { KubeObject } from '../machinery/object.ts';
import { badRequest, type FieldError, failure, gone, invalid, StatusError } from '../machinery/status.ts';
import type { RequestInfo } from './request-info.ts';
import type { Resource } from './resource.ts';
import type { Selection } from './selection.ts';
import type { Entry, Storage } from './storage.ts';

export interface Page {
  entries: readonly Entry[];
  metadata: { resourceVersion: string; continue?: string; remainingItemCount?: number };
}

/**
 * Later pages show what the first one saw, as long as the store remembers it.
 * @param visit gets each entry instead of the page, so that nobody has to keep them all
 */
export function listPage(
  storage: Storage,
  info: RequestInfo,
  resource: Resource,
  selection: Selection,
  visit?: (entry: Entry) => void,
): Page {
  const limit = integerOption(info, 'limit');
  integerOption(info, 'timeoutSeconds');
  const asked = askedRevision(info, storage.revision);
  const token = info.query.get('continue');
  const start = token ? decodeContinue(token, resource) : undefined;
  const revision = start ? start.revision : asked;
  const { byIndexAlone, index } = selection;
  if (byIndexAlone && index && !start && !limit && (revision === undefined || revision === storage.revision)) {
    const entries = storage.byIndex(resource, info.namespace, index.by, index.value);
    if (visit) for (const entry of entries) visit(entry);
    return { entries: visit ? [] : entries, metadata: { resourceVersion: String(storage.revision) } };
  }
  const entries: Entry[] = [];
  let count = 0;
  let last = '';
  let more = false;
  for (const entry of candidates(storage, info, resource, selection, revision, start?.after)) {
    if (!selection.all && !selection.matches(entry.value)) continue;
    if (limit > 0 && count === limit) {
      more = true;
      break;
    }
    count++;
    last = entry.key;
    if (visit) visit(entry);
    else entries.push(entry);
  }
  const shown = revision ?? storage.revision;
  const metadata: Page['metadata'] = { resourceVersion: String(shown) };
  if (more) {
    metadata.continue = encodeContinue(last.slice(resource.kind.etcdPrefix.length), shown);
    if (selection.all) metadata.remainingItemCount = remaining(storage, info, resource, last, revision);
  }
  return { entries, metadata };
}

function* candidates(
  storage: Storage,
  info: RequestInfo,
  resource: Resource,
  selection: Selection,
  revision: number | undefined,
  after: string | undefined,
): Iterable<Entry> {
  const { namespace } = info;
  const isNow = revision === undefined || revision === storage.revision;
  if (!isNow) yield* past(storage, info, resource, revision, after);
  else if (selection.index && !after) yield* storage.byIndex(resource, namespace, selection.index.by, selection.index.value);
  else if (selection.name !== undefined && !after && (namespace || !resource.namespaced)) {
    const entry = storage.get(resource, namespace, selection.name);
    if (entry) yield entry;
  } else yield* storage.range(resource, namespace, after);
}

function past(storage: Storage, info: RequestInfo, resource: Resource, revision: number, after: string | undefined): Iterable<Entry> {
  const entries = storage.rangeAt(resource, info.namespace, revision, after);
  if (entries) return entries;
  if (!after) throw gone(`The resourceVersion for the provided list is too old.`);
  const error = gone(
    'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.',
  );
  const metadata = { continue: encodeContinue(after.slice(resource.kind.etcdPrefix.length), -1) };
  throw new StatusError({ ...error.status, metadata: metadata as unknown as Record<string, never> });
}

function remaining(storage: Storage, info: RequestInfo, resource: Resource, after: string, revision: number | undefined): number {
  if (revision === undefined || revision === storage.revision) return storage.count(resource, info.namespace, after);
  const rest = storage.rangeAt(resource, info.namespace, revision, after);
  if (!rest) return storage.count(resource, info.namespace, after);
  let count = 0;
  for (const _ of rest) count++;
  return count;
}

/** A whole number of 64 bits, or 0 when it is not given (strconv.ParseInt). */
export function integerOption({ query }: RequestInfo, name: string): number {
  const text = query.get(name);
  if (text === '') return 0;
  if (!/^[+-]?\d+$/.test(text)) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  if (BigInt.asIntN(64, BigInt(text.replace('+', ''))) !== BigInt(text.replace('+', ''))) {
    throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: value out of range`);
  }
  return Number(text);
}

const MATCHES = ['Exact', 'NotOlderThan'];

/** Which revision the list must show, if not the newest (apimachinery, ValidateListOptions; apiserver, GetList). */
function askedRevision({ query }: RequestInfo, current: number): number | undefined {
  const version = query.get('resourceVersion');
  const match = query.get('resourceVersionMatch');
  const token = query.get('continue');
  const field = 'resourceVersionMatch';
  const errors: FieldError[] = [];
  const forbidden = (why: string): void => void errors.push({ reason: 'FieldValueForbidden', field, message: `Forbidden: ${why}` });
  if (match) {
    if (!version) forbidden('resourceVersionMatch is forbidden unless resourceVersion is provided');
    if (token) forbidden('resourceVersionMatch is forbidden when continue is provided');
    if (!MATCHES.includes(match)) {
      const supported = MATCHES.map((one) => JSON.stringify(one)).join(', ');
      errors.push({
        reason: 'FieldValueNotSupported',
        field,
        message: `Unsupported value: ${JSON.stringify(match)}: supported values: ${supported}`,
      });
    }
    if (match === 'Exact' && version === '0') forbidden('resourceVersionMatch "exact" is forbidden for resourceVersion "0"');
  }
  if (errors.length) throw invalid({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', errors);
  if (!version || version === '0') return undefined;
  if (!/^\d+$/.test(version)) {
    throw badRequest(
      `resourceVersion: Invalid value: ${JSON.stringify(version)}: strconv.ParseUint: parsing ${JSON.stringify(version)}: invalid syntax`,
    );
  }
  if (token) throw badRequest('specifying resource version is not allowed when using continue');
  const revision = Number(version);
  if (revision > current) {
    throw failure(504, 'Timeout', `Too large resource version: ${revision}, current: ${current}`, {
      causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
      retryAfterSeconds: 1,
    });
  }
  // A limited list from a revision is exact unless it says otherwise.
  return match === 'Exact' || (!match && query.get('limit') && query.get('limit') !== '0') ? revision : undefined;
}

function encodeContinue(start: string, revision: number): string {
  return Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: revision, start: `${start}\u0000` })).toString('base64url');
}

/** Where a page begins; without a revision when consistency has been given up. */
function decodeContinue(token: string, resource: Resource): { after: string; revision: number | undefined } {
  let start: unknown;
  let revision: unknown;
  try {
    const parsed = JSON.parse(Buffer.from(token, 'base64url').toString('utf8')) as { v?: unknown; start?: unknown; rv?: unknown };
    if (parsed.v !== 'meta.k8s.io/v1') throw new Error('version');
    ({ start, rv: revision } = parsed);
  } catch {
    throw badRequest('continue key is not valid: illegal base64 data at input byte 0');
  }
  if (typeof start !== 'string' || start.includes('..') || !Number.isInteger(revision)) {
    throw badRequest('continue key is not valid: incorrect encoded start resourceVersion (version meta.k8s.io/v1)');
  }
  return { after: resource.kind.etcdPrefix + start.replace(/\u0000$/, ''), revision: Number(revision) > 0 ? Number(revision) : undefined };
}

export function listObject(resource: Resource, items: readonly KubeObject[], metadata: Page['metadata']): Record<string, unknown> {
  return { kind: `${resource.kind.names.kind}List`, apiVersion: resource.apiVersion, metadata, items };
}
