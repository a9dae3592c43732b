import { humanDuration } from '../../machinery/age.ts';
import { seconds } from '../../machinery/clock.ts';
import type { Stored } from '../../machinery/object.ts';
import type { FieldError } from '../../machinery/status.ts';
import { duplicate, invalidValue, notSupported, required } from '../../machinery/validation/field-error.ts';
import { blank } from '../blank.ts';
import { age, name } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V1CertificateSigningRequest, V1CertificateSigningRequestSpec } from '../generated/types.ts';

export type CertificateSigningRequest = Stored<V1CertificateSigningRequest>;

export const CertificateSigningRequest = defineKind<CertificateSigningRequest>({
  group: 'certificates.k8s.io',
  version: 'v1',
  kind: 'CertificateSigningRequest',
  validate(csr) {
    const errors: FieldError[] = [];
    const { request, signerName, usages, expirationSeconds } = csr.spec;
    const pem = Buffer.from(request ?? '', 'base64').toString();
    if (!/-----BEGIN (NEW )?CERTIFICATE REQUEST-----/.test(pem)) {
      errors.push(invalidValue('spec.request', request ?? '', 'PEM block type must be CERTIFICATE REQUEST'));
    }
    errors.push(...validateUsages(usages ?? []));
    if (!signerName) errors.push(required('spec.signerName'));
    else if (!signerName.includes('/'))
      errors.push(
        invalidValue('spec.signerName', signerName, 'must be a fully qualified domain and path of the form "example.com/signer-name"'),
      );
    if (expirationSeconds !== undefined && expirationSeconds < 600) {
      errors.push(
        invalidValue('spec.expirationSeconds', expirationSeconds, 'may not specify a duration less than 600 seconds (10 minutes)'),
      );
    }
    return errors;
  },
  nameRule: 'path-segment',
  setDefaults(csr) {
    csr.spec ??= blank<V1CertificateSigningRequestSpec>();
  },
  prepareForCreate(csr) {
    csr.status = {};
  },
  selectableFields: (csr) => ({ 'spec.signerName': csr.spec.signerName }),
  columns: [
    name,
    age,
    { header: 'SIGNERNAME', cell: (csr) => csr.spec.signerName || '<none>' },
    { header: 'REQUESTOR', cell: (csr) => csr.spec.username ?? '' },
    {
      header: 'REQUESTEDDURATION',
      cell: ({ spec: { expirationSeconds } }) => (expirationSeconds === undefined ? '<none>' : humanDuration(seconds(expirationSeconds))),
    },
    { header: 'CONDITION', cell: (csr) => requestState(csr) },
  ],
});

const USAGES = [
  'any',
  'cert sign',
  'client auth',
  'code signing',
  'content commitment',
  'crl sign',
  'data encipherment',
  'decipher only',
  'digital signature',
  'email protection',
  'encipher only',
  'ipsec end system',
  'ipsec tunnel',
  'ipsec user',
  'key agreement',
  'key encipherment',
  'microsoft sgc',
  'netscape sgc',
  'ocsp signing',
  's/mime',
  'server auth',
  'signing',
  'timestamping',
];

function validateUsages(usages: readonly string[]): FieldError[] {
  if (usages.length === 0) return [required('spec.usages')];
  return usages.flatMap((usage, i) => [
    ...(USAGES.includes(usage) ? [] : [notSupported(`spec.usages[${i}]`, usage, USAGES)]),
    ...(usages.indexOf(usage) < i ? [duplicate(`spec.usages[${i}]`, usage)] : []),
  ]);
}

/** `Approved,Issued`, as the table and `describe` show it. */
export function requestState({ status }: CertificateSigningRequest): string {
  const has = (type: string): boolean => status?.conditions?.some((condition) => condition.type === type) ?? false;
  const decision = has('Denied') ? 'Denied' : has('Approved') ? 'Approved' : 'Pending';
  return `${decision}${has('Failed') ? ',Failed' : ''}${status?.certificate ? ',Issued' : ''}`;
}
