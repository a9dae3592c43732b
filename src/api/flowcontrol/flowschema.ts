import type { Stored } from '../../machinery/object.ts';
import { defineKind } from '../define.ts';
import type { V1FlowSchema } from '../generated/types.ts';

export type FlowSchema = Stored<V1FlowSchema>;

export const FlowSchema = defineKind<FlowSchema>({
  group: 'flowcontrol.apiserver.k8s.io',
  version: 'v1',
  kind: 'FlowSchema',
});
