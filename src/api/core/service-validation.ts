// ValidateService and what an update of a Service may change.
import type { FieldError } from '../../machinery/status.ts';
import { duplicate, forbiddenField, invalidFor, invalidValue, notSupported, required } from '../../machinery/validation/field-error.ts';
import { dnsLabel, dnsSubdomain, labelErrors, portNumber } from '../../machinery/validation/names.ts';
import type { V1ServicePort } from '../generated/types.ts';
import { isAddress } from './pod/validation/pod-spec.ts';
import { validatePort } from './pod/validation/probes.ts';
import type { Service } from './service.ts';

const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];
const AFFINITIES = ['ClientIP', 'None'];

export function validateService({ spec }: Service): FieldError[] {
  const errors: FieldError[] = [];
  const ports = spec.ports ?? [];
  const isHeadless = spec.clusterIP === 'None';
  if (!ports.length && !isHeadless && spec.type !== 'ExternalName') errors.push(required('spec.ports'));
  if (spec.type === 'ExternalName') {
    if (spec.clusterIP) errors.push(forbiddenField('spec.clusterIPs', 'may not be set for ExternalName services'));
    if (spec.externalName)
      errors.push(...invalidFor('spec.externalName', spec.externalName, dnsSubdomain(spec.externalName.replace(/\.$/, ''))));
    else errors.push(required('spec.externalName'));
  }
  if ((spec.type === 'NodePort' || spec.type === 'LoadBalancer') && isHeadless) {
    errors.push(invalidValue('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${spec.type} services`));
  }
  const names = new Set<string>();
  for (const [i, port] of ports.entries()) errors.push(...validateServicePort(port, ports.length > 1, names, `spec.ports[${i}]`));
  errors.push(...labelErrors(spec.selector, 'spec.selector'));
  const affinity = spec.sessionAffinity ?? '';
  if (!affinity) errors.push(required('spec.sessionAffinity'));
  else if (!AFFINITIES.includes(affinity)) errors.push(notSupported('spec.sessionAffinity', affinity, AFFINITIES));
  for (const [i, ip] of (spec.clusterIPs ?? []).entries()) {
    if (ip !== 'None' && !isAddress(ip))
      errors.push(invalidValue(`spec.clusterIPs[${i}]`, ip, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'));
  }
  for (const [i, ip] of (spec.externalIPs ?? []).entries()) {
    if (!isAddress(ip))
      errors.push(invalidValue(`spec.externalIPs[${i}]`, ip, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'));
  }
  if (!spec.type) errors.push(required('spec.type'));
  else if (!TYPES.includes(spec.type)) errors.push(notSupported('spec.type', spec.type, TYPES));
  return [...errors, ...validateNodePorts(ports, spec.type), ...duplicatePorts(ports), ...validatePolicies(spec)];
}

function validateServicePort(port: V1ServicePort, needsName: boolean, names: Set<string>, at: string): FieldError[] {
  const errors: FieldError[] = [];
  const { name = '', protocol = '' } = port;
  if (needsName && !name) errors.push(required(`${at}.name`));
  else if (name) {
    errors.push(...invalidFor(`${at}.name`, name, dnsLabel(name)));
    if (names.has(name)) errors.push(duplicate(`${at}.name`, name));
    names.add(name);
  }
  errors.push(...invalidFor(`${at}.port`, port.port ?? 0, portNumber(port.port ?? 0)));
  if (!protocol) errors.push(required(`${at}.protocol`));
  else if (!PROTOCOLS.includes(protocol)) errors.push(notSupported(`${at}.protocol`, protocol, PROTOCOLS));
  return [...errors, ...validatePort(port.targetPort, `${at}.targetPort`)];
}

function validateNodePorts(ports: readonly V1ServicePort[], type: string | undefined): FieldError[] {
  const errors: FieldError[] = [];
  const taken = new Set<string>();
  for (const [i, { nodePort, protocol }] of ports.entries()) {
    if (!nodePort) continue;
    const at = `spec.ports[${i}].nodePort`;
    if (type === 'ClusterIP') errors.push(forbiddenField(at, "may not be used when `type` is 'ClusterIP'"));
    else if (taken.has(`${protocol}/${nodePort}`)) errors.push(duplicate(at, nodePort));
    taken.add(`${protocol}/${nodePort}`);
  }
  return errors;
}

function duplicatePorts(ports: readonly V1ServicePort[]): FieldError[] {
  const errors: FieldError[] = [];
  const taken = new Set<string>();
  for (const [i, { protocol, port }] of ports.entries()) {
    const key = `${protocol}/${port}`;
    if (taken.has(key))
      errors.push(
        duplicate(`spec.ports[${i}]`, { Name: '', Protocol: protocol, AppProtocol: null, Port: port, TargetPort: 0, NodePort: 0 }),
      );
    taken.add(key);
  }
  return errors;
}

function validatePolicies(spec: Service['spec']): FieldError[] {
  const errors: FieldError[] = [];
  const isExternal = spec.type === 'NodePort' || spec.type === 'LoadBalancer' || (spec.type === 'ClusterIP' && spec.externalIPs?.length);
  const { externalTrafficPolicy: external, internalTrafficPolicy: internal } = spec;
  if (external && !isExternal) {
    errors.push(invalidValue('spec.externalTrafficPolicy', external, 'may only be set for externally-accessible services'));
  } else if (external && external !== 'Cluster' && external !== 'Local') {
    errors.push(notSupported('spec.externalTrafficPolicy', external, ['Cluster', 'Local']));
  }
  if (internal && internal !== 'Cluster' && internal !== 'Local')
    errors.push(notSupported('spec.internalTrafficPolicy', internal, ['Cluster', 'Local']));
  return errors;
}

export function validateServiceUpdate(service: Service, old: Service, subresource: string): FieldError[] {
  if (subresource === 'status') return [];
  const errors: FieldError[] = [];
  const before = old.spec.clusterIPs?.[0];
  const after = service.spec.clusterIPs?.[0];
  const keepsAddress = service.spec.type !== 'ExternalName' && old.spec.type !== 'ExternalName';
  if (keepsAddress && before && before !== after) {
    errors.push(invalidValue('spec.clusterIPs[0]', service.spec.clusterIPs ?? null, 'may not change once set'));
  }
  return [...errors, ...validateService(service)];
}

/** Addresses and node ports that a writer left out stay as they are (PatchAllocatedValues). */
export function keepAllocated(service: Service, old: Service): void {
  const { spec } = service;
  const before = old.spec;
  const hasAddress = spec.type !== 'ExternalName' && before.type !== 'ExternalName';
  const sameList = JSON.stringify(spec.clusterIPs) === JSON.stringify(before.clusterIPs);
  if (hasAddress && spec.clusterIP && spec.clusterIP !== before.clusterIP && sameList) spec.clusterIPs = [spec.clusterIP];
  if (hasAddress && !spec.clusterIP && before.clusterIP && (!spec.clusterIPs?.length || sameList)) {
    spec.clusterIP = before.clusterIP;
    spec.clusterIPs = before.clusterIPs;
  }
  if (spec.type === 'ExternalName') {
    if (before.type !== 'ExternalName')
      for (const field of ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy'] as const) delete spec[field];
    return;
  }
  spec.ipFamilies ??= before.ipFamilies ?? ['IPv4'];
  spec.ipFamilyPolicy ??= before.ipFamilyPolicy ?? 'SingleStack';
  if (spec.type !== 'NodePort' && spec.type !== 'LoadBalancer') {
    // Ports of the node go when the type that needs them goes.
    if (before.type === 'NodePort' || before.type === 'LoadBalancer') {
      const inherited = new Set((before.ports ?? []).map(({ nodePort }) => nodePort));
      if (spec.ports?.some(({ nodePort }) => nodePort && inherited.has(nodePort))) {
        spec.ports = spec.ports.map(({ nodePort, ...port }) => (nodePort && !inherited.has(nodePort) ? { ...port, nodePort } : port));
      }
      if (!spec.externalIPs?.length) delete spec.externalTrafficPolicy;
    }
    return;
  }
  const known = new Map((before.ports ?? []).map((port) => [`${port.protocol}/${port.port}`, port.nodePort]));
  if (spec.ports?.some((port) => !port.nodePort && known.get(`${port.protocol}/${port.port}`))) {
    spec.ports = spec.ports.map((port) => {
      const nodePort = port.nodePort || known.get(`${port.protocol}/${port.port}`);
      return nodePort ? { ...port, nodePort } : port;
    });
  }
}
