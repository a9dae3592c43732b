// Plays csrapproving: kubelets that may ask for a certificate of their own (`nodeclient` while they join, `selfnodeclient` when they
// renew it) need nobody's approval. Serving certificates are approved by people.
import { CertificateSigningRequest } from '../../api/certificates/certificatesigningrequest.ts';
import type { Client } from '../../client/client.ts';
import { defineController } from '../define.ts';
import { pemOf, verdictOf } from './requests.ts';
import { KUBELET_CLIENT_SIGNER, kubeletClientProblem } from './signers.ts';

export const csrApprovingController = defineController({
  name: 'certificatesigningrequest-approving-controller',
  for: CertificateSigningRequest,
  async reconcile(key, { client, authority }) {
    const csr = await client.get(CertificateSigningRequest, key);
    if (!csr || csr.metadata.deletionTimestamp || csr.status?.certificate) return undefined;
    if (verdictOf(csr, 'Approved') || verdictOf(csr, 'Denied') || csr.spec.signerName !== KUBELET_CLIENT_SIGNER) return undefined;
    const names = await authority.namesIn(pemOf(csr.spec.request));
    if (!names || kubeletClientProblem(names, csr.spec.usages ?? [])) return undefined;

    const permissions = [
      ...(csr.spec.username === names.commonName ? [['selfnodeclient', 'self kubelet']] : []),
      ['nodeclient', 'kubelet'],
    ];
    for (const [subresource, whose] of permissions) {
      if (!(await mayCreate(client, csr, subresource as string))) continue;
      const message = `Auto approving ${whose} client certificate after SubjectAccessReview.`;
      const approved = { type: 'Approved', status: 'True', reason: 'AutoApproved', message };
      const conditions = [...(csr.status?.conditions ?? []), approved];
      await client.patch(CertificateSigningRequest, key, 'merge', { status: { conditions } }, { subresource: 'approval' });
      return undefined;
    }
    return undefined;
  },
});

/** Whether the requestor may create certificatesigningrequests/`subresource`. */
async function mayCreate(client: Client, { spec }: CertificateSigningRequest, subresource: string): Promise<boolean> {
  const { username: user, uid, groups, extra } = spec;
  const resourceAttributes = { group: 'certificates.k8s.io', resource: 'certificatesigningrequests', verb: 'create', subresource };
  const { body } = await client.request({
    method: 'POST',
    path: '/apis/authorization.k8s.io/v1/subjectaccessreviews',
    body: {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      spec: { user, groups, resourceAttributes, ...(uid ? { uid } : {}), ...(extra ? { extra } : {}) },
    },
  });
  return (body as { status?: { allowed?: boolean } }).status?.allowed === true;
}
