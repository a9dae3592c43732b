import { jsonEqual } from '../../machinery/equal.ts';
import type { Stored } from '../../machinery/object.ts';
import type { FieldError } from '../../machinery/status.ts';
import { forbiddenField, invalidFor, notSupported, required } from '../../machinery/validation/field-error.ts';
import { qualifiedName } from '../../machinery/validation/names.ts';
import { immutable } from '../apps/validation.ts';
import { age, nameWithDefault } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V1StorageClass } from '../generated/types.ts';

export type StorageClass = Stored<V1StorageClass>;

export const StorageClass = defineKind<StorageClass>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'StorageClass',
  validate: validateClass,
  validateUpdate(sc, old) {
    const errors: FieldError[] = [];
    if (!jsonEqual(sc.parameters ?? {}, old.parameters ?? {}))
      errors.push(forbiddenField('parameters', 'updates to parameters are forbidden.'));
    if (sc.provisioner !== old.provisioner) errors.push(forbiddenField('provisioner', 'updates to provisioner are forbidden.'));
    if (sc.reclaimPolicy !== old.reclaimPolicy) errors.push(forbiddenField('reclaimPolicy', 'updates to reclaimPolicy are forbidden.'));
    return [...errors, ...immutable(sc.volumeBindingMode, old.volumeBindingMode, 'volumeBindingMode')];
  },
  setDefaults(sc) {
    sc.reclaimPolicy ??= 'Delete';
    sc.volumeBindingMode ??= 'Immediate';
  },
  columns: [
    nameWithDefault('storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class'),
    { header: 'PROVISIONER', cell: (sc) => sc.provisioner },
    { header: 'RECLAIMPOLICY', cell: (sc) => sc.reclaimPolicy ?? 'Delete' },
    { header: 'VOLUMEBINDINGMODE', cell: (sc) => sc.volumeBindingMode ?? 'Immediate' },
    { header: 'ALLOWVOLUMEEXPANSION', type: 'boolean', cell: (sc) => sc.allowVolumeExpansion ?? false },
    age,
  ],
});

function validateClass(sc: StorageClass): FieldError[] {
  const errors: FieldError[] = [];
  if (!sc.provisioner) errors.push(required('provisioner', sc.provisioner ?? ''));
  else errors.push(...invalidFor('provisioner', sc.provisioner, qualifiedName(sc.provisioner.toLowerCase())));
  if (sc.reclaimPolicy && !['Delete', 'Retain'].includes(sc.reclaimPolicy))
    errors.push(notSupported('reclaimPolicy', sc.reclaimPolicy, ['Delete', 'Retain']));
  const mode = sc.volumeBindingMode ?? '';
  if (!['Immediate', 'WaitForFirstConsumer'].includes(mode))
    errors.push(notSupported('volumeBindingMode', mode, ['Immediate', 'WaitForFirstConsumer']));
  for (const [i, { matchLabelExpressions }] of (sc.allowedTopologies ?? []).entries()) {
    for (const [j, { key, values }] of (matchLabelExpressions ?? []).entries()) {
      const at = `allowedTopologies[${i}].matchLabelExpressions[${j}]`;
      if (!values?.length) errors.push(required(`${at}.values`));
      errors.push(...invalidFor(`${at}.key`, key ?? '', qualifiedName(key ?? '')));
    }
  }
  return errors;
}
