import type { Stored } from '../../machinery/object.ts';
import { defineKind } from '../define.ts';
import type { V1ConfigMap } from '../generated/types.ts';

export type ConfigMap = Stored<V1ConfigMap>;

export const ConfigMap = defineKind<ConfigMap>({
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
});
