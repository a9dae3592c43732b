import type { Stored } from '../../machinery/object.ts';
import { defineKind } from '../define.ts';
import type { V1StorageClass } from '../generated/types.ts';

export type StorageClass = Stored<V1StorageClass>;

export const StorageClass = defineKind<StorageClass>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'StorageClass',
});
