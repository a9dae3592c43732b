import type { Stored } from '../../machinery/object.ts';
import { defineKind } from '../define.ts';
import type { V1PersistentVolumeClaim } from '../generated/types.ts';

export type PersistentVolumeClaim = Stored<V1PersistentVolumeClaim>;

export const PersistentVolumeClaim = defineKind<PersistentVolumeClaim>({
  group: '',
  version: 'v1',
  kind: 'PersistentVolumeClaim',
});
