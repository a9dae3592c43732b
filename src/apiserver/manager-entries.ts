// Entries of managedFields: which fields count, and how one is written down.
import type { V1ManagedFieldsEntry } from '../api/generated/types.ts';
import type { KubeObject } from '../machinery/object.ts';
import { type PatchField, type PatchType, patchTypeOf } from '../machinery/patch-merge-keys.ts';
import { type FieldSet, fieldsOf, fieldTree, toFieldsV1 } from './field-sets.ts';
import type { Resource } from './resource.ts';

export interface Application {
  manager: string;
  force: boolean;
  subresource: string;
  /** RFC 3339. */
  time: string;
}

export const typeOf = ({ custom, kind }: Resource): PatchType =>
  custom ? customType(custom, kind.names.version) : patchTypeOf(kind.names.kind);

interface ListSchema {
  properties?: Readonly<Record<string, ListSchema>>;
  items?: ListSchema;
  type?: string;
  'x-kubernetes-list-type'?: string;
  'x-kubernetes-list-map-keys'?: readonly string[];
  'x-kubernetes-map-type'?: string;
}

const customTypes = new WeakMap<KubeObject, Map<string, PatchType>>();

/** How objects of a custom resource merge: what its schema says of lists and maps. Lists with several keys are taken as one field. */
function customType(definition: KubeObject, version: string): PatchType {
  const known = customTypes.get(definition) ?? new Map<string, PatchType>();
  customTypes.set(definition, known);
  const found = known.get(version);
  if (found) return found;
  const { versions } = definition.spec as { versions: { name: string; schema?: { openAPIV3Schema?: ListSchema } }[] };
  const schema = versions.find(({ name }) => name === version)?.schema?.openAPIV3Schema ?? {};
  const type = { ...typeOfSchema(schema), metadata: patchTypeOf('Lease').metadata ?? {} };
  known.set(version, type);
  return type;
}

function typeOfSchema({ properties = {} }: ListSchema): PatchType {
  return Object.fromEntries(
    Object.entries(properties).map(([name, field]): [string, PatchField] => {
      const { items, properties: below } = field;
      const keys = field['x-kubernetes-list-map-keys'] ?? [];
      if (field['x-kubernetes-list-type'] === 'set') return [name, { key: '' }];
      if (field['x-kubernetes-list-type'] === 'map' && keys.length === 1)
        return [name, { key: keys[0] as string, type: typeOfSchema(items ?? {}) }];
      if (field['x-kubernetes-map-type'] === 'atomic') return [name, { replace: true }];
      return [name, below ? { type: typeOfSchema(field) } : {}];
    }),
  );
}

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
const UNOWNED_NAMES = new Set(UNOWNED_METADATA);
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
  const content: Record<string, unknown> = {};
  for (const name of Object.keys(object)) {
    if (name === 'metadata') {
      const owned: Record<string, unknown> = {};
      for (const [field, value] of Object.entries(object.metadata)) if (!UNOWNED_NAMES.has(field)) owned[field] = value;
      if (Object.keys(owned).length > 0) content.metadata = owned;
    } else if (!UNOWNED_PARTS.has(name) && !(name === 'status' && (resource.hasStatus || object.status === undefined))) {
      content[name] = object[name];
    }
  }
  return fieldTree(content, typeOf(resource));
}

const UNOWNED_PARTS = new Set(['apiVersion', 'kind']);

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
