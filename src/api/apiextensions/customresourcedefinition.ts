import type { Stored } from '../../machinery/object.ts';
import type { FieldError } from '../../machinery/status.ts';
import { invalidFor, invalidValue, notSupported, required } from '../../machinery/validation/field-error.ts';
import { dns1035Label, dnsSubdomain } from '../../machinery/validation/names.ts';
import { immutable } from '../apps/validation.ts';
import { createdAt, name } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V1CustomResourceDefinition } from '../generated/types.ts';
import { structuralErrors } from './structural.ts';

export type CustomResourceDefinition = Stored<V1CustomResourceDefinition>;

export const CustomResourceDefinition = defineKind<CustomResourceDefinition>({
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
  validate: validateDefinition,
  validateUpdate: (crd, old, subresource) =>
    subresource === 'status'
      ? []
      : [
          ...validateDefinition(crd),
          ...immutable(crd.spec?.group, old.spec?.group, 'spec.group'),
          ...immutable(crd.spec?.names?.plural, old.spec?.names?.plural, 'spec.names.plural'),
          ...immutable(crd.spec?.names?.kind, old.spec?.names?.kind, 'spec.names.kind'),
          ...immutable(crd.spec?.scope, old.spec?.scope, 'spec.scope'),
        ],
  setDefaults(crd) {
    const { names } = crd.spec ?? {};
    if (!names) return;
    if (names.kind) {
      names.singular ||= names.kind.toLowerCase();
      names.listKind ||= `${names.kind}List`;
    }
    crd.spec.conversion ??= { strategy: 'None' };
    if (crd.spec.conversion.webhook?.clientConfig?.service) crd.spec.conversion.webhook.clientConfig.service.port ??= 443;
  },
  prepareForCreate(crd) {
    const storedVersions = (crd.spec?.versions ?? []).filter(({ storage }) => storage).map(({ name: version }) => version);
    crd.status = { acceptedNames: { kind: '', plural: '' }, conditions: [], storedVersions };
  },
  columns: [name, createdAt],
});

function validateDefinition({ metadata, spec }: CustomResourceDefinition): FieldError[] {
  if (!spec) return [required('spec.group'), required('spec.scope'), required('spec.names.plural')];
  const errors: FieldError[] = [];
  const { group, scope, names, versions = [] } = spec;
  if (metadata.name !== `${names?.plural}.${group}`)
    errors.push(invalidValue('metadata.name', metadata.name, 'must be spec.names.plural+"."+spec.group'));
  if (!group) errors.push(required('spec.group'));
  else if (dnsSubdomain(group).length) errors.push(...invalidFor('spec.group', group, dnsSubdomain(group)));
  else if (!group.includes('.')) errors.push(invalidValue('spec.group', group, 'should be a domain with at least one dot'));
  if (!scope) errors.push(required('spec.scope'));
  else if (scope !== 'Namespaced' && scope !== 'Cluster') errors.push(notSupported('spec.scope', scope, ['Cluster', 'Namespaced']));
  if (new Set(versions.map(({ name: version }) => version)).size < versions.length) {
    errors.push(invalidValue('spec.versions', versions.map(versionText), 'must contain unique version names'));
  }
  const stored = versions.filter(({ storage }) => storage);
  if (stored.length !== 1)
    errors.push(invalidValue('spec.versions', versions.map(versionText), 'must have exactly one version marked as storage version'));
  for (const [i, { name: version, schema }] of versions.entries()) {
    errors.push(...invalidFor(`spec.versions[${i}].name`, version ?? '', dns1035Label(version ?? '')));
    if (!schema?.openAPIV3Schema) errors.push(required(`spec.versions[${i}].schema.openAPIV3Schema`, 'schemas are required'));
    else errors.push(...structuralErrors(schema.openAPIV3Schema, `spec.versions[${i}].schema.openAPIV3Schema`));
  }
  for (const field of ['plural', 'singular', 'listKind'] as const) {
    const text = names?.[field] ?? '';
    if (!text) errors.push(required(`spec.names.${field}`));
    else errors.push(...invalidFor(`spec.names.${field}`, text, dns1035Label(text.toLowerCase())));
  }
  if (!names?.kind) errors.push(required('spec.names.kind'));
  else errors.push(...invalidFor('spec.names.kind', names.kind, dns1035Label(names.kind.toLowerCase())));
  if (names?.listKind && names.listKind === names.kind)
    errors.push(invalidValue('spec.names.listKind', names.listKind, 'kind and listKind may not be the same'));
  return errors;
}

const versionText = ({ name: version, served, storage }: { name: string; served: boolean; storage: boolean }): object => ({
  name: version,
  served,
  storage,
});
