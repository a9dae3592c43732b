import { jsonEqual } from '../../machinery/equal.ts';
import type { Stored } from '../../machinery/object.ts';
import type { FieldError } from '../../machinery/status.ts';
import { invalidFor, invalidValue, required } from '../../machinery/validation/field-error.ts';
import { networkProblems } from '../../machinery/validation/ip.ts';
import { age, name } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V1ServiceCIDR } from '../generated/types.ts';

export type ServiceCIDR = Stored<V1ServiceCIDR>;

export const ServiceCIDR = defineKind<ServiceCIDR>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'ServiceCIDR',
  setDefaults(cidr) {
    cidr.spec ??= {};
  },
  prepareForCreate(cidr) {
    cidr.status = {};
  },
  validate: ({ spec }) => validateRanges(spec?.cidrs ?? []),
  validateUpdate: ({ spec }, old) =>
    jsonEqual(spec?.cidrs, old.spec?.cidrs) ? [] : [invalidValue('spec.cidrs', spec?.cidrs, 'field is immutable')],
  columns: [name, { header: 'CIDRS', cell: (cidr) => (cidr.spec.cidrs ?? []).join(',') }, age],
});

/** One network, or one of each address family. */
function validateRanges(cidrs: readonly string[]): FieldError[] {
  if (cidrs.length === 0) return [required('spec.cidrs', 'at least one CIDR required')];
  if (cidrs.length > 2) return [invalidValue('spec', { cidrs }, 'may only hold up to 2 values')];
  const errors = cidrs.flatMap((cidr, i) => invalidFor(`spec.cidrs[${i}]`, cidr, networkProblems(cidr)));
  const isIPv6 = (cidr: string): boolean => cidr.includes(':');
  if (errors.length === 0 && cidrs.length === 2 && isIPv6(cidrs[0] as string) === isIPv6(cidrs[1] as string)) {
    errors.push(
      invalidValue('spec', { cidrs }, 'may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64'),
    );
  }
  return errors;
}
