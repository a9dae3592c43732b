import type { Stored } from '../../machinery/object.ts';
import type { FieldError } from '../../machinery/status.ts';
import { forbiddenField, invalidValue, notSupported, required } from '../../machinery/validation/field-error.ts';
import { validateLabelSelector } from '../../machinery/validation/label-selector.ts';
import { blank } from '../blank.ts';
import { age, name, selectorCell } from '../columns/columns.ts';
import { isAddress } from '../core/pod/validation/pod-spec.ts';
import { validatePort } from '../core/pod/validation/probes.ts';
import { defineKind } from '../define.ts';
import type { V1NetworkPolicy, V1NetworkPolicyPeer, V1NetworkPolicyPort, V1NetworkPolicySpec } from '../generated/types.ts';

export type NetworkPolicy = Stored<V1NetworkPolicy>;

export const NetworkPolicy = defineKind<NetworkPolicy>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'NetworkPolicy',
  validate: validatePolicy,
  validateUpdate: (policy) => validatePolicy(policy),
  setDefaults(policy) {
    policy.spec ??= blank<V1NetworkPolicySpec>();
    const { spec } = policy;
    spec.podSelector ??= {};
    for (const rule of [...(spec.ingress ?? []), ...(spec.egress ?? [])]) for (const port of rule.ports ?? []) port.protocol ??= 'TCP';
    if (!spec.policyTypes?.length) spec.policyTypes = spec.egress?.length ? ['Ingress', 'Egress'] : ['Ingress'];
  },
  columns: [name, { header: 'POD-SELECTOR', cell: (policy) => selectorCell(policy.spec.podSelector) }, age],
});

function validatePolicy({ spec }: NetworkPolicy): FieldError[] {
  const errors = validateLabelSelector(spec.podSelector, 'spec.podSelector');
  for (const [i, rule] of (spec.ingress ?? []).entries()) errors.push(...validateRule(rule.ports, rule.from, `spec.ingress[${i}]`, 'from'));
  for (const [i, rule] of (spec.egress ?? []).entries()) errors.push(...validateRule(rule.ports, rule.to, `spec.egress[${i}]`, 'to'));
  const types = spec.policyTypes ?? [];
  if (types.length > 2) errors.push(invalidValue('spec.policyTypes', types, 'may not specify more than two policyTypes'));
  for (const [i, type] of types.entries()) {
    if (type !== 'Ingress' && type !== 'Egress') errors.push(notSupported(`spec.policyTypes[${i}]`, type, ['Egress', 'Ingress']));
  }
  return errors;
}

function validateRule(
  ports: readonly V1NetworkPolicyPort[] | undefined,
  peers: readonly V1NetworkPolicyPeer[] | undefined,
  at: string,
  name: string,
): FieldError[] {
  const errors: FieldError[] = [];
  for (const [i, { protocol, port, endPort }] of (ports ?? []).entries()) {
    const here = `${at}.ports[${i}]`;
    if (protocol && !['TCP', 'UDP', 'SCTP'].includes(protocol))
      errors.push(notSupported(`${here}.protocol`, protocol, ['SCTP', 'TCP', 'UDP']));
    if (port !== undefined) errors.push(...validatePort(port, `${here}.port`));
    if (endPort !== undefined && typeof port === 'number' && endPort < port)
      errors.push(invalidValue(`${here}.endPort`, endPort, 'must be greater than or equal to `port`'));
    if (endPort !== undefined && port === undefined) errors.push(required(`${here}.port`, 'must be specified when `endPort` is specified'));
  }
  for (const [i, { ipBlock, podSelector, namespaceSelector }] of (peers ?? []).entries()) {
    const here = `${at}.${name}[${i}]`;
    errors.push(
      ...validateLabelSelector(podSelector, `${here}.podSelector`),
      ...validateLabelSelector(namespaceSelector, `${here}.namespaceSelector`),
    );
    if (!ipBlock && !podSelector && !namespaceSelector) errors.push(required(here, 'must specify a peer'));
    else if (ipBlock && (podSelector || namespaceSelector))
      errors.push(forbiddenField(here, 'may not specify both ipBlock and another peer'));
    if (ipBlock && !ipBlock.cidr) errors.push(required(`${here}.ipBlock.cidr`));
    else if (ipBlock && !isCidr(ipBlock.cidr)) errors.push(invalidValue(`${here}.ipBlock.cidr`, ipBlock.cidr, CIDR_TEXT));
    for (const [j, except] of (ipBlock?.except ?? []).entries()) {
      if (!isCidr(except)) errors.push(invalidValue(`${here}.ipBlock.except[${j}]`, except, CIDR_TEXT));
    }
  }
  return errors;
}

const CIDR_TEXT = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)';

function isCidr(text: string): boolean {
  const [address = '', bits = ''] = text.split('/');
  return isAddress(address) && /^\d{1,3}$/.test(bits) && Number(bits) <= (address.includes(':') ? 128 : 32);
}
