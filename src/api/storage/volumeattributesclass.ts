import type { Stored } from '../../machinery/object.ts';
import { age, name } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V1VolumeAttributesClass } from '../generated/types.ts';

export type VolumeAttributesClass = Stored<V1VolumeAttributesClass>;

export const VolumeAttributesClass = defineKind<VolumeAttributesClass>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'VolumeAttributesClass',
  columns: [name, { header: 'DRIVERNAME', cell: (vac) => vac.driverName }, age],
});
