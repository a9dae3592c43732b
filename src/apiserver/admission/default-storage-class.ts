// Plays the DefaultStorageClass plugin: a claim that names no class gets the default one.
import type { V1PersistentVolumeClaimSpec } from '../../api/generated/types.ts';
import { defaultClass } from './default-class.ts';
import type { AdmissionPlugin } from './plugin.ts';

const ANNOTATIONS = ['storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class'];

export const defaultStorageClass: AdmissionPlugin = {
  name: 'DefaultStorageClass',
  resources: ['persistentvolumeclaims'],
  operations: ['CREATE'],
  admit({ object, subresource }, { storage, resources }) {
    if (subresource || !object) return;
    const spec = object.spec as V1PersistentVolumeClaimSpec | undefined;
    // An empty name asks for no class at all.
    if (
      !spec ||
      spec.storageClassName !== undefined ||
      object.metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] !== undefined
    )
      return;
    const classes = resources.find('storage.k8s.io', 'v1', 'storageclasses');
    const found = classes && defaultClass(storage.few(classes, ''), ANNOTATIONS);
    if (found) spec.storageClassName = found.metadata.name;
  },
};
