import type { Stored } from '../../machinery/object.ts';
import { defineKind } from '../define.ts';
import type { V1VolumeAttachment } from '../generated/types.ts';

export type VolumeAttachment = Stored<V1VolumeAttachment>;

export const VolumeAttachment = defineKind<VolumeAttachment>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'VolumeAttachment',
});
