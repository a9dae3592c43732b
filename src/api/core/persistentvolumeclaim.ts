import type { Stored } from '../../machinery/object.ts';
import { accessModesText, age, name, storageClassText } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V1PersistentVolumeClaim } from '../generated/types.ts';
import { defaultClaimSpec } from './pod/volume-defaults.ts';

export type PersistentVolumeClaim = Stored<V1PersistentVolumeClaim>;

export const PersistentVolumeClaim = defineKind<PersistentVolumeClaim>({
  group: '',
  version: 'v1',
  kind: 'PersistentVolumeClaim',
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
