import { rfc3339 } from '../../machinery/clock.ts';
import { jsonEqual } from '../../machinery/equal.ts';
import type { Stored } from '../../machinery/object.ts';
import type { FieldError } from '../../machinery/status.ts';
import { forbiddenField, invalidValue, notSupported, required } from '../../machinery/validation/field-error.ts';
import { immutable } from '../apps/validation.ts';
import { accessModesText, age, name, storageClassText } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V1PersistentVolume } from '../generated/types.ts';
import { validateAccessModes, validateStorage, validateVolumeMode } from './volume-validation.ts';

export type PersistentVolume = Stored<V1PersistentVolume>;

export const PersistentVolume = defineKind<PersistentVolume>({
  group: '',
  version: 'v1',
  kind: 'PersistentVolume',
  validate: validateVolume,
  validateUpdate: validateVolumeUpdate,
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

/** Fields of the spec that are no source of the volume. */
const COMMON = new Set([
  'accessModes',
  'capacity',
  'claimRef',
  'mountOptions',
  'nodeAffinity',
  'persistentVolumeReclaimPolicy',
  'storageClassName',
  'volumeAttributesClassName',
  'volumeMode',
]);

const RECLAIM_POLICIES = ['Delete', 'Recycle', 'Retain'];

const sourcesOf = ({ spec }: PersistentVolume): [string, unknown][] =>
  Object.entries(spec).filter(([field, value]) => !COMMON.has(field) && value !== undefined);

function validateVolume(pv: PersistentVolume): FieldError[] {
  const { spec } = pv;
  const errors = validateAccessModes(spec.accessModes, 'spec.accessModes');
  if (!Object.keys(spec.capacity ?? {}).length) errors.push(required('spec.capacity'));
  else errors.push(...validateStorage(spec.capacity?.['storage'], 'spec.capacity[storage]'));
  const policy = spec.persistentVolumeReclaimPolicy ?? '';
  if (!RECLAIM_POLICIES.includes(policy)) errors.push(notSupported('spec.persistentVolumeReclaimPolicy', policy, RECLAIM_POLICIES));
  const [first, ...more] = sourcesOf(pv);
  if (!first) errors.push(required('spec', 'must specify a volume type'));
  for (const [source] of more) errors.push(forbiddenField(`spec.${source}`, 'may not specify more than 1 volume type'));
  if (spec.hostPath && !spec.hostPath.path) errors.push(required('spec.hostPath.path'));
  if (spec.hostPath?.path?.split('/').includes('..'))
    errors.push(invalidValue('spec.hostPath.path', spec.hostPath.path, "must not contain '..'"));
  if (spec.nfs && !spec.nfs.server) errors.push(required('spec.nfs.server'));
  if (spec.nfs && !spec.nfs.path) errors.push(required('spec.nfs.path'));
  if (spec.csi && !spec.csi.driver) errors.push(required('spec.csi.driver'));
  if (spec.csi && !spec.csi.volumeHandle) errors.push(required('spec.csi.volumeHandle'));
  if (spec.local && !spec.local.path) errors.push(required('spec.local.path'));
  if (spec.local && !spec.nodeAffinity?.required) errors.push(required('spec.nodeAffinity', 'Local volume requires node affinity'));
  return [...errors, ...validateVolumeMode(spec.volumeMode, 'spec.volumeMode')];
}

function validateVolumeUpdate(pv: PersistentVolume, old: PersistentVolume, subresource: string): FieldError[] {
  if (subresource === 'status') return [];
  const errors = validateVolume(pv);
  if (!jsonEqual(sourcesOf(pv), sourcesOf(old))) {
    errors.push(forbiddenField('spec.persistentvolumesource', 'spec.persistentvolumesource is immutable after creation'));
  }
  if (old.spec.volumeMode) errors.push(...immutable(pv.spec.volumeMode, old.spec.volumeMode, 'volumeMode'));
  return errors;
}
