// Gives the controllers the cluster's signing keys, as kube-controller-manager is started with its file. Loaded when there is something to
// read or sign.
import { authorityOf } from '../apiserver/keys/root.ts';
import type { CertificateAuthority } from '../controllers/certificates/authority.ts';
import type { ClusterParts } from './cluster.ts';

export function certificateAuthority({ store, random, clock }: Pick<ClusterParts, 'store' | 'random' | 'clock'>): CertificateAuthority {
  const keys = () => import('../apiserver/keys/authority.ts');
  return {
    certificate: () => authorityOf(store, random, clock.now()).certificate,
    async namesIn(request) {
      const { RequestError, subjectOf } = await keys();
      try {
        return await subjectOf(request);
      } catch (error) {
        if (error instanceof RequestError) return undefined;
        throw error;
      }
    },
    sign: async (signing) => (await keys()).signRequest({ ...signing, store, random, now: clock.now() }),
    signToken: async (token) => (await import('../apiserver/service-account-tokens.ts')).signSecretToken(random, token),
    expiryOf: async (certificate) => (await keys()).expiryOf(certificate),
  };
}
