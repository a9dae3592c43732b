// Plays the watch handler: changes of one resource from a revision on, as events. The stream lets time pass while there are none.
import { seconds } from '../machinery/clock.ts';
import type { ApiResponse } from '../machinery/http.ts';
import type { KubeObject } from '../machinery/object.ts';
import { badRequest, failure, gone, invalid, StatusError } from '../machinery/status.ts';
import type { Change, KeyValue } from '../state/keyspace.ts';
import type { ApiServerDeps } from './context.ts';
import { integerOption } from './listing.ts';
import type { RequestInfo } from './request-info.ts';
import { listPrefix, type Resource } from './resource.ts';
import type { Selection } from './selection.ts';
import { atVersion, type Entry, type Storage } from './storage.ts';

type Events = NonNullable<ApiResponse['events']>;
type Event = Events extends AsyncIterable<infer E> ? E : never;

/** How often a client that asked for bookmarks gets one. */
const BOOKMARK_EVERY = seconds(60);
/** A watch without a time-out of its own ends after this. */
const DEFAULT_TIMEOUT = seconds(45 * 60);

export interface WatchParts {
  deps: ApiServerDeps;
  storage: Storage;
  info: RequestInfo;
  resource: Resource;
  selection: Selection;
  /** The object as the client asked for it: itself, its metadata, or a table. */
  present(object: KubeObject): unknown;
}

export function watchEvents(parts: WatchParts): Events {
  const { info, storage } = parts;
  checkOptions(info);
  for (const name of ['limit', 'timeoutSeconds']) integerOption(info, name);
  const text = info.query.get('resourceVersion');
  if (text && !/^\d+$/.test(text)) {
    throw badRequest(`resourceVersion: Invalid value: "${text}": strconv.ParseUint: parsing "${text}": invalid syntax`);
  }
  const from = Number(text);
  if (from > storage.revision) {
    throw failure(504, 'Timeout', `Too large resource version: ${from}, current: ${storage.revision}`, {
      causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
      retryAfterSeconds: 1,
    });
  }
  return stream(parts, from);
}

/** apimachinery, ValidateListOptions, for watches. */
function checkOptions({ query }: RequestInfo): void {
  const match = query.get('resourceVersionMatch');
  const wantsInitial = query.has('sendInitialEvents');
  const why =
    wantsInitial && match !== 'NotOlderThan'
      ? 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'
      : !wantsInitial && match
        ? 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided'
        : undefined;
  if (!why) return;
  throw invalid({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', [
    { reason: 'FieldValueForbidden', field: 'resourceVersionMatch', message: `Forbidden: ${why}` },
  ]);
}

async function* stream(parts: WatchParts, from: number): AsyncGenerator<Event> {
  const { deps, storage, info, resource, selection, present } = parts;
  const { query } = info;
  const initial = query.has('sendInitialEvents') ? query.flag('sendInitialEvents') : from === 0;
  const bookmarks = query.flag('allowWatchBookmarks');
  const timeout = seconds(integerOption(info, 'timeoutSeconds')) || DEFAULT_TIMEOUT;
  const end = deps.clock.now() + timeout;
  let seen = initial ? storage.revision : from;
  let marked = deps.clock.now();

  if (initial) {
    const entries: Entry[] = [];
    for (const entry of storage.range(resource, info.namespace)) if (selection.matches(entry.value)) entries.push(entry);
    for (const entry of entries) yield { type: 'ADDED', object: present(storage.shown(resource, entry)) };
    if (query.flag('sendInitialEvents')) yield bookmark(resource, seen, { 'k8s.io/initial-events-end': 'true' });
  }
  for (;;) {
    const changes = deps.etcd.changesSince(seen);
    if (!changes) {
      yield { type: 'ERROR', object: gone(`too old resource version: ${seen} (${storage.revision})`).status };
      return;
    }
    seen = storage.revision;
    for (const change of changes) {
      const event = eventOf(parts, change);
      if (event) yield event;
    }
    const now = deps.clock.now();
    if (!deps.pass || now >= end) return;
    if (storage.revision !== seen) continue; // others went on while the events were on their way
    if (bookmarks && now - marked >= BOOKMARK_EVERY) {
      marked = now;
      yield bookmark(resource, seen, undefined);
    }
    try {
      await deps.pass(Math.min(end - now, bookmarks ? BOOKMARK_EVERY : end - now));
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      yield { type: 'ERROR', object: error.status };
      return;
    }
  }
}

/** A change in terms of the selection: what begins to match is added, what ceases to is deleted. */
function eventOf({ storage, info, resource, selection, present }: WatchParts, change: Change): Event | undefined {
  if (!change.key.startsWith(listPrefix(resource, info.namespace))) return undefined;
  const { before, after } = change as { before?: KeyValue<KubeObject>; after?: KeyValue<KubeObject> };
  const was = before !== undefined && selection.matches(before.value);
  const is = after !== undefined && selection.matches(after.value);
  if (after && is) return { type: was ? 'MODIFIED' : 'ADDED', object: present(storage.shown(resource, after)) };
  if (!before || !was) return undefined;
  // The last state, at the revision at which it went away.
  const last = after?.value ?? before.value;
  const metadata = { ...last.metadata, resourceVersion: String(change.revision) };
  return { type: 'DELETED', object: present(atVersion(resource, { ...last, metadata })) };
}

function bookmark(resource: Resource, revision: number, annotations: Record<string, string> | undefined): Event {
  return {
    type: 'BOOKMARK',
    object: {
      kind: resource.kind.names.kind,
      apiVersion: resource.apiVersion,
      metadata: { resourceVersion: String(revision), creationTimestamp: null, ...(annotations ? { annotations } : {}) },
    },
  };
}
