import type { Stored } from '../../machinery/object.ts';
import { defineKind } from '../define.ts';
import type { V1NetworkPolicy } from '../generated/types.ts';

export type NetworkPolicy = Stored<V1NetworkPolicy>;

export const NetworkPolicy = defineKind<NetworkPolicy>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'NetworkPolicy',
});
