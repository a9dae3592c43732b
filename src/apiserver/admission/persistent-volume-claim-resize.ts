// Plays the PersistentVolumeClaimResize plugin: a bound claim may ask for more when its class allows that.
import type { V1PersistentVolumeClaimSpec } from '../../api/generated/types.ts';
import { value } from '../../machinery/quantity.ts';
import { type AdmissionPlugin, refusal } from './plugin.ts';

const requested = (spec: unknown): number => value((spec as V1PersistentVolumeClaimSpec | undefined)?.resources?.requests?.storage ?? '0');

export const persistentVolumeClaimResize: AdmissionPlugin = {
  name: 'PersistentVolumeClaimResize',
  resources: ['persistentvolumeclaims'],
  operations: ['UPDATE'],
  validate(attributes, { storage, resources }) {
    const { object, old, subresource } = attributes;
    if (subresource || !object || !old || requested(object.spec) <= requested(old.spec)) return;
    if ((old.status as { phase?: string } | undefined)?.phase !== 'Bound') {
      throw refusal(attributes, 'Only bound persistent volume claims can be expanded');
    }
    const { storageClassName } = object.spec as V1PersistentVolumeClaimSpec;
    const classes = resources.find('storage.k8s.io', 'v1', 'storageclasses');
    const found = storageClassName && classes ? storage.get(classes, '', storageClassName)?.value : undefined;
    if ((found as { allowVolumeExpansion?: boolean } | undefined)?.allowVolumeExpansion) return;
    throw refusal(
      attributes,
      'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize',
    );
  },
};
