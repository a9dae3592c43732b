import type { Stored } from '../../machinery/object.ts';
import { defineKind } from '../define.ts';
import type { V1PersistentVolume } from '../generated/types.ts';

export type PersistentVolume = Stored<V1PersistentVolume>;

export const PersistentVolume = defineKind<PersistentVolume>({
  group: '',
  version: 'v1',
  kind: 'PersistentVolume',
});
