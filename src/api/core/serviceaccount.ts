import type { Stored } from '../../machinery/object.ts';
import { age, name } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V1ServiceAccount } from '../generated/types.ts';

export type ServiceAccount = Stored<V1ServiceAccount>;

export const ServiceAccount = defineKind<ServiceAccount>({
  group: '',
  version: 'v1',
  kind: 'ServiceAccount',
  columns: [name, age],
});
