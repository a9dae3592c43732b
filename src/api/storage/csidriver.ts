import type { Stored } from '../../machinery/object.ts';
import { defineKind } from '../define.ts';
import type { V1CSIDriver } from '../generated/types.ts';

export type CSIDriver = Stored<V1CSIDriver>;

export const CSIDriver = defineKind<CSIDriver>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'CSIDriver',
});
