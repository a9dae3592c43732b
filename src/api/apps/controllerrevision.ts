import type { Stored } from '../../machinery/object.ts';
import { defineKind } from '../define.ts';
import type { V1ControllerRevision } from '../generated/types.ts';

export type ControllerRevision = Stored<V1ControllerRevision>;

export const ControllerRevision = defineKind<ControllerRevision>({
  group: 'apps',
  version: 'v1',
  kind: 'ControllerRevision',
});
