// Entries of managedFields: which fields count, and how one is written down.
import type { V1ManagedFieldsEntry } from '../api/generated/types.ts';
import type { KubeObject } from '../machinery/object.ts';
import { type PatchType, patchTypeOf } from '../machinery/patch-merge-keys.ts';
import { type FieldSet, fieldsOf, toFieldsV1 } from './field-sets.ts';
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
    'deletionTimestamp',
    'deletionGracePeriodSeconds',
  ].map((field) => `f:metadata\nf:${field}`),
);

export function wantedFields(object: KubeObject, type: PatchType | undefined, parents = false): Set<string> {
  const { apiVersion: _version, kind: _kind, ...content } = object;
  const { managedFields: _managed, ...metadata } = content.metadata;
  const found = fieldsOf({ ...content, metadata }, type, '', new Set(), parents);
  for (const path of UNOWNED) found.delete(path);
  found.delete('f:metadata');
  return found;
}

export function entryOf(
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
export function inOrder(entries: readonly V1ManagedFieldsEntry[]): V1ManagedFieldsEntry[] {
  const rank = ({ operation, time, manager }: V1ManagedFieldsEntry): string => `${operation} ${String(time)} ${manager}`;
  return [...entries].sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
}
