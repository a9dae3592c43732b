// What the certificate controllers read in a CertificateSigningRequest.
import type { CertificateSigningRequest } from '../../api/certificates/certificatesigningrequest.ts';
import type { V1CertificateSigningRequestCondition } from '../../api/generated/types.ts';

export type RequestCondition = 'Approved' | 'Denied' | 'Failed';

/** A verdict counts whatever its status says; a failure only when it is true. */
export function verdictOf({ status }: CertificateSigningRequest, type: RequestCondition): V1CertificateSigningRequestCondition | undefined {
  return status?.conditions?.find((condition) => condition.type === type && (type !== 'Failed' || condition.status === 'True'));
}

/** The PEM in `spec.request` and `status.certificate`. */
export const pemOf = (base64: string): string => Buffer.from(base64, 'base64').toString('utf8');
