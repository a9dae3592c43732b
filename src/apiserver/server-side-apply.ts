// Plays server-side apply: a manager says what it wants of an object, and managedFields remembers who wants what. Who owns what the
// cluster's components have written is derived (derived-managers.ts).
import type { V1ManagedFieldsEntry } from '../api/generated/types.ts';
import { jsonEqual } from '../machinery/equal.ts';
import type { KubeObject } from '../machinery/object.ts';
import type { PatchType } from '../machinery/patch-merge-keys.ts';
import { badRequest, failure, type StatusCause } from '../machinery/status.ts';
import { mergeByType } from '../machinery/strategic-merge-patch.ts';
import { isReport, recordedManagers, withDerived } from './derived-managers.ts';
import {
  elements,
  type FieldSet,
  fromFieldsV1,
  isWithin,
  parentsOf,
  pathText,
  toFieldsV1,
  valueAtPath,
  withoutPath,
} from './field-sets.ts';
import { type Application, contentTree, entryOf, inOrder, treeEntry, typeOf, wantedFields } from './manager-entries.ts';
import type { Resource } from './resource.ts';

interface Owner {
  entry: V1ManagedFieldsEntry;
  fields: FieldSet;
}

/** The object that results, with the manager's fields written down; throws the conflicts unless forced. */
export function applied(config: KubeObject, live: KubeObject | undefined, resource: Resource, application: Application): KubeObject {
  if (config.metadata.managedFields) throw badRequest('metadata.managedFields must be nil');
  const wanted = wantedFields(config, typeOf(resource));
  const owners = live ? ownersOf(live, resource, true) : [];
  const own = owners.find(({ entry }) => isOf(entry, application));
  const others = owners.filter((owner) => owner !== own);
  const disputed = live ? conflicts(config, live, wanted, others) : [];
  const kept = application.force ? [] : disputed.filter(({ path }) => !upgrades(path, application.manager, live));
  if (kept.length) throw conflictError(kept);

  let object: KubeObject = live ? merged(live, config, resource) : config;
  for (const path of own?.fields ?? []) {
    const isWanted = [...wanted].some((field) => isWithin(field, path));
    const isOthers = others.some(({ fields }) => [...fields].some((field) => isWithin(field, path)));
    if (!isWanted && !isOthers) object = withoutPath(object, elements(path)) as KubeObject;
  }
  const lost = new Set(disputed.map(({ path }) => path));
  const left = others.flatMap(({ entry, fields }): V1ManagedFieldsEntry[] => {
    const kept = new Set([...fields].filter((path) => !lost.has(path)));
    if (kept.size === 0) return [];
    return kept.size === fields.size ? [entry] : [{ ...entry, fieldsV1: toFieldsV1(kept) }];
  });
  const entry = own && jsonEqual(toFieldsV1(own.fields), toFieldsV1(wanted)) ? own.entry : entryOf(resource, application, 'Apply', wanted);
  return { ...object, metadata: { ...object.metadata, managedFields: inOrder([...left, entry]) } };
}

/** A new object, with the defaults that its decoding gave it, belongs to whoever made it. */
export function ownNew(draft: KubeObject, resource: Resource, application: Application): void {
  const tree = contentTree(draft, resource);
  if (Object.keys(tree).length > 0) draft.metadata.managedFields = [treeEntry(resource, application, 'Update', tree)];
  else delete draft.metadata.managedFields;
}

/**
 * After another write: what it changed now belongs to its manager. What the body says of managers counts where it differs from
 * what was shown, and an empty list forgets them all.
 */
export function followUpdate(draft: KubeObject, old: KubeObject, resource: Resource, application: Application): void {
  const before = old.metadata.managedFields;
  const given = draft.metadata.managedFields?.filter((entry) => typeof entry === 'object' && entry !== null);
  const isSaid = given !== undefined && !jsonEqual(given, before) && !jsonEqual(given, withDerived(old, resource).metadata.managedFields);
  const forgets = isSaid && given.every((entry) => Object.keys(entry).length === 0);
  const said = isSaid ? given.filter((entry) => !isReport(entry, resource)) : undefined;
  const owners = forgets ? [] : said ? said.map(asOwner) : ownersOf(old, resource);
  const now = wantedFields(draft, typeOf(resource), true);
  const parents = parentsOf(now);
  const changed = new Set(
    [...now].filter((path) => {
      const was = valueAtPath(old, path);
      if (was === undefined) return true;
      return !parents.has(path) && !jsonEqual(valueAtPath(draft, path), was);
    }),
  );
  const own = owners.find(({ entry }) => isOf(entry, application, 'Update'));
  const isSame = changed.size === 0 && owners.every(({ fields }) => [...fields].every((path) => now.has(path) || isLoose(path)));
  if (isSame && !isSaid) {
    if (before) draft.metadata.managedFields = before;
    else delete draft.metadata.managedFields;
    return;
  }
  const mine = new Set([...(own?.fields ?? []), ...changed].filter((path) => now.has(path)));
  const entries = owners.flatMap(({ entry, fields }): V1ManagedFieldsEntry[] => {
    if (entry === own?.entry) return [];
    const kept = new Set([...fields].filter((path) => (now.has(path) || isLoose(path)) && !changed.has(path)));
    if (kept.size === 0) return [];
    return kept.size === fields.size ? [entry] : [{ ...entry, fieldsV1: toFieldsV1(kept) }];
  });
  const isAsBefore = own && changed.size === 0 && mine.size === own.fields.size;
  if (mine.size) entries.push(isAsBefore ? own.entry : entryOf(resource, application, 'Update', mine));
  if (entries.length > 0) draft.metadata.managedFields = inOrder(entries);
  else delete draft.metadata.managedFields;
}

