// ValidateIngress of pkg/apis/networking.
import type { FieldError } from '../../machinery/status.ts';
import { invalidFor, invalidValue, notSupported, required } from '../../machinery/validation/field-error.ts';
import { dns1035Label, dnsSubdomain, portName, portNumber } from '../../machinery/validation/names.ts';
import { isAddress } from '../core/pod/validation/pod-spec.ts';
import type { V1HTTPIngressPath, V1IngressBackend } from '../generated/types.ts';
import type { Ingress } from './ingress.ts';

const PATH_TYPES = ['Exact', 'ImplementationSpecific', 'Prefix'];

export function validateIngress({ spec }: Ingress): FieldError[] {
  const errors: FieldError[] = [];
  const rules = spec.rules ?? [];
  if (!rules.length && !spec.defaultBackend) {
    errors.push(invalidValue('spec', spec.rules ?? null, 'either `defaultBackend` or `rules` must be specified'));
  }
  if (spec.defaultBackend) errors.push(...validateBackend(spec.defaultBackend, 'spec.defaultBackend'));
  for (const [i, { host, http }] of rules.entries()) {
    if (host) errors.push(...validateHost(host, `spec.rules[${i}].host`));
    const at = `spec.rules[${i}].http.paths`;
    if (http && !http.paths?.length) errors.push(required(at));
    for (const [j, path] of (http?.paths ?? []).entries()) errors.push(...validatePath(path, `${at}[${j}]`));
  }
  for (const [i, { hosts = [] }] of (spec.tls ?? []).entries()) {
    for (const [j, host] of hosts.entries()) errors.push(...validateHost(host, `spec.tls[${i}].hosts[${j}]`));
  }
  if (spec.ingressClassName !== undefined)
    errors.push(...invalidFor('spec.ingressClassName', spec.ingressClassName, dnsSubdomain(spec.ingressClassName)));
  return errors;
}

function validateHost(host: string, at: string): FieldError[] {
  if (isAddress(host)) return [invalidValue(at, host, 'must be a DNS name, not an IP address')];
  if (!host.includes('*')) return invalidFor(at, host, dnsSubdomain(host));
  if (/^\*(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)+$/.test(host)) return [];
  return [
    invalidValue(
      at,
      host,
      "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g. '*.example.com', regex used for validation is '\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
    ),
  ];
}

function validatePath({ path = '', pathType, backend }: V1HTTPIngressPath, at: string): FieldError[] {
  const errors: FieldError[] = [];
  if (!pathType) errors.push(required(`${at}.pathType`, 'pathType must be specified'));
  else if (!PATH_TYPES.includes(pathType)) errors.push(notSupported(`${at}.pathType`, pathType, PATH_TYPES));
  else if (pathType !== 'ImplementationSpecific' || path) {
    if (!path.startsWith('/')) errors.push(invalidValue(`${at}.path`, path, 'must be an absolute path'));
  }
  return [...errors, ...validateBackend(backend ?? {}, `${at}.backend`)];
}

function validateBackend({ service, resource }: V1IngressBackend, at: string): FieldError[] {
  if (resource && service) return [invalidValue(at, '', 'cannot set both resource and service backends')];
  if (resource) return [];
  if (!service) return [required(at, 'must specify either service or resource backend')];
  const errors: FieldError[] = [];
  if (!service.name) errors.push(required(`${at}.service.name`));
  else errors.push(...invalidFor(`${at}.service.name`, service.name, dns1035Label(service.name)));
  const { name, number } = service.port ?? {};
  if (name && number) errors.push(invalidValue(at, '', 'cannot set both port name & port number'));
  else if (name) errors.push(...invalidFor(`${at}.service.port.name`, name, portName(name)));
  else if (number) errors.push(...invalidFor(`${at}.service.port.number`, number, portNumber(number)));
  else errors.push(required(at, 'port name or number is required'));
  return errors;
}
