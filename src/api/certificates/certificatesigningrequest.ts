import { humanDuration } from '../../machinery/age.ts';
import { seconds } from '../../machinery/clock.ts';
import type { Stored } from '../../machinery/object.ts';
import { age, name } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V1CertificateSigningRequest } from '../generated/types.ts';

export type CertificateSigningRequest = Stored<V1CertificateSigningRequest>;

export const CertificateSigningRequest = defineKind<CertificateSigningRequest>({
  group: 'certificates.k8s.io',
  version: 'v1',
  kind: 'CertificateSigningRequest',
  nameRule: 'path-segment',
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

/** `Approved,Issued`, as the table and `describe` show it. */
export function requestState({ status }: CertificateSigningRequest): string {
  const has = (type: string): boolean => status?.conditions?.some((condition) => condition.type === type) ?? false;
  const decision = has('Denied') ? 'Denied' : has('Approved') ? 'Approved' : 'Pending';
  return `${decision}${has('Failed') ? ',Failed' : ''}${status?.certificate ? ',Issued' : ''}`;
}
