import type { Stored } from '../../machinery/object.ts';
import { createdAt, name } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V1CSIStorageCapacity } from '../generated/types.ts';

export type CSIStorageCapacity = Stored<V1CSIStorageCapacity>;

export const CSIStorageCapacity = defineKind<CSIStorageCapacity>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'CSIStorageCapacity',
  columns: [name, createdAt],
});
