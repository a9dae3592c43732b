import type { Stored } from '../../machinery/object.ts';
import { defineKind } from '../define.ts';
import type { V1ComponentStatus } from '../generated/types.ts';

export type ComponentStatus = Stored<V1ComponentStatus>;

export const ComponentStatus = defineKind<ComponentStatus>({
  group: '',
  version: 'v1',
  kind: 'ComponentStatus',
});
