// Plays the CertificateApproval, CertificateSigning and CertificateSubjectRestriction plugins: who may approve and sign for a signer, and
// nobody becomes a member of system:masters by a certificate.
import type { V1CertificateSigningRequestSpec } from '../../api/generated/types.ts';
import type { RequestedSubject } from '../keys/authority.ts';
import { type AdmissionContext, type AdmissionPlugin, type Attributes, refusal } from './plugin.ts';

const RESOURCES = ['certificatesigningrequests.certificates.k8s.io'];
const CLIENT = 'kubernetes.io/kube-apiserver-client';

const specOf = ({ old, object }: Attributes): V1CertificateSigningRequestSpec => (old ?? object)?.spec as V1CertificateSigningRequestSpec;

/** The permission is for one signer, or for all of a domain. */
function mayActFor(attributes: Attributes, verb: string, { authorize }: AdmissionContext): boolean {
  const { signerName } = specOf(attributes);
  const domain = `${signerName.split('/', 1)[0]}/*`;
  return [signerName, domain].some(
    (name) =>
      authorize(attributes.user, {
        verb,
        group: 'certificates.k8s.io',
        version: '*',
        resource: 'signers',
        subresource: '',
        namespace: '',
        name,
      }).allowed,
  );
}

const certificateOf = (status: unknown): string => (status as { certificate?: string } | undefined)?.certificate ?? '';

export const certificateApproval: AdmissionPlugin = {
  name: 'CertificateApproval',
  resources: RESOURCES,
  operations: ['UPDATE'],
  validate(attributes, context) {
    if (attributes.subresource !== 'approval' || mayActFor(attributes, 'approve', context)) return;
    throw refusal(attributes, `user not permitted to approve requests with signerName ${JSON.stringify(specOf(attributes).signerName)}`);
  },
};

export const certificateSigning: AdmissionPlugin = {
  name: 'CertificateSigning',
  resources: RESOURCES,
  operations: ['UPDATE'],
  validate(attributes, context) {
    const { object, old, subresource } = attributes;
    if (subresource !== 'status' || certificateOf(object?.status) === certificateOf(old?.status)) return;
    if (mayActFor(attributes, 'sign', context)) return;
    throw refusal(attributes, `user not permitted to sign requests with signerName ${JSON.stringify(specOf(attributes).signerName)}`);
  },
};

export const certificateSubjectRestriction: AdmissionPlugin = {
  name: 'CertificateSubjectRestriction',
  resources: RESOURCES,
  operations: ['CREATE'],
  validate(attributes) {
    return attributes.subresource === '' && specOf(attributes).signerName === CLIENT ? restrict(attributes) : undefined;
  },
};

async function restrict(attributes: Attributes): Promise<void> {
  const authority = await import('../keys/authority.ts');
  let subject: RequestedSubject;
  try {
    subject = await authority.subjectOf(Buffer.from(specOf(attributes).request, 'base64').toString('utf8'));
  } catch (error) {
    if (error instanceof authority.RequestError) return; // validation says so
    throw error;
  }
  if (subject.organizations.includes('system:masters')) {
    throw refusal(attributes, `use of ${CLIENT} signer with system:masters group is not allowed`);
  }
}
