import { rfc3339 } from '../../machinery/clock.ts';
import type { Stored } from '../../machinery/object.ts';
import { accessModesText, age, name, storageClassText } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V1PersistentVolume } from '../generated/types.ts';

export type PersistentVolume = Stored<V1PersistentVolume>;

export const PersistentVolume = defineKind<PersistentVolume>({
  group: '',
  version: 'v1',
  kind: 'PersistentVolume',
  setDefaults(pv) {
    pv.spec ??= {};
    pv.spec.persistentVolumeReclaimPolicy ||= 'Retain';
    pv.spec.volumeMode ??= 'Filesystem';
    if (pv.spec.hostPath) pv.spec.hostPath.type ??= '';
  },
  prepareForCreate(pv, { now }) {
    pv.status = { lastPhaseTransitionTime: rfc3339(now), phase: 'Pending' };
  },
  columns: [
    name,
    { header: 'CAPACITY', cell: (pv) => pv.spec.capacity?.['storage'] ?? '' },
    { header: 'ACCESS MODES', cell: (pv) => accessModesText(pv.spec.accessModes) },
    { header: 'RECLAIM POLICY', cell: (pv) => pv.spec.persistentVolumeReclaimPolicy ?? '' },
    { header: 'STATUS', cell: (pv) => (pv.metadata.deletionTimestamp ? 'Terminating' : (pv.status?.phase ?? '')) },
    { header: 'CLAIM', cell: ({ spec: { claimRef } }) => (claimRef ? `${claimRef.namespace}/${claimRef.name}` : '') },
    { header: 'STORAGECLASS', cell: storageClassText },
    { header: 'VOLUMEATTRIBUTESCLASS', cell: (pv) => pv.spec.volumeAttributesClassName ?? '<unset>' },
    { header: 'REASON', cell: (pv) => pv.status?.reason ?? '' },
    age,
    { header: 'VOLUMEMODE', wide: true, cell: (pv) => pv.spec.volumeMode ?? '<unset>' },
  ],
});
