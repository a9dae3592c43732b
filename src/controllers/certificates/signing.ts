// Plays csrsigning: signs approved requests for the cluster's own signers with the cluster's key. Requests for other signers wait for
// whoever serves those.
import { CertificateSigningRequest } from '../../api/certificates/certificatesigningrequest.ts';
import { rfc3339, seconds } from '../../machinery/clock.ts';
import { defineController } from '../define.ts';
import { pemOf, verdictOf } from './requests.ts';
import { lifetimeFor, signers } from './signers.ts';

export const csrSigningController = defineController({
  name: 'certificatesigningrequest-signing-controller',
  for: CertificateSigningRequest,
  async reconcile(key, { client, clock, authority }) {
    const csr = await client.get(CertificateSigningRequest, key);
    if (!csr || csr.metadata.deletionTimestamp || csr.status?.certificate) return undefined;
    if (!verdictOf(csr, 'Approved') || verdictOf(csr, 'Denied') || verdictOf(csr, 'Failed')) return undefined;
    const problemOf = signers.get(csr.spec.signerName);
    if (!problemOf) return undefined;

    const request = pemOf(csr.spec.request);
    const names = await authority.namesIn(request);
    if (!names) return undefined; // validation lets none in
    const usages = csr.spec.usages ?? [];
    const problem = problemOf(names, usages);
    if (problem) {
      const failed = {
        type: 'Failed',
        status: 'True',
        reason: 'SignerValidationFailure',
        message: problem,
        lastUpdateTime: rfc3339(clock.now()),
      };
      await client.updateStatus(CertificateSigningRequest, csr, {
        ...csr.status,
        conditions: [...(csr.status?.conditions ?? []), failed],
      });
      return undefined;
    }
    const lifetime = seconds(lifetimeFor(csr.spec.expirationSeconds));
    const pem = await authority.sign({ request, usages, lifetime, id: csr.metadata.uid });
    await client.updateStatus(CertificateSigningRequest, csr, { ...csr.status, certificate: Buffer.from(pem).toString('base64') });
    return undefined;
  },
});
