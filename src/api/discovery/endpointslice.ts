import type { Stored } from '../../machinery/object.ts';
import { defineKind } from '../define.ts';
import type { V1EndpointSlice } from '../generated/types.ts';

export type EndpointSlice = Stored<V1EndpointSlice>;

export const EndpointSlice = defineKind<EndpointSlice>({
  group: 'discovery.k8s.io',
  version: 'v1',
  kind: 'EndpointSlice',
});
