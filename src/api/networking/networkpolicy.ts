import type { Stored } from '../../machinery/object.ts';
import { blank } from '../blank.ts';
import { age, name, selectorCell } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V1NetworkPolicy, V1NetworkPolicySpec } from '../generated/types.ts';

export type NetworkPolicy = Stored<V1NetworkPolicy>;

export const NetworkPolicy = defineKind<NetworkPolicy>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'NetworkPolicy',
  setDefaults(policy) {
    policy.spec ??= blank<V1NetworkPolicySpec>();
    const { spec } = policy;
    spec.podSelector ??= {};
    for (const rule of [...(spec.ingress ?? []), ...(spec.egress ?? [])]) for (const port of rule.ports ?? []) port.protocol ??= 'TCP';
    if (!spec.policyTypes?.length) spec.policyTypes = spec.egress?.length ? ['Ingress', 'Egress'] : ['Ingress'];
  },
  columns: [name, { header: 'POD-SELECTOR', cell: (policy) => selectorCell(policy.spec.podSelector) }, age],
});
