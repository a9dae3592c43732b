// pkg/apis/storage/validation: what the kinds of storage have in common.
import type { FieldError } from '../../machinery/status.ts';
import { invalidFor, required, tooLong } from '../../machinery/validation/field-error.ts';
import { dnsSubdomain } from '../../machinery/validation/names.ts';

/** The name of a CSI driver: a domain name, in capitals if it likes. */
export function validateDriverName(name: string | undefined, field: string): FieldError[] {
  if (!name) return [required(field)];
  return [...(name.length > 63 ? [tooLong(field, 63)] : []), ...invalidFor(field, name, dnsSubdomain(name.toLowerCase()))];
}