/** An item of a list by itself: those who apply own it even where others do not count it as a field. */
const isLoose = (path: string): boolean => elements(path).at(-1)?.startsWith('k:') ?? false;

/** Of an object that names no manager everything belongs to `before-first-apply`. */
function ownersOf(live: KubeObject, resource: Resource, isApplied = false): Owner[] {
  const entries = recordedManagers(live, resource);
  if (entries.length || !isApplied) return entries.map(asOwner);
  const { status: _status, ...rest } = live;
  const fields = wantedFields(rest as KubeObject, typeOf(resource));
  const time = String(live.metadata.creationTimestamp);
  const first: Application = { manager: 'before-first-apply', force: false, subresource: '', time };
  return fields.size === 0 ? [] : [{ entry: entryOf(resource, first, 'Update', fields), fields }];
}

const asOwner = (entry: V1ManagedFieldsEntry): Owner => ({ entry, fields: fromFieldsV1(entry.fieldsV1) });

const isOf = (entry: V1ManagedFieldsEntry, { manager, subresource }: Application, operation = 'Apply'): boolean =>
  entry.manager === manager && entry.operation === operation && (entry.subresource ?? '') === subresource;

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** Who goes over from client-side to server-side apply keeps what the last client-side apply has set and nobody changed since. */
function upgrades(path: string, manager: string, live: KubeObject | undefined): boolean {
  const text = live?.metadata.annotations?.[LAST_APPLIED];
  if (manager !== 'kubectl' || text === undefined) return false;
  try {
    const value = valueAtPath(JSON.parse(text), path);
    return value !== undefined && jsonEqual(value, valueAtPath(live, path));
  } catch {
    return false; // what somebody has spoilt upgrades nothing
  }
}

interface Dispute {
  path: string;
  entry: V1ManagedFieldsEntry;
}

function conflicts(config: KubeObject, live: KubeObject, wanted: FieldSet, others: readonly Owner[]): Dispute[] {
  const found: Dispute[] = [];
  for (const path of wanted) {
    // The item of a list is there or not; only its fields can differ.
    if (elements(path).at(-1)?.startsWith('k:')) continue;
    const value = valueAtPath(live, path);
    if (value === undefined || jsonEqual(value, valueAtPath(config, path))) continue;
    for (const { entry, fields } of others) if (fields.has(path)) found.push({ path, entry });
  }
  return found;
}

const ownerText = ({ manager, operation, apiVersion }: V1ManagedFieldsEntry): string =>
  operation === 'Apply' ? `"${manager}"` : `"${manager}" using ${apiVersion}`;

function conflictError(disputed: readonly Dispute[]): Error {
  const byOwner = new Map<string, string[]>();
  for (const { path, entry } of disputed) {
    const owner = ownerText(entry);
    byOwner.set(owner, [...(byOwner.get(owner) ?? []), pathText(path)].sort());
  }
  const one = disputed.length === 1;
  const parts = [...byOwner].sort().map(([owner, paths]) => {
    if (one) return `conflict with ${owner}: ${paths[0]}`;
    return `conflict${paths.length === 1 ? '' : 's'} with ${owner}:\n- ${paths.join('\n- ')}`;
  });
  const causes: StatusCause[] = disputed.map(({ path, entry }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with ${ownerText(entry)}`,
    field: pathText(path),
  }));
  return failure(409, 'Conflict', `Apply failed with ${disputed.length} conflict${one ? '' : 's'}: ${parts.join('\n')}`, { causes });
}

function merged(live: KubeObject, config: KubeObject, resource: Resource): KubeObject {
  const type = typeOf(resource);
  return inLiveOrder(mergeByType(live, { ...config }, type), live, type) as KubeObject;
}

/** A strategic merge puts new items first; applying leaves what is there where it is. */
function inLiveOrder(value: unknown, live: unknown, type: PatchType | undefined): unknown {
  if (!type || !isRecord(value) || !isRecord(live)) return value;
  const ordered: Record<string, unknown> = { ...value };
  for (const [name, { key, type: below }] of Object.entries(type)) {
    const [is, was] = [value[name], live[name]];
    if (key === undefined) {
      if (below && is !== undefined) ordered[name] = inLiveOrder(is, was, below);
    } else if (Array.isArray(is) && Array.isArray(was)) {
      const keyOf = (item: unknown): unknown => (key && isRecord(item) ? item[key] : item);
      const places = new Map(was.map((item, i) => [keyOf(item), i]));
      const place = (item: unknown): number => places.get(keyOf(item)) ?? was.length;
      ordered[name] = is.map((item) => inLiveOrder(item, was[place(item)], below)).sort((a, b) => place(a) - place(b));
    }
  }
  return ordered;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
