import type { Stored } from '../../machinery/object.ts';
import { age, name, selectorCell } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V1NetworkPolicy } from '../generated/types.ts';

export type NetworkPolicy = Stored<V1NetworkPolicy>;

export const NetworkPolicy = defineKind<NetworkPolicy>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'NetworkPolicy',
  columns: [name, { header: 'POD-SELECTOR', cell: (policy) => selectorCell(policy.spec.podSelector) }, age],
});
