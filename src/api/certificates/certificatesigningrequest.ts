import type { Stored } from '../../machinery/object.ts';
import { defineKind } from '../define.ts';
import type { V1CertificateSigningRequest } from '../generated/types.ts';

export type CertificateSigningRequest = Stored<V1CertificateSigningRequest>;

export const CertificateSigningRequest = defineKind<CertificateSigningRequest>({
  group: 'certificates.k8s.io',
  version: 'v1',
  kind: 'CertificateSigningRequest',
});
