// Plays the strategies of CertificateSigningRequests, and csrsigning of kube-controller-manager: an approved request for one of the
// cluster's own signers is signed with its approval, not a moment later.
import type { V1CertificateSigningRequestCondition, V1CertificateSigningRequestSpec } from '../api/generated/types.ts';
import { rfc3339, seconds } from '../machinery/clock.ts';
import type { KubeObject } from '../machinery/object.ts';
import type { FieldError } from '../machinery/status.ts';
import { invalidValue } from '../machinery/validation/field-error.ts';
import type { User } from './authentication.ts';
import type { ApiServerDeps } from './context.ts';

export const REQUESTS = 'certificatesigningrequests.certificates.k8s.io';

const SIGNERS = new Map([
  ['kubernetes.io/kube-apiserver-client', ['client auth']],
  ['kubernetes.io/kube-apiserver-client-kubelet', ['client auth']],
  ['kubernetes.io/kubelet-serving', ['server auth']],
  ['kubernetes.io/legacy-unknown', []],
]);
const A_YEAR = 365 * 24 * 3600;

interface RequestStatus {
  conditions?: V1CertificateSigningRequestCondition[];
  certificate?: string;
}

/** Who asks is part of the request; nobody can say it for somebody else. */
export function requestedBy(draft: KubeObject, { name, uid, groups, extra }: User): void {
  draft.spec = {
    ...(draft.spec as V1CertificateSigningRequestSpec),
    username: name,
    groups: [...groups],
    ...(uid ? { uid } : {}),
    ...(extra ? { extra: Object.fromEntries(Object.entries(extra).map(([key, values]) => [key, [...values]])) } : {}),
  };
}

export async function readRequest(draft: KubeObject): Promise<FieldError[]> {
  const { request } = draft.spec as V1CertificateSigningRequestSpec;
  const pem = pemOf(request);
  if (!pem.includes('CERTIFICATE REQUEST')) return []; // said already
  const { RequestError, subjectOf } = await import('./keys/authority.ts');
  try {
    await subjectOf(pem);
    return [];
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    return [invalidValue('spec.request', request, error.message)];
  }
}

const pemOf = (request: string | undefined): string => Buffer.from(request ?? '', 'base64').toString('utf8');

/** What of a request an update may change, and its certificate once it is approved. */
export async function updateRequest(draft: KubeObject, old: KubeObject, subresource: string, deps: ApiServerDeps): Promise<void> {
  draft.spec = old.spec;
  const is = (draft.status ?? {}) as RequestStatus;
  const was = (old.status ?? {}) as RequestStatus;
  if (subresource === '') {
    draft.status = old.status;
    return;
  }
  const isVerdict = ({ type }: V1CertificateSigningRequestCondition): boolean => type === 'Approved' || type === 'Denied';
  const conditions = (
    subresource === 'status'
      ? [...(was.conditions ?? []).filter(isVerdict), ...(is.conditions ?? []).filter((one) => !isVerdict(one))]
      : (is.conditions ?? [])
  ).map((one) => dated(one, was.conditions ?? [], rfc3339(deps.clock.now())));
  const status: RequestStatus = subresource === 'status' ? { ...is } : { ...was };
  if (conditions.length) status.conditions = conditions;
  else delete status.conditions;
  if (subresource === 'approval' && !status.certificate) await certify(draft, status, deps);
  draft.status = status;
}

function dated(
  condition: V1CertificateSigningRequestCondition,
  before: readonly V1CertificateSigningRequestCondition[],
  now: string,
): V1CertificateSigningRequestCondition {
  const same = before.find(({ type, status }) => type === condition.type && status === condition.status);
  return {
    ...condition,
    lastUpdateTime: condition.lastUpdateTime ?? now,
    lastTransitionTime: same?.lastTransitionTime ?? condition.lastTransitionTime ?? now,
  };
}

async function certify(draft: KubeObject, status: RequestStatus, { store, random, clock }: ApiServerDeps): Promise<void> {
  const { signerName, request, usages = [], expirationSeconds } = draft.spec as V1CertificateSigningRequestSpec;
  const needed = SIGNERS.get(signerName);
  const has = (type: string): boolean => status.conditions?.some((one) => one.type === type && one.status === 'True') ?? false;
  if (!needed || !has('Approved') || has('Denied') || has('Failed')) return;
  const { RequestError, signRequest } = await import('./keys/authority.ts');
  const fail = (message: string): void => {
    const now = rfc3339(clock.now());
    const failed = {
      type: 'Failed',
      status: 'True',
      reason: 'SignerValidationFailure',
      message,
      lastUpdateTime: now,
      lastTransitionTime: now,
    };
    status.conditions = [...(status.conditions ?? []), failed];
  };
  if (!needed.every((usage) => usages.includes(usage))) {
    const sort = signerName.endsWith('kubelet-serving') ? 'server' : 'client';
    return fail(`invalid usage for ${sort} certificate: ${usages.join(', ')}`);
  }
  try {
    const lifetime = seconds(Math.min(expirationSeconds ?? A_YEAR, A_YEAR));
    const pem = await signRequest({ store, random, now: clock.now(), request: pemOf(request), usages, lifetime, id: draft.metadata.uid });
    status.certificate = Buffer.from(pem).toString('base64');
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    fail(error.message);
  }
}
