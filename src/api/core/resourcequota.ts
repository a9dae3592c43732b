import { jsonEqual } from '../../machinery/equal.ts';
import type { Stored } from '../../machinery/object.ts';
import { canonicalQuantity, parseQuantity } from '../../machinery/quantity.ts';
import type { FieldError } from '../../machinery/status.ts';
import { invalidFor, invalidValue } from '../../machinery/validation/field-error.ts';
import { qualifiedName } from '../../machinery/validation/names.ts';
import { age, name } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V1ResourceQuota } from '../generated/types.ts';

export type ResourceQuota = Stored<V1ResourceQuota>;

export const ResourceQuota = defineKind<ResourceQuota>({
  group: '',
  version: 'v1',
  kind: 'ResourceQuota',
  validate: ({ spec }) => [
    ...validateHard(spec.hard, 'spec.hard'),
    ...(spec.scopes ?? []).flatMap((scope, i) => validateScope(scope, `spec.scopes[${i}]`)),
  ],
  validateUpdate(quota, old, subresource) {
    if (subresource === 'status') return [];
    const hard = validateHard(quota.spec.hard, 'spec.hard');
    return [
      ...hard,
      ...(jsonEqual(quota.spec.scopes ?? [], old.spec.scopes ?? [])
        ? []
        : [invalidValue('spec.scopes', quota.spec.scopes ?? null, 'field is immutable')]),
    ];
  },
  setDefaults(quota) {
    quota.spec ??= {};
  },
  prepareForCreate(quota) {
    quota.status = {};
  },
  columns: [
    name,
    { header: 'REQUEST', cell: (quota) => used(quota, (resource) => !resource.startsWith('limits.')) },
    { header: 'LIMIT', cell: (quota) => used(quota, (resource) => resource.startsWith('limits.')) },
    age,
  ],
});

function used({ status }: ResourceQuota, shows: (resource: string) => boolean): string {
  const resources = Object.keys(status?.hard ?? {})
    .filter(shows)
    .sort();
  return resources.map((resource) => `${resource}: ${status?.used?.[resource] ?? '0'}/${status?.hard?.[resource]}`).join(', ');
}

const SCOPES = [
  'BestEffort',
  'CrossNamespacePodAffinity',
  'NotBestEffort',
  'NotTerminating',
  'PriorityClass',
  'Terminating',
  'VolumeAttributesClass',
];

const STANDARD =
  /^(cpu|memory|storage|ephemeral-storage|pods|services|replicationcontrollers|resourcequotas|secrets|configmaps|persistentvolumeclaims|services\.(nodeports|loadbalancers)|(requests|limits)\..+|count\/.+|hugepages-.+)$/;

function validateHard(hard: Readonly<Record<string, string>> | undefined, at: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const resource of Object.keys(hard ?? {}).sort()) {
    const here = `${at}[${resource}]`;
    const amount = hard?.[resource] ?? '0';
    errors.push(...invalidFor(here, resource, qualifiedName(resource)));
    if (!resource.includes('/') && !STANDARD.test(resource)) {
      errors.push(
        invalidValue(here, resource, 'must be a standard resource type or fully qualified'),
        invalidValue(here, resource, 'must be a standard resource for quota'),
      );
    }
    if (parseQuantity(amount).nano < 0n) errors.push(invalidValue(here, canonicalQuantity(amount), 'must be greater than or equal to 0'));
  }
  return errors;
}

const validateScope = (scope: string, at: string): FieldError[] =>
  SCOPES.includes(scope) ? [] : [invalidValue(at, scope, 'unsupported scope')];
