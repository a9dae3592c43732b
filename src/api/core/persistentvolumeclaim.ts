import { jsonEqual } from '../../machinery/equal.ts';
import type { Stored } from '../../machinery/object.ts';
import { compareQuantities, parseQuantity } from '../../machinery/quantity.ts';
import type { FieldError } from '../../machinery/status.ts';
import { forbiddenField, invalidFor } from '../../machinery/validation/field-error.ts';
import { validateLabelSelector } from '../../machinery/validation/label-selector.ts';
import { dnsSubdomain } from '../../machinery/validation/names.ts';
import { accessModesText, age, name, storageClassText } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V1PersistentVolumeClaim } from '../generated/types.ts';
import { defaultClaimSpec } from './pod/volume-defaults.ts';
import { validateAccessModes, validateStorage, validateVolumeMode } from './volume-validation.ts';

export type PersistentVolumeClaim = Stored<V1PersistentVolumeClaim>;

export const PersistentVolumeClaim = defineKind<PersistentVolumeClaim>({
  group: '',
  version: 'v1',
  kind: 'PersistentVolumeClaim',
  validate: validateClaim,
  validateUpdate: validateClaimUpdate,
  setDefaults(pvc) {
    pvc.spec ??= {};
    defaultClaimSpec(pvc.spec);
  },
  prepareForCreate(pvc) {
    pvc.status = { phase: 'Pending' };
  },
  columns: [
    name,
    { header: 'STATUS', cell: (pvc) => (pvc.metadata.deletionTimestamp ? 'Terminating' : (pvc.status?.phase ?? '')) },
    { header: 'VOLUME', cell: (pvc) => pvc.spec.volumeName ?? '' },
    { header: 'CAPACITY', cell: (pvc) => (pvc.spec.volumeName ? (pvc.status?.capacity?.['storage'] ?? '0') : '') },
    { header: 'ACCESS MODES', cell: (pvc) => (pvc.spec.volumeName ? accessModesText(pvc.status?.accessModes) : '') },
    { header: 'STORAGECLASS', cell: storageClassText },
    { header: 'VOLUMEATTRIBUTESCLASS', cell: (pvc) => pvc.spec.volumeAttributesClassName ?? '<unset>' },
    age,
    { header: 'VOLUMEMODE', wide: true, cell: (pvc) => pvc.spec.volumeMode ?? '<unset>' },
  ],
});

function validateClaim({ spec }: PersistentVolumeClaim): FieldError[] {
  return [
    ...validateAccessModes(spec.accessModes, 'spec.accessModes'),
    ...validateLabelSelector(spec.selector, 'spec.selector'),
    ...validateStorage(spec.resources?.requests?.['storage'], 'spec.resources[storage]'),
    ...(spec.storageClassName ? invalidFor('spec.storageClassName', spec.storageClassName, dnsSubdomain(spec.storageClassName)) : []),
    ...validateVolumeMode(spec.volumeMode, 'spec.volumeMode'),
  ];
}

/** A bound claim may grow; until then only the binder names its volume, and a class may be given late. */
function validateClaimUpdate(pvc: PersistentVolumeClaim, old: PersistentVolumeClaim, subresource: string): FieldError[] {
  if (subresource === 'status') return [];
  const errors = validateClaim(pvc);
  const put = { ...pvc.spec };
  if (!old.spec.volumeName) put.volumeName = old.spec.volumeName;
  if (old.spec.storageClassName === undefined) put.storageClassName = old.spec.storageClassName;
  put.volumeAttributesClassName = old.spec.volumeAttributesClassName;
  if (old.status?.phase === 'Bound') put.resources = old.spec.resources;
  if (!jsonEqual(put, old.spec)) {
    errors.push(
      forbiddenField('spec', 'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims'),
    );
  }
  const [before, after] = [old.spec.resources?.requests?.['storage'], pvc.spec.resources?.requests?.['storage']];
  const isLess = (a: string, b: string): boolean => compareQuantities(parseQuantity(a), parseQuantity(b)) < 0;
  const has = old.status?.capacity?.['storage'];
  // A claim may have asked for less than its volume has; only asking for even less is refused.
  if (before && after && isLess(after, before) && (has === undefined || !isLess(has, after))) {
    errors.push(forbiddenField('spec.resources.requests.storage', 'field can not be less than status.capacity'));
  }
  return errors;
}
