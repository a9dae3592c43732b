// What each of the cluster's own signers certifies. A request that is not so is marked Failed, in these words.
import type { RequestedNames } from './authority.ts';

const A_YEAR_IN_SECONDS = 365 * 24 * 3600;
const MIN_SECONDS = 600;

/** What is wrong with a request for the signer; undefined when nothing is. */
type Verdict = (names: RequestedNames, usages: readonly string[]) => string | undefined;

const NODE_PREFIX = 'system:node:';
const equal = (set: readonly string[], wanted: readonly string[]): boolean =>
  new Set(set).size === wanted.length && wanted.every((usage) => set.includes(usage));

/** With RSA keys a key encipherment is usual, with others it is not. */
function usagesProblem(usages: readonly string[], auth: string): string | undefined {
  const wanted =
    auth === 'client auth'
      ? ['client auth', 'digital signature', 'key encipherment']
      : ['digital signature', 'key encipherment', 'server auth'];
  const withoutRsa = wanted.filter((usage) => usage !== 'key encipherment');
  return equal(usages, wanted) || equal(usages, withoutRsa) ? undefined : `usages did not match [${wanted.join(' ')}]`;
}

const isOfNodes = ({ organizations }: RequestedNames): boolean => organizations.length === 1 && organizations[0] === 'system:nodes';

/** Also what csrapproving recognizes: a kubelet's request for the certificate that it shows the API server. */
export const kubeletClientProblem: Verdict = (names, usages) => {
  if (!isOfNodes(names)) return 'subject organization is not system:nodes';
  if (names.dns.length) return 'DNS subjectAltNames are not allowed';
  if (names.email.length) return 'Email subjectAltNames are not allowed';
  if (names.ip.length) return 'IP subjectAltNames are not allowed';
  if (names.uri.length) return 'URI subjectAltNames are not allowed';
  if (!names.commonName.startsWith(NODE_PREFIX)) return `subject common name does not begin with ${NODE_PREFIX}`;
  return usagesProblem(usages, 'client auth');
};

const kubeletServingProblem: Verdict = (names, usages) => {
  if (!isOfNodes(names)) return 'subject organization is not system:nodes';
  if (names.dns.length + names.ip.length === 0) return 'DNS or IP subjectAltName is required';
  if (names.email.length) return 'Email subjectAltNames are not allowed';
  if (names.uri.length) return 'URI subjectAltNames are not allowed';
  const problem = usagesProblem(usages, 'server auth');
  if (problem) return problem;
  return names.commonName.startsWith(NODE_PREFIX) ? undefined : `subject common name does not begin with ${NODE_PREFIX}`;
};

const clientProblem: Verdict = (_names, usages) => {
  const wrong = usages.find((usage) => !['digital signature', 'key encipherment', 'client auth'].includes(usage));
  if (wrong !== undefined) return `invalid usage for client certificate: ${wrong}`;
  return usages.includes('client auth') ? undefined : 'missing required usage for client certificate: client auth';
};

export const KUBELET_CLIENT_SIGNER = 'kubernetes.io/kube-apiserver-client-kubelet';

export const signers: ReadonlyMap<string, Verdict> = new Map<string, Verdict>([
  ['kubernetes.io/kube-apiserver-client', clientProblem],
  [KUBELET_CLIENT_SIGNER, kubeletClientProblem],
  ['kubernetes.io/kubelet-serving', kubeletServingProblem],
  ['kubernetes.io/legacy-unknown', () => undefined],
]);

/** How long a certificate is good, in seconds: what was asked for, from ten minutes to a year. */
export function lifetimeFor(expirationSeconds: number | undefined): number {
  return Math.max(MIN_SECONDS, Math.min(expirationSeconds ?? A_YEAR_IN_SECONDS, A_YEAR_IN_SECONDS));
}
