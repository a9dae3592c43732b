import type { Stored } from '../../machinery/object.ts';
import { age, nameWithDefault } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V1StorageClass } from '../generated/types.ts';

export type StorageClass = Stored<V1StorageClass>;

export const StorageClass = defineKind<StorageClass>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'StorageClass',
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
