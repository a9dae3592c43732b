// The validation stage: metadata, then the kind's own rules. Parts that are the stored object's own are not looked at again.
import { jsonEqual } from '../machinery/equal.ts';
import type { KubeObject } from '../machinery/object.ts';
import type { FieldError } from '../machinery/status.ts';
import { validateObjectMeta, validateObjectMetaUpdate } from '../machinery/validation/object-meta.ts';
import type { Resource } from './resource.ts';

export function validateNew(object: KubeObject, { namespaced, kind: { strategy } }: Resource): FieldError[] {
  const { nameRule } = strategy;
  return [...validateObjectMeta(object.metadata, { namespaced, nameRule }), ...(strategy.validate?.(object) ?? [])];
}

/**
 * `validateUpdate` says what may not change; the object as it is now has to be valid too, unless nothing but its metadata and
 * status changed.
 */
export function validateChange(object: KubeObject, old: KubeObject, { kind }: Resource, subresource: string): FieldError[] {
  const { strategy } = kind;
  const metadata = changesLabels(object.metadata, old.metadata) ? validateObjectMetaUpdate(object.metadata, old.metadata) : [];
  const changes = strategy.validateUpdate?.(object, old, subresource) ?? [];
  const content = changesContent(object, old) && subresource === '' ? (strategy.validate?.(object) ?? []) : [];
  return CHANGES_FIRST.has(kind.resource) ? [...metadata, ...changes, ...content] : [...metadata, ...content, ...changes];
}

/** Kinds that tell what may not change before what is wrong with the result. */
const CHANGES_FIRST = new Set(['configmaps', 'secrets', 'services']);

function changesContent(object: KubeObject, old: KubeObject): boolean {
  for (const field of Object.keys(object)) {
    if (field !== 'metadata' && field !== 'status' && object[field] !== old[field]) return true;
  }
  return Object.keys(old).some((field) => !Object.hasOwn(object, field));
}

const CHECKED = ['name', 'namespace', 'labels', 'annotations', 'ownerReferences', 'finalizers'] as const;

function changesLabels(metadata: KubeObject['metadata'], old: KubeObject['metadata']): boolean {
  return CHECKED.some((field) => metadata[field] !== old[field] && !jsonEqual(metadata[field], old[field]));
}
