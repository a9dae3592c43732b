import type { Stored } from '../../machinery/object.ts';
import { defineKind } from '../define.ts';
import type { V1DaemonSet } from '../generated/types.ts';

export type DaemonSet = Stored<V1DaemonSet>;

export const DaemonSet = defineKind<DaemonSet>({
  group: 'apps',
  version: 'v1',
  kind: 'DaemonSet',
});
