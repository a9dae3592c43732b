import type { Stored } from '../../machinery/object.ts';
import { required } from '../../machinery/validation/field-error.ts';
import { age, name } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V1VolumeAttachment } from '../generated/types.ts';

export type VolumeAttachment = Stored<V1VolumeAttachment>;

export const VolumeAttachment = defineKind<VolumeAttachment>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'VolumeAttachment',
  validate: ({ spec }) => [
    ...(spec?.attacher ? [] : [required('spec.attacher')]),
    ...(spec?.nodeName ? [] : [required('spec.nodeName')]),
    ...(spec?.source?.persistentVolumeName || spec?.source?.inlineVolumeSpec ? [] : [required('spec.source')]),
  ],
  prepareForCreate(attachment) {
    attachment.status = { attached: false };
  },
  columns: [
    name,
    { header: 'ATTACHER', cell: (attachment) => attachment.spec.attacher },
    { header: 'PV', cell: (attachment) => attachment.spec.source.persistentVolumeName ?? '' },
    { header: 'NODE', cell: (attachment) => attachment.spec.nodeName },
    { header: 'ATTACHED', type: 'boolean', cell: (attachment) => attachment.status?.attached ?? false },
    age,
  ],
});
