import type { Stored } from '../../machinery/object.ts';
import { defineKind } from '../define.ts';
import type { V1Service } from '../generated/types.ts';

export type Service = Stored<V1Service>;

export const Service = defineKind<Service>({
  group: '',
  version: 'v1',
  kind: 'Service',
});
