import type { Stored } from '../../machinery/object.ts';
import { defineKind } from '../define.ts';
import type { V1StatefulSet } from '../generated/types.ts';

export type StatefulSet = Stored<V1StatefulSet>;

export const StatefulSet = defineKind<StatefulSet>({
  group: 'apps',
  version: 'v1',
  kind: 'StatefulSet',
});
