// Plays server-side apply: a manager says what it wants of an object, and managedFields remembers who wants what. Ownership is kept
// only for objects that have been applied this way; what was there before belongs to `before-first-apply`.
import type { V1ManagedFieldsEntry } from '../api/generated/types.ts';
import { jsonEqual } from '../machinery/equal.ts';
import { mergePatch } from '../machinery/merge-patch.ts';
import type { KubeObject } from '../machinery/object.ts';
import { type PatchType, patchTypeOf } from '../machinery/patch-merge-keys.ts';
import { badRequest, failure, type StatusCause } from '../machinery/status.ts';
import { strategicMergePatch } from '../machinery/strategic-merge-patch.ts';
import { elements, type FieldSet, fieldsOf, fromFieldsV1, isWithin, pathText, toFieldsV1, valueAtPath, withoutPath } from './field-sets.ts';
import type { Resource } from './resource.ts';

interface Owner {
  entry: V1ManagedFieldsEntry;
  fields: FieldSet;
}

export interface Application {
  manager: string;
  force: boolean;
  subresource: string;
  /** RFC 3339. */
  time: string;
}

/** The object that results, with the manager's fields written down; throws the conflicts unless forced. */
export function applied(config: KubeObject, live: KubeObject | undefined, resource: Resource, application: Application): KubeObject {
  if (config.metadata.managedFields) throw badRequest('metadata.managedFields must be nil');
  const type = resource.custom ? undefined : patchTypeOf(resource.kind.names.kind);
  const wanted = wantedFields(config, type);
  const owners = live ? ownersOf(live, type) : [];
  const own = owners.find(({ entry }) => isOf(entry, application));
  const others = owners.filter((owner) => owner !== own);
  const disputed = live ? conflicts(config, live, wanted, others) : [];
  if (disputed.length && !application.force) throw conflictError(disputed);

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

/** After another write: what it changed now belongs to its manager. Objects that nobody applied are not followed. */
export function followUpdate(draft: KubeObject, old: KubeObject, resource: Resource, application: Application): void {
  const before = old.metadata.managedFields;
  if (!before?.length) return;
  const type = resource.custom ? undefined : patchTypeOf(resource.kind.names.kind);
  const now = wantedFields(draft, type);
  const changed = [...now].filter((path) => !jsonEqual(valueAtPath(draft, path), valueAtPath(old, path)));
  const owners = ownersOf(old, type);
  const own = owners.find(({ entry }) => isOf(entry, application, 'Update'));
  if (changed.length === 0 && owners.every(({ fields }) => [...fields].every((path) => now.has(path)))) {
    draft.metadata.managedFields = before;
    return;
  }
  const mine = new Set([...(own?.fields ?? []), ...changed].filter((path) => now.has(path)));
  const entries = owners.flatMap(({ entry, fields }): V1ManagedFieldsEntry[] => {
    if (entry === own?.entry) return [];
    const kept = new Set([...fields].filter((path) => now.has(path) && !changed.includes(path)));
    if (kept.size === 0) return [];
    return kept.size === fields.size ? [entry] : [{ ...entry, fieldsV1: toFieldsV1(kept) }];
  });
  if (mine.size) entries.push(changed.length || !own ? entryOf(resource, application, 'Update', mine) : own.entry);
  draft.metadata.managedFields = inOrder(entries);
}

/** What names the object, or is the server's, belongs to nobody. */
const UNOWNED = new Set(
  [
    'name',
    'namespace',
    'uid',
    'resourceVersion',
    'generation',
    'creationTimestamp',
    'managedFields',
    'selfLink',
    'generateName',
    'deletionTimestamp',
    'deletionGracePeriodSeconds',
  ].map((field) => `f:metadata\nf:${field}`),
);

function wantedFields(object: KubeObject, type: PatchType | undefined): Set<string> {
  const { apiVersion: _version, kind: _kind, ...content } = object;
  const { managedFields: _managed, ...metadata } = content.metadata;
  const found = fieldsOf({ ...content, metadata }, type);
  for (const path of UNOWNED) found.delete(path);
  found.delete('f:metadata');
  return found;
}

function ownersOf(live: KubeObject, type: PatchType | undefined): Owner[] {
  const entries = live.metadata.managedFields ?? [];
  if (entries.length) return entries.map((entry) => ({ entry, fields: fromFieldsV1(entry.fieldsV1) }));
  const { status: _status, ...rest } = live;
  const fields = wantedFields(rest as KubeObject, type);
  if (fields.size === 0) return [];
  const entry = {
    manager: 'before-first-apply',
    operation: 'Update',
    apiVersion: live.apiVersion,
    fieldsType: 'FieldsV1',
    fieldsV1: toFieldsV1(fields),
  };
  return [{ entry: { ...entry, time: live.metadata.creationTimestamp } as unknown as V1ManagedFieldsEntry, fields }];
}

const isOf = (entry: V1ManagedFieldsEntry, { manager, subresource }: Application, operation = 'Apply'): boolean =>
  entry.manager === manager && entry.operation === operation && (entry.subresource ?? '') === subresource;

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
  if (resource.custom) return mergePatch(live, config) as KubeObject;
  return strategicMergePatch(live, config, resource.kind.names.kind) as KubeObject;
}

function entryOf(
  resource: Resource,
  { manager, subresource, time }: Application,
  operation: string,
  fields: FieldSet,
): V1ManagedFieldsEntry {
  return {
    manager,
    operation,
    apiVersion: resource.apiVersion,
    time,
    fieldsType: 'FieldsV1',
    fieldsV1: toFieldsV1(fields),
    ...(subresource ? { subresource } : {}),
  } as unknown as V1ManagedFieldsEntry;
}

/** Those who apply first, then by time. */
function inOrder(entries: readonly V1ManagedFieldsEntry[]): V1ManagedFieldsEntry[] {
  const rank = ({ operation, time, manager }: V1ManagedFieldsEntry): string => `${operation} ${String(time)} ${manager}`;
  return [...entries].sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
}
