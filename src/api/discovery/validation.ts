// pkg/apis/discovery/validation: EndpointSlices.
import { isIPv4, isIPv6 } from 'node:net';
import type { FieldError } from '../../machinery/status.ts';
import { duplicate, invalidFor, invalidValue, notSupported, required, tooMany } from '../../machinery/validation/field-error.ts';
import { dnsLabel, dnsSubdomain, portNumber, qualifiedName } from '../../machinery/validation/names.ts';
import type { DiscoveryV1EndpointPort, V1Endpoint, V1EndpointSlice } from '../generated/types.ts';

const TYPES = ['FQDN', 'IPv4', 'IPv6'];
const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];
const MOST_ENDPOINTS = 1000;
const MOST_ADDRESSES = 100;
const MOST_PORTS = 20_000;

export function validateEndpointSlice({ addressType, endpoints, ports }: V1EndpointSlice): FieldError[] {
  return [
    ...validateEndpoints(endpoints ?? [], addressType),
    ...validatePorts(ports ?? []),
    ...(addressType ? [] : [required('addressType')]),
    ...(addressType && !TYPES.includes(addressType) ? [notSupported('addressType', addressType, TYPES)] : []),
  ];
}

function validateEndpoints(endpoints: readonly V1Endpoint[], addressType: string): FieldError[] {
  if (endpoints.length > MOST_ENDPOINTS) return [tooMany('endpoints', endpoints.length, MOST_ENDPOINTS)];
  return endpoints.flatMap(({ addresses = [], hostname, nodeName }, i) => {
    const at = `endpoints[${i}]`;
    const errors: FieldError[] = [];
    if (addresses.length === 0) errors.push(required(`${at}.addresses`, 'must contain at least 1 address'));
    else if (addresses.length > MOST_ADDRESSES) errors.push(tooMany(`${at}.addresses`, addresses.length, MOST_ADDRESSES));
    for (const [j, address] of addresses.entries()) errors.push(...validateAddress(address, addressType, `${at}.addresses[${j}]`));
    if (nodeName !== undefined) errors.push(...invalidFor(`${at}.nodeName`, nodeName, dnsSubdomain(nodeName)));
    if (hostname) errors.push(...invalidFor(`${at}.hostname`, hostname, dnsLabel(hostname)));
    return errors;
  });
}

function validateAddress(address: string, type: string, field: string): FieldError[] {
  if (type === 'FQDN') return invalidFor(field, address, dnsSubdomain(address));
  if (type === 'IPv4' && !isIPv4(address)) return [invalidValue(field, address, 'must be a valid IPv4 address')];
  if (type === 'IPv6' && !isIPv6(address)) return [invalidValue(field, address, 'must be a valid IPv6 address')];
  return invalidFor(field, address, specialAddress(address));
}

/** Addresses at which nobody else can be. */
function specialAddress(address: string): string[] {
  if (address === '0.0.0.0' || address === '::') return [`may not be unspecified (${address})`];
  if (address.startsWith('127.') || address === '::1') return ['may not be in the loopback range (127.0.0.0/8, ::1/128)'];
  if (address.startsWith('169.254.') || /^fe[89ab]/i.test(address))
    return ['may not be in the link-local range (169.254.0.0/16, fe80::/10)'];
  if (/^224\.0\.0\./.test(address) || /^ff02:/i.test(address))
    return ['may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)'];
  return [];
}

function validatePorts(ports: readonly DiscoveryV1EndpointPort[]): FieldError[] {
  if (ports.length > MOST_PORTS) return [tooMany('ports', ports.length, MOST_PORTS)];
  const names = new Set<string>();
  return ports.flatMap(({ name = '', protocol, port, appProtocol }, i) => {
    const at = `ports[${i}]`;
    const errors: FieldError[] = name ? invalidFor(`${at}.name`, name, dnsLabel(name)) : [];
    if (names.has(name)) errors.push(duplicate(`${at}.name`, name));
    names.add(name);
    if (!protocol) errors.push(required(`${at}.protocol`));
    else if (!PROTOCOLS.includes(protocol)) errors.push(notSupported(`${at}.protocol`, protocol, PROTOCOLS));
    if (port !== undefined) errors.push(...invalidFor(`${at}.port`, port, portNumber(port)));
    if (appProtocol) errors.push(...invalidFor(`${at}.appProtocol`, appProtocol, qualifiedName(appProtocol)));
    return errors;
  });
}
