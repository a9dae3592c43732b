// Plays the strategies of CertificateSigningRequests: who asks, and what of a request may change when. Signing is a controller's.
import type { V1CertificateSigningRequestCondition, V1CertificateSigningRequestSpec } from '../api/generated/types.ts';
import { rfc3339 } from '../machinery/clock.ts';
import type { KubeObject } from '../machinery/object.ts';
import type { FieldError } from '../machinery/status.ts';
import { invalidValue } from '../machinery/validation/field-error.ts';
import type { User } from './authentication.ts';
import type { ApiServerDeps } from './context.ts';

export const REQUESTS = 'certificatesigningrequests.certificates.k8s.io';

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

/** What of a request an update may change. */
export function updateRequest(draft: KubeObject, old: KubeObject, subresource: string, { clock }: ApiServerDeps): void {
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
  ).map((one) => dated(one, was.conditions ?? [], rfc3339(clock.now())));
  const status: RequestStatus = subresource === 'status' ? { ...is } : { ...was };
  if (conditions.length) status.conditions = conditions;
  else delete status.conditions;
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
