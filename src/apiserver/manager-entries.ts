// Entries of managedFields: which fields count, and how one is written down.
import type { V1ManagedFieldsEntry } from '../api/generated/types.ts';
import type { KubeObject } from '../machinery/object.ts';
import { type PatchType, patchTypeOf } from '../machinery/patch-merge-keys.ts';
import { type FieldSet, fieldsOf, fieldTree, toFieldsV1 } from './field-sets.ts';
import type { Resource } from './resource.ts';

export interface Application {
  manager: string;
  force: boolean;
  subresource: string;
  /** RFC 3339. */
  time: string;
}

export const typeOf = ({ custom, kind }: Resource): PatchType | undefined => (custom ? undefined : patchTypeOf(kind.names.kind));

/** What names the object, or is the server's, belongs to nobody. */
const UNOWNED_METADATA = [
  'name',
  'namespace',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'managedFields',
  'selfLink',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
];
const UNOWNED = new Set(UNOWNED_METADATA.map((field) => `f:metadata\nf:${field}`));

export function wantedFields(object: KubeObject, type: PatchType | undefined, parents = false): Set<string> {
  const { apiVersion: _version, kind: _kind, ...content } = object;
  const { managedFields: _managed, ...metadata } = content.metadata;
  const found = fieldsOf({ ...content, metadata }, type, '', new Set(), parents);
  for (const path of UNOWNED) found.delete(path);
  found.delete('f:metadata');
  return found;
}

/** All fields of an object and what was made for them, written down; its status only where it is nobody else's business. */
export function contentTree(object: KubeObject, resource: Resource): Record<string, unknown> {
  const { apiVersion: _version, kind: _kind, status, metadata, ...content } = object;
  const tree = fieldTree({ ...content, metadata, ...(resource.hasStatus || status === undefined ? {} : { status }) }, typeOf(resource));
  const owned = tree['f:metadata'] as Record<string, unknown>;
  for (const name of UNOWNED_METADATA) delete owned[`f:${name}`];
  if (Object.keys(owned).length === 0) delete tree['f:metadata'];
  return tree;
}

export const entryOf = (resource: Resource, application: Application, operation: string, fields: FieldSet): V1ManagedFieldsEntry =>
  treeEntry(resource, application, operation, toFieldsV1(fields));

export function treeEntry(
  resource: Resource,
  { manager, subresource, time }: Application,
  operation: string,
  fieldsV1: object,
): V1ManagedFieldsEntry {
  return {
    manager,
    operation,
    apiVersion: resource.apiVersion,
    time,
    fieldsType: 'FieldsV1',
    fieldsV1,
    ...(subresource ? { subresource } : {}),
  } as unknown as V1ManagedFieldsEntry;
}

/** Those who apply first, then by time. */
export function inOrder(entries: readonly V1ManagedFieldsEntry[]): V1ManagedFieldsEntry[] {
  const rank = ({ operation, time, manager }: V1ManagedFieldsEntry): string => `${operation} ${String(time)} ${manager}`;
  return [...entries].sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
}
