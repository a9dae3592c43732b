// apimachinery's ValidateObjectMeta and ValidateObjectMetaUpdate.
import type { KubeObject } from '../object.ts';
import type { FieldError } from '../status.ts';
import { forbiddenField, invalidFor, invalidValue, required } from './field-error.ts';
import { checkName, dnsLabel, labelErrors, type NameRule, qualifiedName } from './names.ts';

type Metadata = Partial<KubeObject['metadata']>;

/** Annotations may hold this much, keys and values together. */
const ANNOTATION_BYTES = 256 * 1024;

export function validateObjectMeta(metadata: Metadata, options: { namespaced: boolean; nameRule?: NameRule | undefined }): FieldError[] {
  const { name, generateName, namespace } = metadata;
  const nameRule = options.nameRule ?? 'dns-subdomain';
  const errors: FieldError[] = [];
  if (generateName) errors.push(...invalidFor('metadata.generateName', generateName, checkName(nameRule, maskTrailingDash(generateName))));
  if (name) errors.push(...invalidFor('metadata.name', name, checkName(nameRule, name)));
  else errors.push(required('metadata.name', 'name or generateName is required'));
  if (options.namespaced) {
    if (namespace) errors.push(...invalidFor('metadata.namespace', namespace, dnsLabel(namespace)));
    else errors.push(required('metadata.namespace'));
  } else if (namespace) errors.push(forbiddenField('metadata.namespace', 'not allowed on this type'));
  return [...errors, ...validateAccessories(metadata)];
}

/** What an update must leave alone; the registry keeps the rest by itself. */
export function validateObjectMetaUpdate(metadata: Metadata, old: Metadata): FieldError[] {
  const errors: FieldError[] = [];
  for (const field of ['name', 'namespace', 'uid', 'creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds'] as const) {
    if (metadata[field] !== old[field]) errors.push(invalidValue(`metadata.${field}`, metadata[field], 'field is immutable'));
  }
  const added = (metadata.finalizers ?? []).filter((finalizer) => !old.finalizers?.includes(finalizer));
  if (old.deletionTimestamp && added.length) {
    errors.push(
      forbiddenField(
        'metadata.finalizers',
        `no new finalizers can be added if the object is being deleted, found new finalizers ${goStrings(added)}`,
      ),
    );
  }
  return [...errors, ...validateAccessories(metadata)];
}

export function annotationErrors(annotations: Readonly<Record<string, string>> | undefined, field: string): FieldError[] {
  const keys = Object.keys(annotations ?? {}).sort();
  const errors = keys.flatMap((key) => invalidFor(field, key, qualifiedName(key.toLowerCase())));
  const bytes = keys.reduce((sum, key) => sum + Buffer.byteLength(key) + Buffer.byteLength(annotations?.[key] ?? ''), 0);
  if (bytes > ANNOTATION_BYTES) {
    errors.push({ reason: 'FieldValueTooLong', field, message: `Too long: may not be more than ${ANNOTATION_BYTES} bytes` });
  }
  return errors;
}

function validateAccessories(metadata: Metadata): FieldError[] {
  const owners = metadata.ownerReferences ?? [];
  const errors = [...labelErrors(metadata.labels, 'metadata.labels'), ...annotationErrors(metadata.annotations, 'metadata.annotations')];
  for (const [i, owner] of owners.entries()) {
    const at = `metadata.ownerReferences[${i}]`;
    if (!owner.apiVersion) errors.push(invalidValue(`${at}.apiVersion`, owner.apiVersion ?? '', 'version must not be empty'));
    if (!owner.kind) errors.push(invalidValue(`${at}.kind`, owner.kind ?? '', 'must not be empty'));
    if (!owner.name) errors.push(invalidValue(`${at}.name`, owner.name ?? '', 'must not be empty'));
    if (!owner.uid) errors.push(invalidValue(`${at}.uid`, owner.uid ?? '', 'must not be empty'));
  }
  const controllers = owners.filter(({ controller }) => controller);
  if (controllers.length > 1) {
    const [first, second] = controllers;
    errors.push(
      invalidValue(
        'metadata.ownerReferences',
        owners,
        `Only one reference can have Controller set to true. Found "true" in references for ${first?.kind}/${first?.name} and ${second?.kind}/${second?.name}`,
      ),
    );
  }
  for (const finalizer of metadata.finalizers ?? []) {
    errors.push(...invalidFor('metadata.finalizers', finalizer, qualifiedName(finalizer)));
    const isKnown = finalizer === 'orphan' || finalizer === 'foregroundDeletion' || finalizer === 'kubernetes';
    if (!finalizer.includes('/') && !isKnown) {
      errors.push(invalidValue('metadata.finalizers', finalizer, 'name is neither a standard finalizer name nor is it fully qualified'));
    }
  }
  return errors;
}

/** A generated name may still lack its suffix. */
const maskTrailingDash = (name: string): string => (name.length > 1 && name.endsWith('-') ? `${name.slice(0, -2)}a` : name);

const goStrings = (items: readonly string[]): string => `[]string{${items.map((item) => JSON.stringify(item)).join(', ')}}`;
