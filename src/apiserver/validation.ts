// The validation stage: metadata, then the kind's own rules. Fields that are the stored object's own are not looked at again.
import type { KubeObject } from '../machinery/object.ts';
import type { FieldError } from '../machinery/status.ts';
import type { Resource } from './resource.ts';

export function validateNew(object: KubeObject, resource: Resource): FieldError[] {
  return [...validateIdentity(object, resource), ...(resource.kind.strategy.validate?.(object) ?? [])];
}

export function validateChange(object: KubeObject, old: KubeObject, resource: Resource, subresource: string): FieldError[] {
  return [...(resource.kind.strategy.validateUpdate?.(object, old, subresource) ?? [])];
}

function validateIdentity(object: KubeObject, _resource: Resource): FieldError[] {
  const { name } = object.metadata;
  if (!name) return [{ reason: 'FieldValueRequired', field: 'metadata.name', message: 'Required value: name or generateName is required' }];
  return [];
}
