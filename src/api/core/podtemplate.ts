import type { Stored } from '../../machinery/object.ts';
import { defineKind } from '../define.ts';
import type { V1PodTemplate } from '../generated/types.ts';

export type PodTemplate = Stored<V1PodTemplate>;

export const PodTemplate = defineKind<PodTemplate>({
  group: '',
  version: 'v1',
  kind: 'PodTemplate',
});
